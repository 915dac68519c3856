package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.genserver.GenServerRef;
import io.genserver.GenServerUnavailableException;
import io.genserver.Overflow;
import io.genserver.ServerState;
import io.genserver.runtime.cell.Commands;
import io.genserver.runtime.contract.Operation.Kind;
import io.genserver.test.SeededScheduler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A server whose concurrent operation has no free slot, and what is sent meanwhile.
 */
class S02OvertakingTests {

	private static final Duration MOMENT = Duration.ofMillis(10);

	@Test
	void S02_anOperationThatOvertakesAnswersWhileAllSlotsAreTakenAlsoItsOwnSender() {
		Seeds.each(30, (scheduler) -> {
			Pool pool = new Pool(scheduler, 2);
			List<CompletableFuture<?>> jobs = pool.fill(5);
			CompletableFuture<@Nullable Object> status = pool.status();
			scheduler.sleep(MOMENT);
			assertThat(status).as("before any job has ended").isCompleted();
			assertThat(jobs).noneMatch(CompletableFuture::isDone);
			pool.open();
			scheduler.sleep(MOMENT);
			assertThat(jobs).allMatch(CompletableFuture::isDone);
			assertThat(pool.most).isEqualTo(2);
			pool.engine.close();
		});
	}

	@Test
	void S02_soDoesOneThatComesOnceTheTurnIsParkedAndOneThatIsACast() {
		Seeds.each(30, (scheduler) -> {
			Pool pool = new Pool(scheduler, 1);
			pool.fill(3);
			scheduler.sleep(MOMENT);
			CompletableFuture<@Nullable Object> first = pool.status();
			scheduler.sleep(MOMENT);
			pool.server.cast(null, pool.note, "seen");
			CompletableFuture<@Nullable Object> second = pool.status();
			scheduler.sleep(MOMENT);
			assertThat(first).isCompletedWithValue("1 run");
			assertThat(pool.notes).containsExactly("seen");
			assertThat(second).isCompletedWithValue("1 run");
			pool.open();
			pool.engine.close();
		});
	}

	@Test
	void S02_itStaysBehindMessagesOfItsOwnSenderThatRunInTheTurnButNotBehindThoseOfOthers() {
		Seeds.each(30, (scheduler) -> {
			Pool pool = new Pool(scheduler, 1);
			pool.fill(3);
			GenServerRef<Object> ref = pool.engine.ref("pool");
			ref.cast((instance) -> pool.notes.add("first"));
			pool.server.cast(null, pool.note, "second");
			scheduler.sleep(MOMENT);
			assertThat(pool.notes).isEmpty();
			scheduler.spawn("other", () -> {
				pool.server.cast(null, pool.note, "other");
				return null;
			});
			scheduler.sleep(MOMENT);
			assertThat(pool.notes).containsExactly("other");
			pool.open();
			scheduler.sleep(MOMENT);
			assertThat(pool.notes).containsExactly("other", "first", "second");
			pool.engine.close();
		});
	}

	@Test
	void S02_itStartsAsSoonAsAMessageThatItStaysBehindIsGivenUp() {
		Seeds.each(30, (scheduler) -> {
			Pool pool = new Pool(scheduler, 1);
			pool.fill(3);
			scheduler.sleep(MOMENT);
			CompletableFuture<?> before = pool.engine.ref("pool").callAsync((instance) -> 1);
			CompletableFuture<@Nullable Object> status = pool.status();
			scheduler.sleep(MOMENT);
			assertThat(status).isNotDone();
			before.cancel(false);
			scheduler.sleep(MOMENT);
			assertThat(status).isCompletedWithValue("1 run");
			pool.open();
			pool.engine.close();
		});
	}

	@Test
	void S01_whatOvertakesRunsInTheTurnOneAtATime() {
		Seeds.each(30, (scheduler) -> {
			Pool pool = new Pool(scheduler, 1);
			pool.fill(2);
			List<CompletableFuture<?>> all = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				scheduler.spawn("sender-" + i, () -> all.add(pool.server.callAsync(null, pool.slow, null, 0, false)));
			}
			scheduler.sleep(Duration.ofMillis(100));
			assertThat(all).hasSize(4).allMatch(CompletableFuture::isDone);
			assertThat(pool.overlaps).isZero();
			pool.open();
			pool.engine.close();
		});
	}

	@Test
	void S07_whatOvertakesLeavesItsPlaceInTheMailbox() {
		Seeds.each(30, (scheduler) -> {
			Pool pool = new Pool(scheduler, 1, ServerSettings.DEFAULTS.withMailbox(3, Overflow.REJECT));
			pool.fill(2);
			scheduler.sleep(MOMENT);
			for (int i = 0; i < 20; i++) {
				CompletableFuture<@Nullable Object> status = pool.status();
				scheduler.sleep(MOMENT);
				assertThat(status).isCompletedWithValue("1 run");
				assertThat(pool.engine.cell("pool").mailbox().size()).isEqualTo(1);
			}
			pool.open();
			pool.engine.close();
		});
	}

	@Test
	void S10_nothingOvertakesARestartOrAStopThatWaitsForTheHandlers() {
		Seeds.each(30, (scheduler) -> {
			Pool pool = new Pool(scheduler, 1);
			pool.fill(2);
			scheduler.sleep(MOMENT);
			CompletableFuture<?> end = pool.engine.runtime.server("pool").instances().stop();
			CompletableFuture<@Nullable Object> status = pool.status();
			scheduler.sleep(MOMENT);
			assertThatThrownBy(status::join).hasCauseInstanceOf(GenServerUnavailableException.class);
			assertThat(end).isNotDone();
			pool.open();
			scheduler.sleep(MOMENT);
			assertThat(end).isDone();
			assertThat(pool.engine.cell("pool").life().state()).isEqualTo(ServerState.STOPPED);
			pool.engine.close();
		});
	}

	@Test
	void S10_norAPauseThatWasAskedForBeforeItWasSent() {
		Seeds.each(30, (scheduler) -> {
			Pool pool = new Pool(scheduler, 1);
			pool.fill(3);
			for (int i = 0; i < 3; i++) {
				scheduler.letOthersRun();
			}
			pool.engine.cell("pool").command(Commands.SUSPEND);
			CompletableFuture<@Nullable Object> status = pool.status();
			scheduler.sleep(MOMENT);
			assertThat(status).isNotDone();
			pool.engine.cell("pool").command(Commands.RESUME);
			scheduler.sleep(MOMENT);
			assertThat(status).isCompleted();
			pool.open();
			pool.engine.close();
		});
	}

	@Test
	void S05_aConcurrentRunThatIsCancelledHasItsSlotUntilItsHandlerEnds() {
		Seeds.each(30, (scheduler) -> {
			Pool pool = new Pool(scheduler, 2);
			List<CompletableFuture<?>> jobs = pool.fill(4);
			scheduler.sleep(MOMENT);
			jobs.get(0).cancel(false);
			jobs.get(1).cancel(false);
			scheduler.sleep(Duration.ofMinutes(1));
			assertThat(pool.begun).as("handlers that began, while those of cancelled calls run").isEqualTo(2);
			assertThat(pool.status()).isNotNull();
			pool.open();
			scheduler.sleep(MOMENT);
			assertThat(pool.begun).isEqualTo(4);
			assertThat(pool.most).isEqualTo(2);
			pool.engine.close();
		});
	}

	/** Jobs that run until a gate opens. */
	private static final class Pool {

		private final Engine engine;

		private final List<Gate> gates = new ArrayList<>();

		private boolean open;

		private final Server server;

		private final TestOperation job;

		private final TestOperation status;

		private final TestOperation note;

		private final TestOperation slow;

		private final List<String> notes = new ArrayList<>();

		private int running;

		private int most;

		private int begun;

		private boolean inTurn;

		private int overlaps;

		Pool(SeededScheduler scheduler, int slots) {
			this(scheduler, slots, ServerSettings.DEFAULTS);
		}

		Pool(SeededScheduler scheduler, int slots, ServerSettings settings) {
			this.engine = new Engine(scheduler);
			this.job = TestOperation.uninterruptible("job", slots, (instance, payload) -> {
				this.begun++;
				this.most = Math.max(this.most, ++this.running);
				Gate gate = new Gate(scheduler, "job");
				this.gates.add(gate);
				if (!this.open) {
					gate.pass();
				}
				this.running--;
				return 1;
			});
			this.status = TestOperation.overtaking("status", Kind.CALL, (instance, payload) -> this.running + " run");
			this.note = TestOperation.overtaking("note", Kind.CAST,
					(instance, payload) -> this.notes.add("" + payload));
			this.slow = TestOperation.overtaking("slow", Kind.CALL, (instance, payload) -> {
				this.overlaps += this.inTurn ? 1 : 0;
				this.inTurn = true;
				scheduler.letOthersRun();
				this.inTurn = false;
				return 1;
			});
			this.server = this.engine.add("pool", settings.withCallTimeout(Duration.ofHours(1)), Object::new, this.job,
					this.status, this.note, this.slow);
			this.engine.runtime.start();
		}

		/** Let the jobs end that run, and those that come. */
		void open() {
			this.open = true;
			List.copyOf(this.gates).forEach(Gate::open);
		}

		List<CompletableFuture<?>> fill(int jobs) {
			List<CompletableFuture<?>> calls = new ArrayList<>();
			for (int i = 0; i < jobs; i++) {
				calls.add(this.server.callAsync(null, this.job, null, 0, false));
			}
			return calls;
		}

		CompletableFuture<@Nullable Object> status() {
			return this.server.callAsync(null, this.status, null, 0, false);
		}

	}

}
