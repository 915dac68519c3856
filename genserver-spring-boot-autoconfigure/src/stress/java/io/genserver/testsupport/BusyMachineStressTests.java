package io.genserver.testsupport;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Repeats the tests of the engine that use real threads while other threads keep all
 * processors busy: what counts on a thread being on time fails here before it fails on
 * somebody's machine. Ends after so many rounds, or when its time is over.
 */
@Tag("stress")
@EnabledIfSystemProperty(named = "genserver.busy.rounds", matches = "[1-9][0-9]*",
		disabledReason = "takes long: ask for it with -Dgenserver.busy.rounds=20")
class BusyMachineStressTests {

	private static final Set<String> ELSEWHERE = Set.of("Seeds", "RpcApplication", "SpringApplicationBuilder",
			"TestEndpoint");

	private static final int ROUNDS = Integer.getInteger("genserver.busy.rounds", 2);

	/** No further round begins after so many minutes. */
	private static final int MINUTES = Integer.getInteger("genserver.busy.minutes", 10);

	/** Threads that compute for as long as this runs, per processor. */
	private static final int LOAD = Integer.getInteger("genserver.busy.load", 1);

	@Test
	void whatUsesRealThreadsPassesEachTimeOnABusyMachine() {
		LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
			.selectors(testClasses().stream().map(DiscoverySelectors::selectClass).toList())
			.build();
		AtomicBoolean over = new AtomicBoolean();
		List<Thread> busy = occupyProcessors(over);
		try {
			long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
			for (int round = 1; round <= ROUNDS && (round == 1 || System.nanoTime() - end < 0); round++) {
				SummaryGeneratingListener listener = new SummaryGeneratingListener();
				LauncherFactory.create().execute(request, listener);
				TestExecutionSummary summary = listener.getSummary();
				StringWriter failures = new StringWriter();
				summary.printFailuresTo(new PrintWriter(failures), 20);
				assertThat(summary.getTestsFoundCount()).as("tests").isPositive();
				assertThat(summary.getTotalFailureCount()).as("failures in round %s:\n%s", round, failures).isZero();
				System.out.println("Round " + round + " beside " + busy.size() + " busy threads: "
						+ summary.getTestsSucceededCount() + " tests passed");
			}
		}
		finally {
			over.set(true);
		}
	}

	/**
	 * Of the marked classes those without a seeded schedule, whose thousands of changes
	 * of threads each wait for a processor here, and without an application of their own.
	 */
	private static List<Class<?>> testClasses() {
		return new ClassFileImporter().importPackages("io.genserver")
			.stream()
			.filter((type) -> type.isAnnotatedWith(RealThreads.class) && !type.isAnnotatedWith(Tag.class))
			.filter((type) -> type.getDirectDependenciesFromSelf()
				.stream()
				.noneMatch((dependency) -> ELSEWHERE.contains(dependency.getTargetClass().getSimpleName())))
			.<Class<?>>map(JavaClass::reflect)
			.toList();
	}

	private static List<Thread> occupyProcessors(AtomicBoolean over) {
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < LOAD * Runtime.getRuntime().availableProcessors(); i++) {
			threads.add(Thread.ofPlatform().daemon().name("busy-", i).start(() -> {
				while (!over.get()) {
					Thread.onSpinWait();
				}
			}));
		}
		return threads;
	}

}
