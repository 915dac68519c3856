package io.genserver.runtime;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

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
 */
@Tag("stress")
class PlantedFaultStressTests {

	/** Tests that only look for one thing need no optimized code. */
	private static final String OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m --enable-native-access=ALL-UNNAMED";

	private static final String CLASS_PATH = System.getProperty("java.class.path");

	private static final Path MODULE = Path.of(System.getProperty("genserver.sources", "."));

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
		String[] tests = faults.stream().map(Fault::test).distinct().toArray(String[]::new);
		ChildJvm child = ChildJvm.run(OPTIONS, CLASS_PATH, NamedTests.class, tests);
		assertThat(child.exitCode()).as(child.output()).isEqualTo(NamedTests.PASSED);
		System.out.println("Faults: without any, their " + tests.length + " tests pass");
	}

	@TestFactory
	Stream<DynamicTest> eachIsCaughtByTheTestItNames(@TempDir Path folder) throws IOException {
		return faults().stream()
			.filter((fault) -> fault.file().startsWith(System.getProperty("genserver.fault", "")))
			.map((fault) -> DynamicTest.dynamicTest(fault.file(), () -> isCaught(fault, folder.resolve(fault.file()))));
	}

	private static void isCaught(Fault fault, Path folder) throws IOException, InterruptedException {
		Files.createDirectories(folder);
		fault.compile(MODULE, folder, CLASS_PATH);
		ChildJvm child = ChildJvm.run(OPTIONS + " -Dgenserver.hang-guard-seconds=60",
				folder + File.pathSeparator + CLASS_PATH, NamedTests.class, fault.test());
		Assumptions.assumeTrue(child.exitCode() != NamedTests.ABORTED,
				() -> fault.test() + " needs a program that is not on this machine");
		assertThat(child.exitCode()).as("%s must fail with fault %s%n%s", fault.test(), fault.file(), child.output())
			.isEqualTo(NamedTests.FAILED);
		System.out.println("Fault " + fault.file() + " is caught by " + fault.test());
	}

}
