package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.MailboxFullException;
import io.genserver.Overflow;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Messages from one sender to one server run in the order sent.
 */
class S02OrderPerSenderTests {

	@Test
	void S02_itemsOfAnAttachedStreamStayInOrderWhenOneHasToWaitForRoom() {
		ServerSettings small = ServerSettings.DEFAULTS.withMailbox(4, Overflow.BLOCK);
		Seeds.each(200, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<Integer> received = new ArrayList<>();
			GenServerRef<Object> server = engine.start("server", small, Object::new);
			AtomicLong demand = new AtomicLong();
			CompletableFuture<Flow.Subscriber<? super Integer>> attached = server.callAsync((instance) -> {
				CompletableFuture<Flow.Subscriber<? super Integer>> source = new CompletableFuture<>();
				GenServerContext.current().<Integer>attach((subscriber) -> {
					subscriber.onSubscribe(new Flow.Subscription() {

						@Override
						public void request(long n) {
							demand.addAndGet(n);
						}

						@Override
						public void cancel() {
						}

					});
					source.complete(subscriber);
				}, (item) -> {
					scheduler.sleep(Duration.ofNanos(scheduler.choices().nextInt(900_000)));
					received.add(item);
				});
				return source.join();
			});
			scheduler.settle();
			scheduler.spawn("source", () -> {
				for (int i = 0; i < 40; i++) {
					while (demand.get() == 0) {
						scheduler.sleep(Duration.ofNanos(100_000));
					}
					demand.decrementAndGet();
					attached.join().onNext(i);
				}
				return null;
			});
			scheduler.spawn("others", () -> {
				for (int i = 0; i < 200; i++) {
					server.tryCast((instance) -> scheduler.sleep(Duration.ofNanos(50_000)));
					scheduler.sleep(Duration.ofNanos(scheduler.choices().nextInt(200_000)));
				}
				return null;
			});
			scheduler.finish();
			assertThat(received).hasSize(40).isSorted();
			engine.close();
		});
	}

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
