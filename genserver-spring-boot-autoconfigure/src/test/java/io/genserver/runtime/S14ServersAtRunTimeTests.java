package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerUnavailableException;
import io.genserver.NoSuchServerException;
import io.genserver.ServerState;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.cell.CellInternals;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.runtime.contract.ReplyAdapters;
import io.genserver.test.SeededScheduler;
import io.genserver.testsupport.Reachable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Servers that are started at run time leave nothing once they have stopped. */
class S14ServersAtRunTimeTests {

	/** Ways to stop a server that was started at run time. */
	private enum Ending {

		BY_NAME((engine) -> engine.runtime.server("session").stop(null)),

		BY_REF((engine) -> engine.ref("session").stop()),

		BY_ITSELF((engine) -> engine.ref("session").cast((instance) -> GenServerContext.current().stop())),

		BY_ITS_STRATEGY((engine) -> engine.ref("session").cast((instance) -> {
			throw new IllegalStateException("no");
		})),

		TWICE((engine) -> {
			GenServerRef<Object> session = engine.ref("session");
			session.stop();
			session.stop();
		});

		private final Consumer<Engine> action;

		Ending(Consumer<Engine> action) {
			this.action = action;
		}

	}

	private static GenServerRef<Object> start(SeededScheduler scheduler, Engine engine, String name) {
		return start(scheduler, engine, name, ServerSettings.DEFAULTS.withStrategy(SupervisionStrategy.STOP),
				Object::new);
	}

	private static GenServerRef<Object> start(SeededScheduler scheduler, Engine engine, String name,
			ServerSettings settings, InstanceFactory factory) {
		Server server = engine.add(name, settings, factory);
		scheduler.spawn("starter", () -> {
			engine.runtime.start(server);
			return null;
		});
		scheduler.settle();
		return new LocalRef<>(server, null);
	}

	@Test
	void S14_aFactoryThatReturnsNullFailsTheStartWithTheServersName() {
		SeededScheduler scheduler = new SeededScheduler(1);
		Engine engine = new Engine(scheduler);
		engine.start("bean", ServerSettings.DEFAULTS, Object::new);
		Server server = engine.add("session", ServerSettings.DEFAULTS, new AtomicReference<Object>()::get);
		CompletableFuture<?> start = scheduler.spawn("starter", () -> {
			engine.runtime.start(server);
			return null;
		});
		scheduler.settle();
		assertThat(start.exceptionNow()).isInstanceOf(ServerStartException.class)
			.hasRootCauseMessage("The factory of server session returned null: let it return an instance of "
					+ Object.class.getName());
		assertThat(engine.runtime.find("session")).isNull();
		engine.close();
	}

	@ParameterizedTest
	@EnumSource
	void S14_aServerStartedAtRunTimeIsForgottenOnceItHasStopped(Ending ending) {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.start("bean", ServerSettings.DEFAULTS, Object::new);
			for (int i = 0; i < 2; i++) {
				GenServerRef<Object> session = start(scheduler, engine, "session");
				ending.action.accept(engine);
				scheduler.settle();
				assertThat(engine.runtime.kept()).as("names, start order").isEqualTo(new int[] { 1, 1, 1 });
				assertThatExceptionOfType(NoSuchServerException.class)
					.isThrownBy(() -> engine.runtime.server("session"));
				assertThat(session.callAsync(Object::hashCode).exceptionNow()).isInstanceOfSatisfying(
						GenServerUnavailableException.class, (ex) -> assertThat(ex.notExecuted()).isTrue());
				assertThat(session.termination()).isCompleted();
			}
			engine.stop("bean");
			scheduler.settle();
			assertThat(engine.cell("bean").life().state()).as("a bean").isEqualTo(ServerState.STOPPED);
			assertThat(engine.runtime.names()).containsExactly("bean");
			engine.close();
		});
	}

	@Test
	void S14_whatIsKnownOfContractsDoesNotKeepAServerThatHasStopped() {
		Seeds.each(5, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.runtime.start();
			ReflectiveContracts contracts = new ReflectiveContracts(ReplyAdapters.JDK);
			LocalRegistry registry = new LocalRegistry(engine.runtime, contracts, ServerSettings.DEFAULTS);
			CompletableFuture<?> session = scheduler.spawn("user", () -> {
				registry.start("session", Session.class, Session::new);
				registry.contract("session", Greeter.class).greet();
				registry.ref("session").callAsync(Object::hashCode).join();
				registry.ref("session").termination().cancel(false);
				Server server = engine.runtime.server("session");
				registry.stop("session");
				return server;
			});
			scheduler.sleep(Duration.ofMinutes(5));
			assertThat(session).isCompleted();
			assertThat(Reachable.contains(contracts, session.join())).isFalse();
			engine.close();
		});
	}

	interface Greeter {

		String greet();

	}

	static class Session implements Greeter {

		@Override
		public String greet() {
			return "hello";
		}

	}

	@Test
	void S14_itsNameIsFreeAsSoonAsItsTerminationIsKnown() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.runtime.start();
			GenServerRef<Object> session = start(scheduler, engine, "session");
			CompletableFuture<Void> next = new CompletableFuture<>();
			session.termination().whenComplete((done, failure) -> {
				engine.add("SES-sion", ServerSettings.DEFAULTS, Object::new);
				next.complete(null);
			});
			session.stop();
			scheduler.settle();
			assertThat(next).isCompleted();
			engine.close();
		});
	}

	@Test
	void S14_aNameIsTakenWhileAServerBearsItInWhateverForm() {
		Seeds.each(1, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.runtime.start();
			start(scheduler, engine, "one-session");
			assertThatIllegalArgumentException()
				.isThrownBy(() -> engine.add("One_Session", ServerSettings.DEFAULTS, Object::new))
				.withMessageContaining("one-session");
			engine.ref("one-session").stop();
			scheduler.settle();
			start(scheduler, engine, "One_Session");
			assertThatIllegalArgumentException()
				.isThrownBy(() -> engine.add("one-session", ServerSettings.DEFAULTS, Object::new));
			engine.close();
		});
	}

	@Test
	void S14_oneThatHasFailedIsKnownUntilItIsStopped() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.runtime.start();
			int[] made = new int[1];
			GenServerRef<Object> session = start(scheduler, engine, "session",
					ServerSettings.DEFAULTS.withStrategy(SupervisionStrategy.RESTART), () -> {
						if (made[0]++ > 0) {
							throw new IllegalStateException("no");
						}
						return new Object();
					});
			session.cast((instance) -> {
				throw new IllegalStateException("no");
			});
			scheduler.sleep(Duration.ofSeconds(30));
			assertThat(engine.cell("session").life().state()).isEqualTo(ServerState.FAILED);
			assertThat(session.stop()).isCompleted();
			assertThat(engine.runtime.kept()).isEqualTo(new int[] { 0, 0, 0 });
			engine.close();
		});
	}

	@Test
	void S14_oneThatCannotStartIsForgotten() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.runtime.start();
			for (int i = 0; i < 2; i++) {
				start(scheduler, engine, "session", ServerSettings.DEFAULTS, () -> {
					throw new IllegalStateException("no");
				});
				assertThat(engine.runtime.kept()).isEqualTo(new int[] { 0, 0, 0 });
			}
			engine.close();
		});
	}

	@Test
	void S14_aRestartThatMeetsAStopLeavesNoServerThatIsNotKnown() {
		Seeds.each(200, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.runtime.start();
			List<Object> alive = new ArrayList<>();
			GenServerRef<Object> session = start(scheduler, engine, "session", ServerSettings.DEFAULTS,
					new InstanceFactory() {

						@Override
						public Object create() {
							Object made = new Object();
							alive.add(made);
							return made;
						}

						@Override
						public void destroy(Object instance) {
							alive.remove(instance);
						}

					});
			Server server = engine.runtime.server("session");
			CompletableFuture<?> restart = scheduler.spawn("operator", () -> {
				server.instances().restart(null);
				return null;
			});
			scheduler.spawn("stopper", () -> session.stop());
			scheduler.settle();
			assertThat(alive).hasSize(engine.runtime.names().size());
			if (restart.isCompletedExceptionally()) {
				assertThat(restart.exceptionNow()).isInstanceOf(NoSuchServerException.class);
			}
			engine.close();
			assertThat(alive).isEmpty();
		});
	}

	@Test
	void S14_anErrorDoesNotListThousandsOfNames() {
		Seeds.each(1, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			for (int i = 0; i < 1000; i++) {
				engine.add("session-" + i, ServerSettings.DEFAULTS, Object::new);
			}
			assertThatExceptionOfType(NoSuchServerException.class).isThrownBy(() -> engine.runtime.server("other"))
				.withMessageContaining("session-0")
				.withMessageContaining("950 others")
				.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(1000));
			engine.close();
		});
	}

	@ParameterizedTest
	@EnumSource
	void S05_theEndOfAServerKeepsNothingOfThoseWhoNoLongerWaitForIt(GivenUp way) {
		Seeds.each(5, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			engine.addKeyed("keyed", ServerSettings.DEFAULTS, Object::new);
			GenServerRef<Object> instance = engine.ref("keyed", "key");
			instance.cast(Object::hashCode);
			CompletableFuture<Void> waits = server.termination();
			for (int i = 0; i < 10; i++) {
				way.action.accept(server.termination());
				way.action.accept(instance.termination());
			}
			assertThat(CellInternals.watchers(engine.cell("server"))).isOne();
			assertThat(engine.runtime.server("keyed").instances().all())
				.allSatisfy((cell) -> assertThat(CellInternals.watchers(cell)).isZero());
			server.stop();
			scheduler.settle();
			assertThat(waits).isCompleted();
			assertThat(CellInternals.watchers(engine.cell("server"))).isZero();
			engine.close();
		});
	}

	@Test
	void S05_neitherDoesAStopThatNobodyWaitsFor() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			server.cast((instance) -> gate.pass());
			scheduler.settle();
			for (int i = 0; i < 10; i++) {
				server.stop().cancel(false);
			}
			assertThat(CellInternals.watchers(engine.cell("server"))).isZero();
			CompletableFuture<Void> end = server.stop();
			gate.open();
			scheduler.settle();
			assertThat(end).isCompleted();
			engine.close();
		});
	}

	/** Ways to lose interest in a future. */
	private enum GivenUp {

		CANCEL((end) -> end.cancel(true)),

		COMPLETE((end) -> end.complete(null)),

		FAIL((end) -> end.completeExceptionally(new IllegalStateException("no"))),

		OBTRUDE((end) -> end.obtrudeValue(null)),

		OBTRUDE_FAILURE((end) -> end.obtrudeException(new IllegalStateException("no"))),

		COMPLETE_ASYNC((end) -> end.completeAsync(() -> null, Runnable::run));

		private final Consumer<CompletableFuture<Void>> action;

		GivenUp(Consumer<CompletableFuture<Void>> action) {
			this.action = action;
		}

	}

}
