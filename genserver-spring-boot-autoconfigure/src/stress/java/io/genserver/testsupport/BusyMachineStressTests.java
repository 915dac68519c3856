package io.genserver.testsupport;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Repeats the tests that are marked with {@link RealThreads} while other threads keep all
 * processors busy: what counts on a thread being on time fails here before it fails on
 * somebody's machine.
 * <p>
 * A class takes part in every round, until it has used up the time that one class may
 * take in all. Those that start applications or other programs have fewer rounds so; how
 * many is printed, as are the tests that took longest. All rounds run in one JVM, and
 * none begins once the time for all is over; the first is run to its end in any case.
 */
@Tag("stress")
class BusyMachineStressTests {

	private static final int ROUNDS = Integer.getInteger("genserver.busy.rounds", 20);

	/** What one class may take in all rounds together; one round it has in any case. */
	private static final int CLASS_SECONDS = Integer.getInteger("genserver.busy.class-seconds", 5);

	/** What all rounds together may take; a round that has begun goes on to its end. */
	private static final int SECONDS = Integer.getInteger("genserver.busy.seconds", 300);

	/** Threads that compute for as long as this runs, per processor. */
	private static final int LOAD = Integer.getInteger("genserver.busy.load", 1);

	/** A part of the names of the classes that take part. */
	private static final String ONLY = System.getProperty("genserver.busy.only", "");

	/** How many seeds tests have that take any. */
	private static final String SEEDS = "genserver.seeds";

	private static final int SLOWEST = 15;

	/** Nanoseconds that each test took, longest run. */
	private final Map<String, Long> longest = new ConcurrentHashMap<>();

	@Test
	void whatUsesRealThreadsPassesEachTimeOnABusyMachine() {
		Map<Class<?>, Long> spent = new TreeMap<>(Comparator.comparing(Class::getName));
		Map<Class<?>, Integer> rounds = new TreeMap<>(Comparator.comparing(Class::getName));
		testClasses().forEach((type) -> spent.put(type, 0L));
		assertThat(spent).isNotEmpty();
		AtomicBoolean over = new AtomicBoolean();
		int busy = occupyProcessors(over);
		// The thousands of seeds of this profile are for the invariants: here a test with
		// seeds that stands among those on real threads has as many as it has elsewhere.
		String seeds = System.clearProperty(SEEDS);
		try {
			long start = System.nanoTime();
			for (int round = 1; round <= ROUNDS
					&& (round == 1 || seconds(System.nanoTime() - start) < SECONDS); round++) {
				int tests = 0;
				List<String> failures = new ArrayList<>();
				for (Class<?> type : spent.keySet()) {
					if (round == 1 || spent.get(type) < TimeUnit.SECONDS.toNanos(CLASS_SECONDS)) {
						long begin = System.nanoTime();
						Outcomes outcomes = run(type);
						tests += outcomes.passed;
						failures.addAll(outcomes.failures);
						spent.merge(type, System.nanoTime() - begin, Long::sum);
						rounds.merge(type, 1, Integer::sum);
					}
				}
				System.out.println("Round " + round + " beside " + busy + " busy threads: " + tests + " tests passed, "
						+ seconds(System.nanoTime() - start) + " s so far");
				assertThat(failures).as("failures in round %s", round).isEmpty();
			}
		}
		finally {
			over.set(true);
			if (seeds != null) {
				System.setProperty(SEEDS, seeds);
			}
			report(spent, rounds);
		}
	}

	private Outcomes run(Class<?> type) {
		LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
			.selectors(DiscoverySelectors.selectClass(type))
			.filters(TagFilter.includeTags(RealThreads.TAG), TagFilter.excludeTags("stress"))
			.build();
		Outcomes outcomes = new Outcomes(type);
		LauncherFactory.create().execute(request, outcomes);
		return outcomes;
	}

	private void report(Map<Class<?>, Long> spent, Map<Class<?>, Integer> rounds) {
		rounds.forEach((type, times) -> {
			if (times < ROUNDS) {
				System.out
					.println(type.getSimpleName() + " ran " + times + " times: " + seconds(spent.get(type)) + " s");
			}
		});
		this.longest.entrySet()
			.stream()
			.sorted(Map.Entry.<String, Long>comparingByValue().reversed())
			.limit(SLOWEST)
			.forEach((each) -> System.out
				.println("Up to " + TimeUnit.NANOSECONDS.toMillis(each.getValue()) + " ms: " + each.getKey()));
	}

	private static long seconds(long nanos) {
		return TimeUnit.NANOSECONDS.toSeconds(nanos);
	}

	/** The classes that are marked, or have methods that are. */
	private static List<? extends Class<?>> testClasses() {
		return new ClassFileImporter().importPackages("io.genserver")
			.stream()
			.filter((type) -> type.getName().contains(ONLY) && !type.isAnnotatedWith(Tag.class))
			.filter((type) -> type.isAnnotatedWith(RealThreads.class)
					|| type.getMethods().stream().anyMatch((method) -> method.isAnnotatedWith(RealThreads.class)))
			.map(JavaClass::reflect)
			.toList();
	}

	private static int occupyProcessors(AtomicBoolean over) {
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < LOAD * Runtime.getRuntime().availableProcessors(); i++) {
			threads.add(Thread.ofPlatform().daemon().name("busy-", i).start(() -> {
				while (!over.get()) {
					Thread.onSpinWait();
				}
			}));
		}
		return threads.size();
	}

	/** What became of the tests of a class. */
	private final class Outcomes implements TestExecutionListener {

		private final Map<TestIdentifier, Long> started = new ConcurrentHashMap<>();

		private final List<String> failures = new ArrayList<>();

		private final Class<?> type;

		private int passed;

		Outcomes(Class<?> type) {
			this.type = type;
		}

		@Override
		public void executionStarted(TestIdentifier identifier) {
			this.started.put(identifier, System.nanoTime());
		}

		@Override
		public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
			String name = this.type.getSimpleName() + " " + identifier.getDisplayName();
			result.getThrowable().filter((failure) -> result.getStatus() == Status.FAILED).ifPresent((failure) -> {
				failure.printStackTrace(System.out);
				this.failures.add(name + ": " + failure);
			});
			if (identifier.isTest()) {
				this.passed += (result.getStatus() == Status.SUCCESSFUL) ? 1 : 0;
				BusyMachineStressTests.this.longest.merge(name,
						System.nanoTime() - this.started.getOrDefault(identifier, 0L), Math::max);
			}
		}

	}

}
