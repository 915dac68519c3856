package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

import io.genserver.Events;
import io.genserver.Events.End;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.Overflow;
import io.genserver.SlowSubscriber;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.cell.Commands;
import io.genserver.test.SeededScheduler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server gets to know that a subscriber to its events has left: in its own turn, once,
 * and whatever waits in its mailbox.
 */
class S10SubscriberEndsTests {

	private static final ServerSettings SETTINGS = ServerSettings.DEFAULTS.withMailbox(1, Overflow.REJECT);

	/** How a subscriber leaves. */
	private enum Leaving {

		CANCELS(End.CANCELLED, (room, one) -> one.cancel()),

		CANCELS_TWICE(End.CANCELLED, (room, one) -> {
			one.cancel();
			one.cancel();
		}),

		ASKS_FOR_NOTHING(End.CANCELLED, (room, one) -> one.subscription.request(0)),

		FALLS_BEHIND(End.FELL_BEHIND, (room, one) -> {
			for (int i = 0; i < 3; i++) {
				room.events.emit(i);
			}
		}),

		IS_COMPLETED(End.COMPLETED, (room, one) -> room.events.subscriber("one").complete()),

		IS_COMPLETED_WITH_ALL(End.COMPLETED, (room, one) -> room.events.complete()),

		IS_CLOSED(End.COMPLETED, (room, one) -> room.events.close());

		private final End end;

		private final Action action;

		Leaving(End end, Action action) {
			this.end = end;
			this.action = action;
		}

		/** Whether it happens in the server's turn. */
		boolean inTurn() {
			return this.end != End.CANCELLED;
		}

	}

	/** Makes a subscriber of a room leave. */
	private interface Action {

		void accept(Room room, Subscribing one);

	}

	/** A server with subscribers. */
	private static final class Room {

		final GenServerContext context = GenServerContext.current();

		final Events<Object> events = this.context.events(2, SlowSubscriber.FAIL);

		final List<Object> ends = new ArrayList<>();

		Void join(Flow.Subscriber<Object> subscriber) {
			return join("one", subscriber);
		}

		Void join(Object id, Flow.Subscriber<Object> subscriber) {
			this.events.subscriber(id).startingWith(List.of(), this::left).subscribe(subscriber);
			return null;
		}

		private void left(End end) {
			assertThat(GenServerContext.current().name()).isEqualTo("room");
			assertThat(this.events.subscribers()).as("counted no longer").isZero();
			assertThat(this.events.subscriber("one").subscribers()).as("counted no longer").isZero();
			// It is, for good, once the instance has ended.
			this.ends.add(this.context.isCancelled() ? "after the instance" : end);
		}

	}

	/** An id that lets others run wherever the engine looks for it. */
	private record Hesitant(SeededScheduler scheduler) {

		@Override
		public int hashCode() {
			this.scheduler.letOthersRun();
			return 1;
		}

	}

	private static List<Object> ends(GenServerRef<Room> room) {
		return room.call((server) -> List.copyOf(server.ends));
	}

	@Test
	void S10_theServerGetsToKnowOnceThatASubscriberHasLeftThoughItsMailboxIsFull() {
		for (Leaving leaving : Leaving.values()) {
			Seeds.each(30, (scheduler) -> {
				try (Engine engine = new Engine(scheduler)) {
					GenServerRef<Room> room = engine.start("room", SETTINGS, Room::new);
					Subscribing one = new Subscribing(0);
					room.call((server) -> server.join(one));
					CompletableFuture<Object> busy = room.callAsync((server) -> {
						scheduler.sleep(Duration.ofMillis(3));
						if (leaving.inTurn()) {
							leaving.action.accept(server, one);
						}
						return "done";
					});
					scheduler.sleep(Duration.ofMillis(1));
					while (room.tryCast((server) -> {
					})) {
						scheduler.letOthersRun();
					}
					if (!leaving.inTurn()) {
						leaving.action.accept(null, one);
					}
					scheduler.settle();
					scheduler.sleep(Duration.ofMillis(5));
					assertThat(busy).isCompleted();
					assertThat(ends(room)).as(leaving.toString()).containsExactly(leaving.end);
				}
			});
		}
	}

	@Test
	void S10_onceThoughSeveralThingsEndItTogether() {
		Seeds.each(200, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Room> room = engine.start("room", ServerSettings.DEFAULTS, Room::new);
				Subscribing one = new Subscribing(scheduler.choices().nextInt(3));
				room.call((server) -> server.join(new Hesitant(scheduler), one));
				for (Leaving leaving : Leaving.values()) {
					if (leaving.inTurn()) {
						room.cast((server) -> leaving.action.accept(server, one));
					}
					else {
						scheduler.spawn(leaving.toString(), () -> {
							leaving.action.accept(null, one);
							return null;
						});
					}
				}
				scheduler.finish();
				scheduler.settle();
				assertThat(ends(room)).hasSize(1);
			}
		});
	}

	@Test
	void S10_alsoOneThatLeavesBeforeItHasBegun() {
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Room> room = engine.start("room", SETTINGS, Room::new);
				List<Subscribing> leaving = List.of(subscribing(Flow.Subscription::cancel), subscribing((given) -> {
					throw new IllegalStateException("expected");
				}));
				for (Subscribing one : leaving) {
					room.callAsync((server) -> server.join(one));
					scheduler.settle();
				}
				assertThat(ends(room)).containsExactly(End.CANCELLED, End.CANCELLED);
				assertThat(leaving).allMatch((one) -> one.seen.isEmpty());
			}
		});
	}

	@SuppressWarnings("unchecked")
	private static Flow.Subscriber<@Nullable Object> cast(Flow.Subscriber<?> subscriber) {
		return (Flow.Subscriber<@Nullable Object>) subscriber;
	}

	private static Subscribing subscribing(Consumer<Flow.Subscription> then) {
		return new Subscribing(1) {

			@Override
			void subscribed(Flow.Subscription given) {
				then.accept(given);
			}

		};
	}

	@Test
	void S10_alsoACallerThatGaveUpWhileTheHandlerOfItsStreamRan() {
		TestOperation join = TestOperation.stream("join", (instance, payload) -> {
			Room room = (Room) instance;
			((SeededScheduler) payload).sleep(Duration.ofMillis(20));
			return room.events.subscriber("one").startingWith(List.of(1), room::left);
		});
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Room> room = engine.start("room", SETTINGS, Room::new);
				boolean cancels = scheduler.choices().nextBoolean();
				Subscribing one = new Subscribing(1);
				engine.runtime.server("room")
					.stream(null, join, scheduler, cancels ? 0 : Duration.ofMillis(10).toNanos(), null, cast(one));
				scheduler.sleep(Duration.ofMillis(5));
				if (cancels) {
					one.cancel();
				}
				scheduler.sleep(Duration.ofMillis(30));
				assertThat(ends(room)).containsExactly(End.CANCELLED);
			}
		});
	}

	@Test
	void S10_itEndsWithItsInstanceAndMeetsNoOther() {
		Seeds.each(200, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				List<Room> rooms = new ArrayList<>();
				GenServerRef<Room> room = engine.start("room", ServerSettings.DEFAULTS, () -> {
					Room made = new Room();
					rooms.add(made);
					return made;
				});
				Subscribing first = new Subscribing(9);
				room.call((server) -> server.join(new Hesitant(scheduler), first));
				scheduler.spawn("leaves", () -> {
					first.cancel();
					return null;
				});
				scheduler.spawn("restarts", () -> {
					engine.runtime.server("room").instances().restart(null);
					return null;
				});
				scheduler.finish();
				scheduler.settle();
				int known = rooms.get(0).ends.size();
				Subscribing second = new Subscribing(9);
				room.call((server) -> server.join(second));
				second.cancel();
				scheduler.settle();
				assertThat(ends(room)).as("of the second").containsExactly(End.CANCELLED);
				assertThat(rooms).hasSize(2);
				assertThat(rooms.get(0).ends).as("of the first")
					.hasSize(known)
					.hasSizeLessThan(2)
					.isSubsetOf(End.CANCELLED);
			}
		});
	}

	@Test
	void S10_anInstanceIsNotLetGoBeforeItKnows() {
		Seeds.each(300, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				List<Room> rooms = new ArrayList<>();
				engine.addKeyed("room", ServerSettings.DEFAULTS, () -> {
					Room made = new Room();
					rooms.add(made);
					return made;
				});
				engine.runtime.start();
				GenServerRef<Room> room = engine.ref("room", "key");
				Subscribing one = new Subscribing(9);
				room.call((server) -> server.join(new Hesitant(scheduler), one));
				scheduler.spawn("leaves", () -> {
					one.cancel();
					return null;
				});
				for (int i = 0; i < 3; i++) {
					scheduler.spawn("idle " + i, () -> {
						engine.runtime.server("room")
							.instances()
							.all()
							.forEach((cell) -> cell.command(Commands.PASSIVATE));
						return null;
					});
				}
				scheduler.finish();
				scheduler.settle();
				assertThat(rooms).hasSize(1);
				assertThat(rooms.get(0).ends).containsExactly(End.CANCELLED);
			}
		});
	}

	@Test
	void S10_thousandsThatLeaveTogetherKeepNoMessageAndNoTimerWaiting() {
		int count = 10_000;
		SeededScheduler scheduler = new SeededScheduler(1);
		try (Engine engine = new Engine(scheduler)) {
			GenServerRef<Room> room = engine.start("room", ServerSettings.DEFAULTS, Room::new);
			List<Object> happened = new ArrayList<>();
			List<Subscribing> all = new ArrayList<>();
			room.call((server) -> {
				for (int i = 0; i < count; i++) {
					Subscribing one = new Subscribing(9);
					all.add(one);
					server.events.stream(happened::add).subscribe(one);
				}
				return null;
			});
			room.callAsync((server) -> {
				all.forEach(Subscribing::cancel);
				server.context.schedule(Duration.ofMillis(1), () -> happened.add("timer"));
				scheduler.sleep(Duration.ofMillis(5));
				return null;
			});
			scheduler.sleep(Duration.ofMillis(1));
			room.cast((server) -> happened.add("message"));
			room.cast((server) -> happened.add("message"));
			scheduler.sleep(Duration.ofSeconds(1));
			assertThat(happened).hasSize(count + 3);
			assertThat(happened.subList(0, 6)).contains("timer").filteredOn("message"::equals).hasSize(2);
		}
	}

	@Test
	void S10_inOrder() {
		Seeds.each(30, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Room> room = engine.start("room", ServerSettings.DEFAULTS, Room::new);
				List<Object> left = new ArrayList<>();
				List<Subscribing> all = new ArrayList<>();
				room.call((server) -> {
					for (int i = 0; i < 20; i++) {
						int number = i;
						Subscribing one = new Subscribing(9);
						all.add(one);
						server.events.stream((end) -> left.add(number)).subscribe(one);
					}
					return null;
				});
				List<Object> expected = new ArrayList<>();
				for (int i = 0; i < 20; i++) {
					all.get(i).cancel();
					expected.add(i);
					if (scheduler.choices().nextBoolean()) {
						scheduler.letOthersRun();
					}
				}
				scheduler.settle();
				assertThat(left).isEqualTo(expected);
			}
		});
	}

	@Test
	void S10_oneThatIsSuspendedGetsToKnowLater() {
		Seeds.each(30, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Room> room = engine.start("room", SETTINGS, Room::new);
				List<Object> ends = room.call((server) -> server.ends);
				Subscribing one = new Subscribing(9);
				room.call((server) -> server.join(one));
				engine.cell("room").command(Commands.SUSPEND);
				scheduler.settle();
				one.cancel();
				scheduler.settle();
				assertThat(ends).isEmpty();
				engine.cell("room").command(Commands.RESUME);
				scheduler.settle();
				assertThat(ends).containsExactly(End.CANCELLED);
			}
		});
	}

	@Test
	void S10_whatItThrowsIsTheFailureOfACast() {
		for (SupervisionStrategy strategy : List.of(SupervisionStrategy.RESUME, SupervisionStrategy.RESTART)) {
			Seeds.each(20, (scheduler) -> {
				try (Engine engine = new Engine(scheduler)) {
					GenServerRef<Room> room = engine.start("room", SETTINGS.withStrategy(strategy), Room::new);
					Room before = room.call((server) -> server);
					Subscribing one = new Subscribing(9);
					room.call((server) -> {
						server.events.stream((end) -> {
							throw new IllegalStateException("expected");
						}).subscribe(one);
						return null;
					});
					one.cancel();
					scheduler.sleep(Duration.ofSeconds(1));
					Room after = room.call((server) -> server);
					assertThat(after == before).isEqualTo(strategy == SupervisionStrategy.RESUME);
					assertThat(ServerInfos.of(engine.runtime.server("room")).failed()).isOne();
				}
			});
		}
	}

	@Test
	void S10_thoughMemoryIsShort() {
		SeededScheduler scheduler = new SeededScheduler(1);
		FailingScheduler failing = new FailingScheduler(scheduler, () -> new OutOfMemoryError("expected"));
		try (Engine engine = new Engine(failing)) {
			GenServerRef<Room> room = engine.start("room", SETTINGS, Room::new);
			List<Object> ends = room.call((server) -> server.ends);
			Subscribing one = new Subscribing(9);
			room.call((server) -> server.join(one));
			failing.fail(1, 1);
			one.cancel();
			assertThat(failing.stopFailing()).isPositive();
			scheduler.sleep(Duration.ofSeconds(1));
			assertThat(ends).containsExactly(End.CANCELLED);
		}
	}

}
