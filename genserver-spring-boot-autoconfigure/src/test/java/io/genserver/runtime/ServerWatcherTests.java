package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Who watches servers come and go knows which there are. */
class ServerWatcherTests {

	private static final class Present implements ServerWatcher {

		final Set<String> names = ConcurrentHashMap.newKeySet();

		final List<String> refused = new ArrayList<>();

		@Override
		public void added(Server server) {
			if (this.refused.contains(server.name())) {
				throw new IllegalArgumentException("no");
			}
			this.names.add(server.name());
		}

		@Override
		public void removed(Server server) {
			this.names.remove(server.name());
		}

	}

	private static Server startLate(Engine engine, SeededScheduler scheduler, InstanceFactory factory) {
		Server late = engine.add("late", ServerSettings.DEFAULTS, factory);
		scheduler.spawn("starter", () -> {
			engine.runtime.start(late);
			return null;
		});
		scheduler.settle();
		return late;
	}

	@Test
	void aServerStartedLateIsThereUntilItStops() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Present present = new Present();
			engine.add("early", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.watch(present);
			engine.runtime.start();
			startLate(engine, scheduler, Object::new);
			assertThat(present.names).containsExactly("late");
			engine.stop("late");
			engine.stop("early");
			scheduler.settle();
			assertThat(present.names).isEmpty();
			engine.runtime.server("early").instances().restart(null);
			startLate(engine, scheduler, Object::new);
			assertThat(present.names).containsExactly("late");
			engine.close();
			assertThat(present.names).as("when all stop").containsExactly("late");
		});
	}

	@Test
	void aWatcherThatFailsToForgetAServerDoesNotKeepItFromTheOthers() {
		Seeds.each(1, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.runtime.watch(new ServerWatcher() {

				@Override
				public void added(Server server) {
				}

				@Override
				public void removed(Server server) {
					throw new NoClassDefFoundError("a registry of meters that is closed");
				}

			});
			Present present = new Present();
			engine.runtime.watch(present);
			engine.runtime.start();
			startLate(engine, scheduler, Object::new);
			engine.stop("late");
			scheduler.settle();
			assertThat(present.names).isEmpty();
			assertThat(engine.runtime.find("late")).isNull();
			startLate(engine, scheduler, Object::new);
			assertThat(present.names).containsExactly("late");
			engine.close();
		});
	}

	@Test
	void aServerThatSomebodyDoesNotWantIsNotAdded() {
		Seeds.each(1, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Present first = new Present();
			Present second = new Present();
			second.refused.add("late");
			engine.runtime.watch(first);
			engine.runtime.watch(second);
			engine.runtime.start();
			assertThatExceptionOfType(IllegalArgumentException.class)
				.isThrownBy(() -> engine.add("late", ServerSettings.DEFAULTS, Object::new));
			assertThat(first.names).isEmpty();
			assertThat(engine.runtime.find("late")).isNull();
			engine.close();
		});
	}

	@Test
	void aServerThatDoesNotStartIsGone() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Present present = new Present();
			engine.runtime.watch(present);
			engine.runtime.start();
			startLate(engine, scheduler, () -> {
				throw new IllegalStateException("no luck");
			});
			assertThat(present.names).isEmpty();
			engine.close();
		});
	}

}
