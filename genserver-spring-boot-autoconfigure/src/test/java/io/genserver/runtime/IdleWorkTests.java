package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimer;
import io.genserver.test.SeededScheduler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What a server does when no message waits, or has come for a time. */
class IdleWorkTests {

	private static void pass(SeededScheduler scheduler, int seconds) {
		// The turn of a call that is answered may not have ended.
		scheduler.settle();
		scheduler.advance(Duration.ofSeconds(seconds));
		scheduler.settle();
	}

	@Test
	void aReceiveTimeoutRunsOnceWhenNoMessageHasComeForItsTimeAndAgainAfterAnother() {
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Room> room = engine.start("room", ServerSettings.DEFAULTS, Room::new);
				Room instance = room.call((server) -> server);
				pass(scheduler, 6);
				room.call(Object::hashCode);
				pass(scheduler, 6);
				room.cast((server) -> scheduler.sleep(Duration.ofSeconds(12)));
				scheduler.settle();
				pass(scheduler, 13);
				pass(scheduler, 6);
				assertThat(instance.happened).isEmpty();
				pass(scheduler, 5);
				assertThat(instance.happened).containsExactly("quiet");
				pass(scheduler, 60);
				assertThat(instance.happened).containsExactly("quiet");
				room.call(Object::hashCode);
				pass(scheduler, 9);
				assertThat(instance.happened).hasSize(1);
				pass(scheduler, 2);
				assertThat(instance.happened).containsExactly("quiet", "quiet");
			}
		});
	}

	@Test
	void timersDoNotCountAndResultsThatWerePipedDo() {
		Seeds.each(30, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Room> room = engine.start("room", ServerSettings.DEFAULTS, Room::new);
				CompletableFuture<String> result = new CompletableFuture<>();
				Room instance = room.call((server) -> {
					server.context.scheduleEvery(Duration.ofSeconds(3), () -> server.ticks++);
					server.context.pipe(result, server.happened::add);
					return server;
				});
				pass(scheduler, 8);
				result.complete("result");
				scheduler.settle();
				pass(scheduler, 8);
				assertThat(instance.happened).containsExactly("result");
				pass(scheduler, 4);
				assertThat(instance.happened).containsExactly("result", "quiet");
				assertThat(instance.ticks).isPositive();
			}
		});
	}

	@Test
	void itIsReplacedAndCancelledAndEndsWithItsInstance() {
		Seeds.each(30, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				boolean[] made = new boolean[1];
				GenServerRef<Room> room = engine.start("room", ServerSettings.DEFAULTS, () -> {
					boolean again = made[0];
					made[0] = true;
					return new Room(!again);
				});
				Room instance = room.call((server) -> server);
				// Outside of the turn the time begins at once.
				GenServerTimer replaced = instance.context.receiveTimeout(Duration.ofSeconds(5),
						() -> instance.happened.add("replaced"));
				GenServerTimer other = instance.context.receiveTimeout(Duration.ofSeconds(20),
						() -> instance.happened.add("other"));
				assertThat(replaced.isCancelled()).isTrue();
				pass(scheduler, 19);
				assertThat(instance.happened).isEmpty();
				pass(scheduler, 2);
				assertThat(instance.happened).containsExactly("other");
				room.call(Object::hashCode);
				assertThat(other.cancel()).isTrue();
				assertThat(other.cancel()).isFalse();
				pass(scheduler, 60);
				assertThat(instance.happened).hasSize(1);
				room.call((server) -> server.context.receiveTimeout(Duration.ofSeconds(5),
						() -> server.happened.add("former")));
				engine.runtime.server("room").instances().restart(null);
				scheduler.settle();
				pass(scheduler, 9);
				assertThat(instance.happened).hasSize(1);
				assertThatIllegalStateException()
					.isThrownBy(() -> instance.context.receiveTimeout(Duration.ofSeconds(1), instance.happened::clear));
				assertThatIllegalStateException().isThrownBy(() -> instance.context.whenIdle(instance.happened::clear));
			}
		});
	}

	@Test
	void S17_anInstanceIsNotPassivatedBeforeItsReceiveTimeoutHasRun() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				engine.addKeyed("room", ServerSettings.DEFAULTS.withIdleTimeout(Duration.ofSeconds(1)), Room::new);
				engine.runtime.start();
				Room instance = engine.<Room>ref("room", "a").call((server) -> server);
				for (int i = 0; i < 8; i++) {
					pass(scheduler, 1);
				}
				assertThat(engine.runtime.server("room").hasInstance("a")).isTrue();
				for (int i = 0; i < 8; i++) {
					pass(scheduler, 1);
				}
				assertThat(instance.happened).containsExactly("quiet");
				assertThat(engine.runtime.server("room").hasInstance("a")).isFalse();
			}
		});
	}

	@Test
	void aTaskRunsOnceNoMessageWaitsInPlaceOfThoseGivenBefore() {
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Room> room = engine.start("room", ServerSettings.DEFAULTS, Room::new);
				Gate gate = new Gate(scheduler, "handler");
				room.cast((server) -> gate.pass());
				scheduler.settle();
				// More than are handled before other servers get a chance.
				for (int i = 0; i < 128; i++) {
					room.cast(Room::collect);
				}
				CompletableFuture<Integer> given = room.callAsync((server) -> server.collected);
				given.cancel(false);
				gate.open();
				scheduler.finish();
				assertThat(room.<List<Integer>, RuntimeException>call((server) -> server.written)).containsExactly(128);
				room.call((server) -> {
					server.collect();
					return null;
				});
				scheduler.finish();
				assertThat(room.<List<Integer>, RuntimeException>call((server) -> server.written)).containsExactly(128,
						1);
			}
		});
	}

	/** A room that notes when nothing has come for ten seconds, and writes in batches. */
	private static final class Room {

		final GenServerContext context = GenServerContext.current();

		final List<String> happened = new ArrayList<>();

		final List<Integer> written = new ArrayList<>();

		int collected;

		int ticks;

		Room() {
			this(true);
		}

		Room(boolean notes) {
			if (notes) {
				this.context.receiveTimeout(Duration.ofSeconds(10), () -> this.happened.add("quiet"));
			}
		}

		@Nullable Void collect() {
			this.collected++;
			this.context.whenIdle(() -> {
				this.written.add(this.collected);
				this.collected = 0;
			});
			return null;
		}

	}

}
