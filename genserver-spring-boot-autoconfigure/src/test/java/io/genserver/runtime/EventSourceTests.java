package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

import io.genserver.Events;
import io.genserver.Events.End;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerUnavailableException;
import io.genserver.SlowSubscriber;
import io.genserver.test.SeededScheduler;
import io.genserver.testsupport.Reachable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Events for one subscriber, the end of streams and of sources, and what is kept of them.
 */
class EventSourceTests {

	/** A server with subscribers. */
	private static final class Room {

		final Events<Object> events = GenServerContext.current().events(100, SlowSubscriber.FAIL);

		Subscribing join(Object id) {
			Subscribing one = new Subscribing(1000);
			this.events.subscriber(id).stream().subscribe(one);
			return one;
		}

	}

	private static void inRoom(int seeds, Body body) {
		Seeds.each(seeds, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				body.run(scheduler, engine, engine.start("room", ServerSettings.DEFAULTS, Room::new));
			}
		});
	}

	@Test
	void anEventForOneComesInOrderWithThoseForAll() {
		inRoom(50, (scheduler, engine, room) -> {
			List<Subscribing> all = room
				.call((server) -> List.of(server.join("ann"), server.join("bob"), server.join("ann")));
			Subscribing other = new Subscribing(1000);
			room.call((server) -> {
				server.events.stream().subscribe(other);
				Events.Subscriber<Object> ann = server.events.subscriber("ann");
				assertThat(ann.subscribers()).isEqualTo(2);
				assertThat(server.events.subscribers()).isEqualTo(4);
				for (int i = 0; i < 3; i++) {
					server.events.emit("all " + i);
					assertThat(ann.emit("ann " + i)).isTrue();
				}
				assertThat(server.events.subscriber("eve").emit("nobody's")).isFalse();
				return null;
			});
			scheduler.settle();
			Object[] ann = { "all 0", "ann 0", "all 1", "ann 1", "all 2", "ann 2" };
			Object[] rest = { "all 0", "all 1", "all 2" };
			assertThat(all.get(0).seen).containsExactly(ann);
			assertThat(all.get(1).seen).containsExactly(rest);
			assertThat(all.get(2).seen).containsExactly(ann);
			assertThat(other.seen).containsExactly(rest);
		});
	}

	@Test
	void theStreamsOfOneSubscriberAreCompletedAfterItsEventsAndItMayComeBack() {
		inRoom(50, (scheduler, engine, room) -> {
			Subscribing ann = room.call((server) -> server.join("ann"));
			Subscribing bob = room.call((server) -> server.join("bob"));
			room.call((server) -> {
				server.events.emit(1);
				assertThat(server.events.subscriber("ann").complete()).isTrue();
				assertThat(server.events.subscriber("ann").complete()).isFalse();
				assertThat(server.events.subscriber("ann").emit("late")).isFalse();
				server.events.emit(2);
				return null;
			});
			Subscribing again = room.call((server) -> server.join("ann"));
			room.cast((server) -> server.events.emit(3));
			scheduler.settle();
			assertThat(ann.seen).containsExactly(1, "complete");
			assertThat(bob.seen).containsExactly(1, 2, 3);
			assertThat(again.seen).containsExactly(3);
		});
	}

	@Test
	void allAreCompletedAndOthersMayComeUnlessTheSourceIsClosed() {
		inRoom(50, (scheduler, engine, room) -> {
			Subscribing first = room.call((server) -> server.join("ann"));
			List<Object> ends = new ArrayList<>();
			Subscribing second = new Subscribing(1000);
			Subscribing third = new Subscribing(1000);
			room.call((server) -> {
				server.events.emit(1);
				server.events.complete();
				server.events.stream(ends::add).subscribe(second);
				server.events.emit(2);
				server.events.close();
				server.events.close();
				server.events.startingWith(List.of("snapshot"), ends::add).subscribe(third);
				assertThatIllegalStateException().isThrownBy(() -> server.events.emit(3))
					.withMessageContaining("server room is closed");
				assertThatIllegalStateException().isThrownBy(() -> server.events.subscriber("ann").emit(3));
				assertThat(server.events.subscribers()).isZero();
				return null;
			});
			scheduler.settle();
			assertThat(first.seen).containsExactly(1, "complete");
			assertThat(second.seen).containsExactly(2, "complete");
			assertThat(third.seen).containsExactly("snapshot", "complete");
			assertThat(ends).containsExactly(End.COMPLETED, End.COMPLETED);
		});
	}

	@Test
	void aSubscriptionThatMeetsTheCloseOfItsSourceCompletes() {
		inRoom(200, (scheduler, engine, room) -> {
			Events<Object> events = room.call((server) -> server.events);
			Subscribing one = new Subscribing(1000);
			scheduler.spawn("subscribes", () -> {
				events.subscriber("ann").stream().subscribe(one);
				return null;
			});
			scheduler.spawn("closes", () -> {
				room.cast((server) -> server.events.close());
				return null;
			});
			scheduler.finish();
			scheduler.settle();
			assertThat(one.seen).containsExactly("complete");
			assertThat(events.subscribers()).isZero();
		});
	}

	@Test
	void theyAreEmittedCompletedAndClosedInTheTurnOnly() {
		inRoom(1, (scheduler, engine, room) -> {
			Events<Object> events = room.call((server) -> server.events);
			Events.Subscriber<Object> ann = events.subscriber("ann");
			List<Runnable> refused = List.of(() -> events.emit(1), events::complete, events::close, () -> ann.emit(1),
					ann::complete);
			for (Runnable each : refused) {
				assertThatIllegalStateException().isThrownBy(each::run)
					.withMessageContaining("in its turn only; elsewhere send it a cast that ");
			}
		});
	}

	@Test
	void nothingReachesASubscriberBeforeItsSubscription() {
		Seeds.each(200, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Room> room = engine.start("room", ServerSettings.DEFAULTS, Room::new);
			Events<Object> events = room.call((server) -> server.events);
			Subscribing one = new Subscribing(1000) {

				@Override
				void subscribed(Flow.Subscription given) {
					for (int i = 0; i < 10; i++) {
						scheduler.letOthersRun();
					}
				}

			};
			scheduler.spawn("subscribes", () -> {
				events.stream().subscribe(one);
				return null;
			});
			scheduler.spawn("emits", () -> {
				room.cast((server) -> server.events.emit("item"));
				if (scheduler.choices().nextBoolean()) {
					room.cast((server) -> server.events.complete());
				}
				else {
					engine.runtime.server("room").instances().restart(null);
				}
				return null;
			});
			scheduler.finish();
			scheduler.settle();
			engine.close();
			scheduler.settle();
			assertThat(one.seen).doesNotContain("too early").isNotEmpty();
			assertThat(one.seen.subList(0, one.seen.size() - 1)).isSubsetOf("item");
		});
	}

	@Test
	void aSubscriptionThatMeetsTheEndOfTheInstanceEnds() {
		inRoom(200, (scheduler, engine, room) -> {
			Events<Object> events = room.call((server) -> server.events);
			Subscribing one = new Subscribing(1000);
			scheduler.spawn("subscribes", () -> {
				events.stream().subscribe(one);
				return null;
			});
			scheduler.spawn("restarts", () -> {
				engine.runtime.server("room").instances().restart(null);
				return null;
			});
			scheduler.finish();
			scheduler.settle();
			Subscribing late = new Subscribing(1000);
			events.stream().subscribe(late);
			scheduler.settle();
			for (Subscribing each : List.of(one, late)) {
				assertThat(each.seen).hasSize(1).hasOnlyElementsOfType(GenServerUnavailableException.class);
			}
			assertThat(events.subscribers()).isZero();
		});
	}

	@Test
	void aSourceWithoutSubscribersIsKeptByTheApplicationOnly() {
		Seeds.each(3, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
				List<Subscribing> all = new ArrayList<>();
				List<Events<Object>> used = new ArrayList<>();
				List<Events<Object>> unused = new ArrayList<>();
				CompletableFuture<Object> made = server.callAsync((instance) -> {
					for (int i = 0; i < 5; i++) {
						Events<Object> events = GenServerContext.current().events();
						Subscribing one = new Subscribing(1000);
						events.subscriber("id").stream((end) -> {
						}).subscribe(one);
						all.add(one);
						used.add(events);
						unused.add(GenServerContext.current().events());
					}
					return null;
				});
				scheduler.settle();
				assertThat(made).isCompleted();
				assertThat(used).allMatch((events) -> isKept(engine, events));
				assertThat(unused).noneMatch((events) -> isKept(engine, events));
				all.forEach(Subscribing::cancel);
				scheduler.settle();
				assertThat(used).noneMatch((events) -> isKept(engine, events));
			}
		});
	}

	/** The scheduler, which is one for tests, remembers what it has run. */
	private static boolean isKept(Engine engine, Object object) {
		return Reachable.path(engine.cell("server"), object, SeededScheduler.class) != null;
	}

	@Test
	void anIdWithoutSubscriptionIsKeptByNothing() {
		inRoom(50, (scheduler, engine, room) -> {
			Events<Object> events = room.call((server) -> server.events);
			List<Object> ids = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				Object id = new Object();
				ids.add(id);
				for (int n = 0; n < 2; n++) {
					Subscribing one = room.call((server) -> server.join(id));
					scheduler.spawn("leaves", () -> {
						one.cancel();
						return null;
					});
				}
			}
			scheduler.finish();
			scheduler.settle();
			for (Object id : ids) {
				assertThat(events.subscriber(id).subscribers()).isZero();
				assertThat(Reachable.path(events, id, SeededScheduler.class)).isNull();
			}
		});
	}

	/** Part of a test. */
	private interface Body {

		void run(SeededScheduler scheduler, Engine engine, GenServerRef<Room> room) throws Exception;

	}

}
