package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.scheduling.Waiting;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class S15OrderOfStoppingTests {

	private static final Duration DRAIN = Duration.ofSeconds(10);

	@Test
	void S15_whateverTheDependenciesAServerStartsAfterAndStopsBeforeThoseItDependsOn() {
		Seeds.each(50, (scheduler) -> {
			Random random = scheduler.choices();
			int servers = 1 + random.nextInt(9);
			Map<String, Set<String>> dependencies = new LinkedHashMap<>();
			for (int i = 0; i < servers; i++) {
				Set<String> others = new HashSet<>();
				for (int count = random.nextInt(3); count > 0; count--) {
					others.add("s" + random.nextInt(servers + 1));
				}
				dependencies.put("s" + i, others);
			}
			Engine engine = new Engine(scheduler);
			engine.runtime.orderBy(() -> dependencies);
			List<String> log = new ArrayList<>();
			dependencies.keySet().forEach((name) -> engine.add(name, ServerSettings.DEFAULTS, logging(name, log)));
			engine.runtime.start();
			List<String> started = List.copyOf(log);
			assertThat(started).as("%s", dependencies).containsExactlyInAnyOrderElementsOf(dependencies.keySet());
			for (String one : started) {
				for (String other : started) {
					boolean depends = dependsOn(dependencies, one, other, new HashSet<>());
					boolean circle = dependsOn(dependencies, other, one, new HashSet<>());
					// In a circle the order of registration stays, which the names have.
					if (depends && (circle ? one.compareTo(other) > 0 : !one.equals(other))) {
						assertThat(started.indexOf(other)).as("%s depends on %s of %s", one, other, dependencies)
							.isLessThan(started.indexOf(one));
					}
				}
			}
			log.clear();
			engine.runtime.shutdown();
			assertThat(log).as("%s", dependencies).isEqualTo(started.reversed());
			log.clear();
			engine.runtime.start();
			assertThat(log).as("%s", dependencies).isEqualTo(started);
			engine.close();
		});
	}

	/** Written without regard to how the engine does it. */
	private static boolean dependsOn(Map<String, Set<String>> dependencies, String one, String other,
			Set<String> seen) {
		Set<String> direct = dependencies.getOrDefault(one, Set.of());
		return direct.contains(other)
				|| direct.stream().anyMatch((each) -> seen.add(each) && dependsOn(dependencies, each, other, seen));
	}

	@Test
	void S15_serversOfWhichNothingDependsOnAnotherKeepTheOrderOfTheirRegistration() {
		Seeds.each(1, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.runtime.orderBy(() -> {
				throw new IllegalStateException("the container is closed");
			});
			List<String> log = new ArrayList<>();
			List.of("a", "b", "c").forEach((name) -> engine.add(name, ServerSettings.DEFAULTS, logging(name, log)));
			engine.runtime.start();
			engine.close();
			assertThat(log).containsExactly("a", "b", "c", "c", "b", "a");
		});
	}

	@Test
	void S15_whatATerminatingServerCastsIsHandledBeforeTheOtherTerminates() {
		Seeds.each(15, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.runtime.orderBy(() -> Map.of("server", Set.of("store")));
			List<String> saved = new ArrayList<>();
			engine.add("server", ServerSettings.DEFAULTS, casting(engine, 5, saved));
			engine.add("store", ServerSettings.DEFAULTS, logging("store", new ArrayList<>()));
			engine.runtime.start();
			engine.close();
			assertThat(saved).containsExactly("1", "2", "3", "4", "5");
			assertThat(engine.deadLetters).isEmpty();
		});
	}

	@Test
	void S15_alsoWhereTheTerminatingServerHasUsedTheWholeDrainTimeout() {
		Seeds.each(15, (scheduler) -> {
			Engine engine = new Engine(scheduler, Engine.shutdown(DRAIN, DRAIN.plusSeconds(5)));
			engine.runtime.orderBy(() -> Map.of("server", Set.of("store")));
			List<String> saved = new ArrayList<>();
			engine.add("server", ServerSettings.DEFAULTS, casting(engine, 3, saved));
			engine.add("store", ServerSettings.DEFAULTS, logging("store", new ArrayList<>()));
			engine.runtime.start();
			for (int i = 0; i < 20; i++) {
				engine.ref("server").cast((server) -> sleep(engine, Duration.ofSeconds(1)));
			}
			engine.close();
			assertThat(saved).containsExactly("1", "2", "3");
		});
	}

	@Test
	void S15_aServerThatHangsInWhatItWasSentLastKeepsTheShutdownNoLongerThanItsTime() {
		Seeds.each(15, (scheduler) -> {
			Engine engine = new Engine(scheduler, Engine.shutdown(DRAIN, DRAIN.plusSeconds(5)));
			engine.runtime.orderBy(() -> Map.of("server", Set.of("store")));
			engine.add("server", ServerSettings.DEFAULTS, new InstanceFactory() {

				@Override
				public Object create() {
					return new Object();
				}

				@Override
				public void destroy(Object instance) {
					engine.ref("store").cast((store) -> sleep(engine, Duration.ofHours(1)));
				}

			});
			engine.add("store", ServerSettings.DEFAULTS, Object::new);
			List<String> log = new ArrayList<>();
			engine.add("other", ServerSettings.DEFAULTS, logging("other", log));
			engine.runtime.start();
			long before = scheduler.nanoTime();
			engine.close();
			assertThat(Duration.ofNanos(scheduler.nanoTime() - before)).isLessThanOrEqualTo(DRAIN.plusSeconds(5));
			assertThat(log).containsExactly("other", "other");
		});
	}

	@Test
	void S15_norDoesOneThatIgnoresTheInterruptAndHasOthersThatItDependsOn() {
		Seeds.each(15, (scheduler) -> {
			Engine engine = new Engine(scheduler, Engine.shutdown(DRAIN, DRAIN.plusSeconds(5)));
			engine.runtime.orderBy(() -> Map.of("server", Set.of("store")));
			List<String> log = new ArrayList<>();
			engine.add("server", ServerSettings.DEFAULTS, Object::new);
			engine.add("store", ServerSettings.DEFAULTS, logging("store", log));
			engine.runtime.start();
			engine.ref("server").cast((server) -> {
				long until = engine.scheduler.nanoTime() + Duration.ofHours(1).toNanos();
				while (until - engine.scheduler.nanoTime() > 0) {
					sleep(engine, Duration.ofSeconds(1));
					Thread.interrupted();
				}
			});
			long before = scheduler.nanoTime();
			engine.close();
			assertThat(Duration.ofNanos(scheduler.nanoTime() - before)).isLessThanOrEqualTo(DRAIN.plusSeconds(5));
			assertThat(log).containsExactly("store", "store");
		});
	}

	private static void sleep(Engine engine, Duration time) {
		try {
			Waiting.pause(engine.scheduler, time.toNanos());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static InstanceFactory casting(Engine engine, int casts, List<String> saved) {
		return new InstanceFactory() {

			@Override
			public Object create() {
				return new Object();
			}

			@Override
			public void destroy(Object instance) {
				for (int i = 1; i <= casts; i++) {
					String text = String.valueOf(i);
					engine.ref("store").cast((store) -> saved.add(text));
				}
			}

		};
	}

	private static InstanceFactory logging(String name, List<String> log) {
		return new InstanceFactory() {

			@Override
			public Object create() {
				log.add(name);
				return new Object();
			}

			@Override
			public void destroy(Object instance) {
				log.add(name);
			}

		};
	}

}
