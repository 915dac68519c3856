package io.genserver.runtime;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Proofs prove themselves: each mistake of {@code src/stress/resources/faults} is made,
 * alone, and the test it names must fail; without it the test passes.
 * <p>
 * As many are tried at once as there are processors. Where the time for all is limited,
 * the first one depends on the day, so that each has its turn; those that have none are
 * reported as skipped.
 */
@Tag("stress")
class PlantedFaultStressTests {

	/** Tests that only look for one thing need no optimized code. */
	private static final String OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m --enable-native-access=ALL-UNNAMED";

	private static final String CLASS_PATH = System.getProperty("java.class.path");

	private static final Path MODULE = Path.of(System.getProperty("genserver.sources", "."));

	/** Seconds in which faults begin to be tried; 0 for no limit. */
	private static final long SECONDS = Long.getLong("genserver.faults.seconds", 0);

	private static final ExecutorService CHILDREN = Executors
		.newFixedThreadPool(Runtime.getRuntime().availableProcessors());

	@AfterAll
	static void end() {
		CHILDREN.shutdownNow();
	}

	private static List<Fault> faults() throws IOException {
		List<Fault> faults = new ArrayList<>();
		try (Stream<Path> files = Files.list(MODULE.resolve("src/stress/resources/faults"))) {
			for (Path file : files.sorted().toList()) {
				faults.add(Fault.read(file));
			}
		}
		return faults;
	}

	@Test
	void thereAreFaultsAndWithoutThemTheirTestsPass() throws Exception {
		List<Fault> faults = faults();
		assertThat(faults).hasSizeGreaterThanOrEqualTo(12);
		assertThat(faults).extracting((fault) -> fault.file().substring(0, fault.file().indexOf('-')))
			.as("numbers by which single faults are asked for")
			.doesNotHaveDuplicates();
		String[] tests = faults.stream().map(Fault::test).distinct().toArray(String[]::new);
		ChildJvm child = ChildJvm.run(OPTIONS, CLASS_PATH, NamedTests.class, tests);
		assertThat(child.exitCode()).as(child.output()).isEqualTo(NamedTests.PASSED);
		System.out.println("Faults: without any, their " + tests.length + " tests pass");
	}

	@TestFactory
	Stream<DynamicTest> eachIsCaughtByTheTestItNames(@TempDir Path folder) throws IOException {
		long start = System.nanoTime();
		List<Fault> faults = new ArrayList<>(faults());
		faults.removeIf((fault) -> !fault.file().startsWith(System.getProperty("genserver.fault", "")));
		if (SECONDS > 0 && !faults.isEmpty()) {
			// A step that shares no factor with most numbers of faults,
			// so that two days that follow each other try others.
			Collections.rotate(faults, (int) Math.floorMod(-LocalDate.now().toEpochDay() * 89, (long) faults.size()));
		}
		List<DynamicTest> tests = new ArrayList<>();
		for (Fault fault : faults) {
			Future<?> result = CHILDREN.submit(() -> {
				Assumptions.assumeTrue(SECONDS == 0 || System.nanoTime() - start < TimeUnit.SECONDS.toNanos(SECONDS),
						() -> fault.file() + " has no turn in the " + SECONDS + " s for all");
				isCaught(fault, folder.resolve(fault.file()));
				return null;
			});
			tests.add(DynamicTest.dynamicTest(fault.file(), () -> result(result)));
		}
		return tests.stream();
	}

	private static void result(Future<?> result) throws Throwable {
		try {
			result.get();
		}
		catch (ExecutionException failed) {
			throw failed.getCause();
		}
	}

	private static void isCaught(Fault fault, Path folder) throws IOException, InterruptedException {
		Files.createDirectories(folder);
		fault.compile(MODULE, folder, CLASS_PATH);
		ChildJvm child = ChildJvm.run(OPTIONS + " -Dgenserver.hang-guard-seconds=30",
				folder + File.pathSeparator + CLASS_PATH, NamedTests.class, fault.test());
		Assumptions.assumeTrue(child.exitCode() != NamedTests.ABORTED,
				() -> fault.test() + " needs a program that is not on this machine");
		assertThat(child.exitCode()).as("%s must fail with fault %s%n%s", fault.test(), fault.file(), child.output())
			.isEqualTo(NamedTests.FAILED);
		System.out.println("Fault " + fault.file() + " is caught by " + fault.test());
	}

}
