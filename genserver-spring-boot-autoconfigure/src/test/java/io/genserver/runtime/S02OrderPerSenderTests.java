package io.genserver.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.genserver.GenServerRef;
import io.genserver.MailboxFullException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Messages from one sender to one server run in the order sent.
 */
class S02OrderPerSenderTests {

	@Test
	void S02_callsAndCastsOfAThreadRunInTheOrderSentWhileOthersSendToo() {
		Seeds.each(300, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Log> log = engine.start("log", Engine.SMALL, Log::new);
			Map<String, Integer> sent = new HashMap<>();
			for (String sender : List.of("a", "b", "c")) {
				scheduler.spawn(sender, () -> {
					sent.put(sender, send(scheduler, log, sender));
					return null;
				});
			}
			scheduler.finish();
			Map<String, List<Integer>> seen = log.call((server) -> server.entries);
			for (String sender : List.of("a", "b", "c")) {
				assertThat(seen.getOrDefault(sender, List.of())).isSorted()
					.doesNotHaveDuplicates()
					.hasSize(sent.get(sender));
			}
			engine.close();
		});
	}

	@Test
	void S02_messagesOfOneServerToAnotherRunInTheOrderSent() {
		Seeds.each(300, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("log", Engine.SMALL, Log::new);
			GenServerRef<Object> sender = engine.start("sender", ServerSettings.DEFAULTS, Object::new);
			GenServerRef<Log> log = engine.ref("log");
			int first = sender.call((server) -> send(scheduler, log, "sender"));
			int second = sender.call((server) -> send(scheduler, log, "sender again"));
			Map<String, List<Integer>> seen = log.call((server) -> server.entries);
			// A full mailbox may have refused all ten.
			assertThat(seen.getOrDefault("sender", List.of())).isSorted().hasSize(first);
			assertThat(seen.getOrDefault("sender again", List.of())).isSorted().hasSize(second);
			engine.close();
		});
	}

	/** Send in all ways there are, and return how many were accepted. */
	private static int send(SeededScheduler scheduler, GenServerRef<Log> log, String sender) {
		int accepted = 0;
		for (int i = 0; i < 10; i++) {
			int number = i;
			switch (scheduler.choices().nextInt(4)) {
				case 0 -> log.cast((server) -> server.add(sender, number));
				case 1 -> log.call((server) -> server.add(sender, number));
				case 2 -> accepted += log.tryCast((server) -> server.add(sender, number)) ? 0 : -1;
				default -> {
					var reply = log.callAsync((server) -> server.add(sender, number));
					accepted += (reply.isCompletedExceptionally()
							&& reply.exceptionNow() instanceof MailboxFullException) ? -1 : 0;
				}
			}
			accepted++;
		}
		return accepted;
	}

	/** What it was told, by whom. */
	private static final class Log {

		private final Map<String, List<Integer>> entries = new HashMap<>();

		boolean add(String sender, int number) {
			return this.entries.computeIfAbsent(sender, (key) -> new ArrayList<>()).add(number);
		}

	}

}
