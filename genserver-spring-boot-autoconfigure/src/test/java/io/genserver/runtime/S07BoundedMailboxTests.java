package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

import io.genserver.GenServerRef;
import io.genserver.MailboxFullException;
import io.genserver.Overflow;
import io.genserver.runtime.mailbox.Mailbox;
import io.genserver.runtime.message.Message;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Mailboxes are bounded.
 */
class S07BoundedMailboxTests {

	private static Gate hold(SeededScheduler scheduler, GenServerRef<Object> server) {
		Gate gate = new Gate(scheduler, "handler");
		server.cast((instance) -> gate.pass());
		scheduler.settle();
		return gate;
	}

	@Test
	void S07_aMailboxHolds1024MessagesUnlessToldOtherwise() {
		SeededScheduler scheduler = new SeededScheduler(1);
		Engine engine = new Engine(scheduler);
		GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
		Gate gate = hold(scheduler, server);
		for (int i = 0; i < 1024; i++) {
			assertThat(server.tryCast(Object::hashCode)).isTrue();
		}
		assertThat(server.tryCast(Object::hashCode)).isFalse();
		gate.open();
		engine.close();
	}

	@Test
	void S07_eachServerHasACapacityOfItsOwn() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("one", ServerSettings.DEFAULTS.withMailbox(1, Overflow.REJECT), Object::new);
			engine.add("three", ServerSettings.DEFAULTS.withMailbox(3, Overflow.REJECT), Object::new);
			engine.runtime.start();
			for (String name : List.of("one", "three")) {
				GenServerRef<Object> server = engine.ref(name);
				Gate gate = hold(scheduler, server);
				int accepted = 0;
				while (server.tryCast(Object::hashCode)) {
					accepted++;
				}
				assertThat(accepted).isEqualTo("one".equals(name) ? 1 : 3);
				gate.open();
			}
			engine.close();
		});
	}

	@Test
	void S07_aCapacityBelowOneIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> ServerSettings.DEFAULTS.withMailbox(0, Overflow.BLOCK))
			.withMessageContaining("at least 1");
	}

	@Test
	void S07_thereAreNeverMoreMessagesQueuedThanTheCapacityWhateverSendersDo() {
		Seeds.each(300, (scheduler) -> {
			int capacity = 1 + scheduler.choices().nextInt(4);
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server",
					ServerSettings.DEFAULTS.withMailbox(capacity, Overflow.BLOCK), Object::new);
			int[] queued = new int[1];
			for (int sender = 0; sender < 4; sender++) {
				scheduler.spawn("sender-" + sender, () -> {
					List<CompletableFuture<?>> calls = new ArrayList<>();
					for (int i = 0; i < 12; i++) {
						switch (scheduler.choices().nextInt(4)) {
							case 0 -> server.cast((instance) -> scheduler.letOthersRun());
							case 1 -> server.call(Object::hashCode);
							case 2 -> calls.add(server.callAsync(Object::hashCode));
							default -> calls.forEach((call) -> call.cancel(false));
						}
						queued[0] = Math.max(queued[0], live(engine.cell("server").mailbox()));
					}
					return null;
				});
			}
			scheduler.finish();
			assertThat(queued[0]).isLessThanOrEqualTo(capacity);
			assertThat(engine.cell("server").mailbox().highWater()).isLessThanOrEqualTo(capacity);
			engine.close();
		});
	}

	private static int live(Mailbox<Message> mailbox) {
		return (int) mailbox.queued().stream().filter((message) -> !message.isOver()).count();
	}

	@Test
	void S07_aRefusedCallLeavesTheCapacityAsItWas() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server",
					ServerSettings.DEFAULTS.withMailbox(2, Overflow.REJECT), Object::new);
			Gate gate = hold(scheduler, server);
			server.cast(Object::hashCode);
			server.cast(Object::hashCode);
			for (int i = 0; i < 10; i++) {
				assertThat(server.callAsync(Object::hashCode).exceptionNow()).isInstanceOf(MailboxFullException.class);
				assertThatExceptionOfType(MailboxFullException.class).isThrownBy(() -> server.cast(Object::hashCode));
			}
			assertThat(engine.runtime.server("server").mailboxDepth()).isEqualTo(2);
			assertThat(server.tryCast(Object::hashCode)).isFalse();
			gate.open();
			engine.close();
		});
	}

	@Test
	void S07_aStreamThatIsCancelledWhileItIsRefusedLeavesTheCapacityAsItWas() {
		Seeds.each(500, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server",
					ServerSettings.DEFAULTS.withMailbox(2, Overflow.REJECT), Object::new);
			Gate gate = hold(scheduler, server);
			server.cast(Object::hashCode);
			server.cast(Object::hashCode);
			TestOperation items = TestOperation.stream("items", (instance, payload) -> {
				throw new AssertionError("started");
			});
			for (int i = 0; i < 3; i++) {
				Canceller canceller = new Canceller(scheduler, () -> server.tryCast(Object::hashCode));
				engine.runtime.server("server").stream(null, items, null, 0, null, canceller);
				scheduler.settle();
				assertThat(canceller.accepted).isCompletedWithValue(false);
			}
			assertThat(server.tryCast(Object::hashCode)).isFalse();
			assertThat(engine.runtime.server("server").mailboxDepth()).isEqualTo(2);
			gate.open();
			engine.close();
		});
	}

	/** Cancels from another thread, while the subscription is being made. */
	private static final class Canceller implements Flow.Subscriber<Object> {

		private final SeededScheduler scheduler;

		private final Callable<Boolean> afterwards;

		private CompletableFuture<Boolean> accepted;

		Canceller(SeededScheduler scheduler, Callable<Boolean> afterwards) {
			this.scheduler = scheduler;
			this.afterwards = afterwards;
		}

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			this.accepted = this.scheduler.spawn("canceller", () -> {
				subscription.cancel();
				return this.afterwards.call();
			});
		}

		@Override
		public void onNext(Object item) {
		}

		@Override
		public void onError(Throwable throwable) {
		}

		@Override
		public void onComplete() {
		}

	}

}
