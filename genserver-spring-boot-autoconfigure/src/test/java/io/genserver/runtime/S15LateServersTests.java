package io.genserver.runtime;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerUnavailableException;
import io.genserver.ServerState;
import io.genserver.runtime.cell.Commands;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.cell.ServerCell;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Servers that a shutdown could miss: begun again, replaced or paused.
 */
class S15LateServersTests {

	@Test
	void S15_aServerThatIsRestartedWhenAllStopStaysStopped() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			engine.stop("server");
			scheduler.settle();
			scheduler.spawn("operator", () -> {
				engine.runtime.server("server").instances().restart(null);
				return null;
			});
			engine.close();
			scheduler.finish();
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.STOPPED);
			assertThat(server.callAsync(Object::hashCode)).isCompletedExceptionally();
		});
	}

	@Test
	void S15_anInstanceWhoseSuccessorWaitsAlreadyIsShutDownToo() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler, Engine.shutdown(Duration.ofMillis(50), Duration.ofSeconds(2)));
			Gate gate = new Gate(scheduler, "beside");
			AtomicInteger alive = new AtomicInteger();
			TestOperation beside = TestOperation.concurrent("beside", 1, (instance, payload) -> {
				gate.pass();
				return null;
			});
			Server server = engine.addKeyed("keyed", ServerSettings.DEFAULTS, new InstanceFactory() {

				@Override
				public Object create() {
					alive.incrementAndGet();
					return new Object();
				}

				@Override
				public void destroy(Object instance) {
					alive.decrementAndGet();
				}

			}, beside);
			engine.runtime.start();
			CompletableFuture<Object> running = server.callAsync("key", beside, null, 0, false);
			GenServerRef<Object> ref = engine.ref("keyed", "key");
			ref.cast((instance) -> GenServerContext.current().stop());
			scheduler.settle();
			CompletableFuture<Integer> next = ref.callAsync((instance) -> 1);
			scheduler.settle();
			engine.close();
			scheduler.settle();
			assertThat(running).isCompletedExceptionally();
			assertThat(next).isCompletedExceptionally();
			assertThat(alive).hasValue(0);
		});
	}

	@Test
	void S15_messagesOfASuspendedServerFailAtOnceAndDoNotHoldTheDrainUp() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("first", ServerSettings.DEFAULTS, Object::new);
			engine.addKeyed("keyed", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			GenServerRef<Object> first = engine.ref("first");
			GenServerRef<Object> keyed = engine.ref("keyed", "key");
			keyed.call(Object::hashCode);
			for (String name : List.of("first", "keyed")) {
				engine.runtime.server(name).instances().all().forEach((cell) -> cell.command(Commands.SUSPEND));
			}
			scheduler.settle();
			List<CompletableFuture<Integer>> calls = List.of(first.callAsync((instance) -> 1),
					keyed.callAsync((instance) -> 1), scheduler.spawn("blocked", () -> first.call((instance) -> 1)));
			first.cast(Object::hashCode);
			scheduler.settle();
			long before = scheduler.nanoTime();
			engine.close();
			assertThat(scheduler.nanoTime() - before).isLessThan(Duration.ofMillis(10).toNanos());
			scheduler.finish();
			assertThat(calls).allSatisfy((call) -> assertThat(call.exceptionNow()).isInstanceOfSatisfying(
					GenServerUnavailableException.class, (ex) -> assertThat(ex.notExecuted()).isTrue()));
			assertThat(engine.deadLetters).anySatisfy((letter) -> assertThat(letter.cast()).isTrue());
		});
	}

}
