package io.genserver.runtime;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.genserver.Caller;
import io.genserver.GenServerContext;
import io.genserver.Overflow;
import io.genserver.Reply;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.message.CallMessage;
import io.genserver.test.SeededScheduler;
import io.genserver.testsupport.Reachable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an instance keeps of the messages it has handled: nothing.
 */
class S17IdleInstanceTests {

	/** What the last message of an instance was, and how it ended. */
	enum Last {

		REPLY, FAILURE, FUTURE, PUT_OFF, GIVEN_UP_WHILE_AWAITED, EXPIRED, GIVEN_UP_WHILE_QUEUED, BESIDE, CAST,
		FAILED_CAST, DISPLACING_CAST

	}

	@Test
	void S17_anIdleInstanceKeepsNothingOfItsLastMessage() {
		for (Last last : Last.values()) {
			keepsNothingOf(last);
		}
	}

	private static void keepsNothingOf(Last last) {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Overflow overflow = (last == Last.DISPLACING_CAST) ? Overflow.DROP_OLDEST : Overflow.REJECT;
			engine.addKeyed("keyed", ServerSettings.DEFAULTS.withMailbox(3, overflow), Object::new);
			engine.runtime.start();
			Server server = engine.runtime.server("keyed");
			assertThat(reply(server)).succeedsWithin(Duration.ZERO);
			Sent sent = new Sent(last);
			sent.to(server);
			scheduler.advance(Duration.ofMinutes(1));
			scheduler.settle();
			ServerCell cell = server.instances().find("key");
			assertThat(cell).isNotNull();
			for (Object gone : new Object[] { sent.payload, sent.reply, sent.peer, sent }) {
				assertThat(Reachable.path(cell, gone, Server.class)).as("what holds it after %s", last).isNull();
			}
			assertThat(server.mailboxDepth()).isZero();
			for (int i = 0; i < 4; i++) {
				assertThat(reply(server)).as("it goes on").succeedsWithin(Duration.ZERO);
			}
			engine.close();
		});
	}

	private static CompletableFuture<Object> reply(Server server) {
		CompletableFuture<Object> reply = server.callAsync("key",
				TestOperation.call("next", (instance, given) -> "reply"), null, 0, false);
		((SeededScheduler) server.runtime().scheduler()).settle();
		return reply;
	}

	/** A message of a peer. */
	private static final class Sent {

		final byte[] reply = new byte[1];

		final Object[] payload = { this.reply };

		final Caller.Remote peer = new Caller.Remote("c1", "here", null);

		private final CompletableFuture<Object> future = new CompletableFuture<>();

		private final Last last;

		private Reply<Object> putOff;

		Sent(Last last) {
			this.last = last;
		}

		void to(Server server) {
			switch (this.last) {
				case CAST, FAILED_CAST ->
					assertThat(server.tryCast("key", operation(), this.payload, this.peer)).isTrue();
				case DISPLACING_CAST -> {
					for (int i = 0; i < 5; i++) {
						assertThat(server.tryCast("key", operation(), this.payload, this.peer)).isTrue();
					}
				}
				default -> call(server);
			}
		}

		private void call(Server server) {
			SeededScheduler scheduler = (SeededScheduler) server.runtime().scheduler();
			long now = scheduler.nanoTime();
			PeersCall call = new PeersCall(this, operation(), now, now + Duration.ofSeconds(5).toNanos());
			server.submit("key", call);
			if (this.last == Last.GIVEN_UP_WHILE_QUEUED) {
				call.cancelCall();
			}
			scheduler.settle();
			switch (this.last) {
				case GIVEN_UP_WHILE_AWAITED -> call.cancelCall();
				case PUT_OFF -> this.putOff.complete(this.reply);
				case FUTURE -> this.future.complete(this.reply);
				default -> {
				}
			}
		}

		/** The instance may keep the operation, but not what it was called with. */
		private static Object reply(Object given) {
			return ((Object[]) given)[0];
		}

		private TestOperation operation() {
			return switch (this.last) {
				case FAILURE, FAILED_CAST -> TestOperation.call("fails", (instance, given) -> {
					throw new IllegalStateException("failed");
				});
				case FUTURE, GIVEN_UP_WHILE_AWAITED, EXPIRED ->
					TestOperation.call("future", (instance, given) -> this.future);
				case PUT_OFF -> TestOperation.call("putOff", (instance, given) -> {
					this.putOff = GenServerContext.current().deferReply();
					return null;
				});
				case BESIDE -> TestOperation.concurrent("beside", 2, (instance, given) -> reply(given));
				default -> TestOperation.call("replies", (instance, given) -> reply(given));
			};
		}

	}

	/** A call that knows, as that of a connection does, who has sent it. */
	private static final class PeersCall extends CallMessage {

		private final Sent sent;

		PeersCall(Sent sent, Operation operation, long now, long deadline) {
			super(operation, sent.payload, sent.peer, now, deadline);
			this.sent = sent;
		}

		@Override
		protected void ended() {
			assertThat(this.sent).isNotNull();
		}

	}

}
