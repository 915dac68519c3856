package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.genserver.DeadLetter;
import io.genserver.Envelope;
import io.genserver.GenServerContext;
import io.genserver.GenServerInterceptor;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.Overflow;
import io.genserver.runtime.contract.Operation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Messages that are put off until the server says so. */
class StashTests {

	@Test
	void S02_whatWasPutOffIsHandledInItsOrderBeforeWhatIsQueued() {
		Seeds.each(50, (scheduler) -> {
			List<String> ended = new ArrayList<>();
			try (Engine engine = new Engine(scheduler, new GenServerInterceptor() {
				@Override
				public void ended(Envelope envelope, @Nullable Throwable failure) {
					ended.add(envelope.isCast() ? "cast" : "call");
				}
			})) {
				GenServerRef<Prices> prices = engine.start("prices", ServerSettings.DEFAULTS, Prices::new);
				CompletableFuture<Integer> first = prices.callAsync((server) -> server.price("first"));
				prices.cast((server) -> server.price("second"));
				CompletableFuture<Integer> third = prices.callAsync((server) -> server.price("third"));
				scheduler.settle();
				assertThat(first).isNotDone();
				assertThat(ended).isEmpty();
				assertThat(engine.cell("prices").mailbox().size()).isZero();
				Gate gate = new Gate(scheduler, "handler");
				prices.cast((server) -> gate.pass());
				assertThat(scheduler.spawn("loader", () -> {
					CompletableFuture<Integer> loaded = prices.callAsync(Prices::load);
					CompletableFuture<Integer> last = prices.callAsync((server) -> server.price("last"));
					gate.open();
					return List.of(loaded.get(), last.get());
				})).isNotNull();
				scheduler.finish();
				assertThat(first).isCompletedWithValue(5);
				assertThat(third).isCompletedWithValue(5);
				assertThat(prices.<List<String>, RuntimeException>call((server) -> server.asked))
					.containsExactly("first", "second", "third", "last");
				assertThat(ended.stream().filter("cast"::equals)).hasSize(2);
			}
		});
	}

	@Test
	void S05_aCallThatIsPutOffEndsAtItsDeadlineOrWhenItIsCancelledAndLetsItsPayloadGo() {
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				TestOperation price = TestOperation.call("price", (server, item) -> ((Prices) server).price("item"));
				engine.add("prices", ServerSettings.DEFAULTS, Prices::new, price);
				engine.runtime.start();
				Server server = engine.runtime.server("prices");
				CompletableFuture<?> late = server.callAsync(null, price, "late", Duration.ofMillis(10).toNanos(),
						false);
				CompletableFuture<?> cancelled = server.callAsync(null, price, "cancelled", 0, false);
				scheduler.settle();
				assertThat(price.discarded).hasValue(0);
				cancelled.cancel(false);
				scheduler.advance(Duration.ofMillis(20));
				scheduler.settle();
				assertThat(late.exceptionNow()).isInstanceOfSatisfying(GenServerTimeoutException.class,
						(ex) -> assertThat(ex.notExecuted()).isFalse());
				assertThat(price.discarded).hasValue(2);
				GenServerRef<Prices> prices = engine.ref("prices");
				assertThat(prices.<Integer, RuntimeException>call((instance) -> {
					instance.load();
					return instance.unstashed;
				})).isZero();
				assertThat(prices.<List<String>, RuntimeException>call((instance) -> instance.asked)).isEmpty();
			}
		});
	}

	@Test
	void S07_noMoreArePutOffThanTheMailboxHolds() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Prices> prices = engine.start("prices", Engine.SMALL, Prices::new);
				CompletableFuture<Integer> first = prices.callAsync((server) -> server.price("first"));
				scheduler.settle();
				prices.callAsync((server) -> server.price("second"));
				scheduler.settle();
				assertThatExceptionOfType(MailboxFullException.class)
					.isThrownBy(() -> prices.call((server) -> server.price("third")))
					.withMessageContaining("unstash()")
					.withMessageContaining("genserver.servers.prices.mailbox.capacity");
				prices.call(Prices::load);
				assertThat(prices.<Integer, RuntimeException>call((server) -> server.price("fourth"))).isEqualTo(5);
				scheduler.finish();
				assertThat(first).isCompletedWithValue(5);
			}
		});
	}

	@Test
	void S03_atAStopWhatIsPutOffFailsOrIsADeadLetter() {
		for (Overflow overflow : List.of(Overflow.BLOCK, Overflow.DROP_OLDEST)) {
			Seeds.each(30, (scheduler) -> {
				Engine engine = new Engine(scheduler);
				TestOperation note = TestOperation.cast("note", (server, item) -> ((Prices) server).price("cast"));
				engine.add("prices", ServerSettings.DEFAULTS.withMailbox(8, overflow), Prices::new, note);
				engine.runtime.start();
				GenServerRef<Prices> prices = engine.ref("prices");
				CompletableFuture<Integer> call = prices.callAsync((server) -> server.price("call"));
				engine.runtime.server("prices").cast(null, note, "noted");
				scheduler.settle();
				if (scheduler.choices().nextBoolean()) {
					prices.stop();
				}
				else {
					scheduler.spawn("shutdown", () -> {
						engine.close();
						return null;
					});
				}
				scheduler.finish();
				assertThat(call).isDone();
				assertThat(call.exceptionNow()).isInstanceOfAny(GenServerUnavailableException.class,
						GenServerTimeoutException.class);
				assertThat(engine.deadLetters).filteredOn(DeadLetter::cast)
					.extracting(DeadLetter::operation)
					.containsExactly("note");
				assertThat(note.discarded).hasValue(1);
				engine.close();
			});
		}
	}

	@Test
	void S13_aRestartKeepsWhatIsPutOffForTheNextInstance() {
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				boolean[] loaded = new boolean[1];
				GenServerRef<Prices> prices = engine.start("prices", ServerSettings.DEFAULTS, () -> {
					Prices made = new Prices();
					made.known = loaded[0];
					loaded[0] = true;
					return made;
				});
				CompletableFuture<Integer> call = prices.callAsync((server) -> server.price("call"));
				prices.cast((server) -> server.price("cast"));
				scheduler.settle();
				engine.runtime.server("prices").instances().restart(null);
				scheduler.finish();
				assertThat(call).isCompletedWithValue(5);
				assertThat(prices.<List<String>, RuntimeException>call((server) -> server.asked))
					.containsExactly("call", "cast");
			}
		});
	}

	@Test
	void S17_anInstanceThatHasPutMessagesOffIsNotPassivated() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				engine.addKeyed("prices", ServerSettings.DEFAULTS.withIdleTimeout(Duration.ofSeconds(1)), Prices::new);
				engine.runtime.start();
				GenServerRef<Prices> vienna = engine.ref("prices", "vienna");
				vienna.cast((server) -> server.price("cast"));
				scheduler.settle();
				scheduler.advance(Duration.ofSeconds(10));
				scheduler.finish();
				vienna.call(Prices::load);
				assertThat(vienna.<List<String>, RuntimeException>call((server) -> server.asked))
					.containsExactly("cast");
			}
		});
	}

	@Test
	void S12_aHandlerThatFailsAfterItPutItsMessageOffHasFailed() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Prices> prices = engine.start("prices", ServerSettings.DEFAULTS, Prices::new);
				assertThatIllegalStateException().isThrownBy(() -> prices.call((server) -> {
					server.price("item");
					throw new IllegalStateException("expected");
				})).withMessage("expected");
				assertThat(prices.<Integer, RuntimeException>call((server) -> {
					server.load();
					return server.unstashed;
				})).isZero();
			}
		});
	}

	@Test
	void S10_onlyAMessageThatWasSentCanBePutOffInItsTurn() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				List<IllegalStateException> failures = new ArrayList<>();
				Operation beside = TestOperation.concurrent("beside", 1, (instance, none) -> {
					failed(failures, () -> ((Prices) instance).context.stash());
					failed(failures, () -> ((Prices) instance).context.unstash());
					return null;
				});
				engine.add("prices", ServerSettings.DEFAULTS, Prices::new, beside);
				engine.runtime.start();
				GenServerRef<Prices> prices = engine.ref("prices");
				engine.runtime.server("prices").callAsync(null, beside, null, 0, false);
				Prices instance = prices.call((server) -> {
					server.context.schedule(Duration.ZERO, () -> failed(failures, server.context::stash));
					server.context.continueWith(() -> failed(failures, server.context::stash));
					return server;
				});
				scheduler.advance(Duration.ofMillis(5));
				scheduler.finish();
				failed(failures, instance.context::stash);
				failed(failures, instance.context::unstash);
				prices.callAsync((server) -> {
					server.context.deferReply();
					failed(failures, server.context::stash);
					return null;
				});
				prices.callAsync((server) -> {
					server.context.stash();
					failed(failures, server.context::stash);
					failed(failures, server.context::deferReply);
					return null;
				});
				scheduler.settle();
				assertThat(failures).hasSize(9);
			}
		});
	}

	private static void failed(List<IllegalStateException> failures, Runnable task) {
		try {
			task.run();
		}
		catch (IllegalStateException ex) {
			failures.add(ex);
		}
	}

	/** A server that answers once it has loaded its state. */
	private static final class Prices {

		final GenServerContext context = GenServerContext.current();

		final List<String> asked = new ArrayList<>();

		boolean known;

		int unstashed;

		int price(String item) {
			if (!this.known) {
				this.context.stash();
				return -1;
			}
			this.asked.add(item);
			return 5;
		}

		int load() {
			this.known = true;
			this.unstashed = this.context.unstash();
			return this.unstashed;
		}

	}

}
