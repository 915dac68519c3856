package io.genserver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.MDC;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the table of packages in {@code docs/architecture.md}: each row names exactly the
 * packages above it and the libraries that it uses, no package holds too many classes,
 * and no large set of classes inside a package depends on itself in a circle.
 */
class LayoutTest {

	private static final JavaClasses MAIN = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("io.genserver");

	private static final PackageTable TABLE = PackageTable.read();

	private static final Map<String, PackageGraph> GRAPHS = PackageGraph.of(MAIN);

	private static final int CLASSES = 45;

	/**
	 * Packages that are larger, with the number of their classes, which may only fall.
	 */
	private static final Map<String, Integer> LARGER_PACKAGES = Map.of();

	private static final int CIRCLE = 10;

	/**
	 * The largest circle of each package that has one above the limit, with the number of
	 * its classes, which may only fall.
	 */
	private static final Map<String, Integer> LARGER_CIRCLES = Map.of("runtime.cell", 18);

	static List<PackageTable.Row> rows() {
		return TABLE.rows();
	}

	@Test
	void eachPackageHasARow() {
		assertThat(TABLE.packages()).as("packages in the table of docs/architecture.md")
			.containsExactlyInAnyOrderElementsOf(GRAPHS.keySet());
	}

	@ParameterizedTest
	@MethodSource("rows")
	void aRowSaysWhatThePackageIsFor(PackageTable.Row row) {
		assertThat(row.responsibility()).endsWith(".").hasSizeGreaterThan(20);
	}

	@ParameterizedTest
	@MethodSource("rows")
	void aRowUsesOnlyRowsAboveIt(PackageTable.Row row) {
		List<String> packages = TABLE.packages();
		assertThat(packages.subList(0, packages.indexOf(row.name()))).as("rows above `%s` in docs/architecture.md", row)
			.containsAll(row.uses());
	}

	@ParameterizedTest
	@MethodSource("rows")
	void aRowNamesExactlyThePackagesThatAreUsed(PackageTable.Row row) {
		assertThat(row.uses()).as("what the row of `%s` in docs/architecture.md uses", row)
			.containsExactlyInAnyOrderElementsOf(used(row).filter(LayoutTest::isOurs).toList());
	}

	@ParameterizedTest
	@MethodSource("rows")
	void aRowNamesExactlyTheLibrariesThatAreUsed(PackageTable.Row row) {
		List<String> used = used(row).filter((name) -> !isOurs(name) && !isOfTheJdk(name)).toList();
		assertThat(used.stream().filter((name) -> row.libraries().stream().noneMatch(isWithin(name))))
			.as("packages that `%s` uses and its row in docs/architecture.md does not name", row)
			.isEmpty();
		assertThat(
				row.libraries().stream().filter((library) -> used.stream().noneMatch((name) -> within(name, library))))
			.as("libraries that the row of `%s` in docs/architecture.md names and the package does not use", row)
			.isEmpty();
	}

	private static Stream<String> used(PackageTable.Row row) {
		return GRAPHS.get(row.name()).packagesOutside().stream();
	}

	private static boolean isOurs(String name) {
		return within(name, "io.genserver");
	}

	private static boolean isOfTheJdk(String name) {
		return within(name, "java") || within(name, "javax");
	}

	private static Predicate<String> isWithin(String name) {
		return (library) -> within(name, library);
	}

	private static boolean within(String name, String library) {
		return name.equals(library) || name.startsWith(library + ".");
	}

	@Test
	void noPackageIsLargerThanItMayBe() {
		assertThat(above(CLASSES, PackageGraph::size))
			.as("packages of more than %d top-level classes: one that grew is split, the number of one that shrank is "
					+ "lowered in this test", CLASSES)
			.isEqualTo(LARGER_PACKAGES);
	}

	@Test
	void noCircleOfClassesIsLargerThanItMayBe() {
		assertThat(above(CIRCLE, LayoutTest::largestCircle))
			.as("packages with more than %d classes that all depend on each other: one that grew is cut, the number of "
					+ "one that shrank is lowered in this test; today's circles: %s", CIRCLE, circles())
			.isEqualTo(LARGER_CIRCLES);
	}

	private static int largestCircle(PackageGraph graph) {
		return graph.circles().stream().mapToInt(Set::size).findFirst().orElse(0);
	}

	private static Map<String, Integer> above(int limit, ToIntFunction<PackageGraph> size) {
		Map<String, Integer> above = new TreeMap<>();
		GRAPHS.forEach((name, graph) -> {
			int now = size.applyAsInt(graph);
			if (now > limit) {
				above.put(PackageTable.inTable(name), now);
			}
		});
		return above;
	}

	private static List<Set<String>> circles() {
		return GRAPHS.values()
			.stream()
			.flatMap((graph) -> graph.circles().stream())
			.<Set<String>>map(Collections::unmodifiableSet)
			.filter((circle) -> circle.size() > CIRCLE)
			.toList();
	}

	@Test
	void aCircleIsFoundThroughOtherClasses() {
		PackageGraph graph = PackageGraph.of(Map.of("A", Set.of("B"), "B", Set.of("C", "D"), "C", Set.of("A"), "D",
				Set.of("E"), "E", Set.of("D"), "F", Set.of("A", "F")));
		assertThat(graph.circles()).containsExactly(new TreeSet<>(Set.of("A", "B", "C")),
				new TreeSet<>(Set.of("D", "E")));
	}

	@Test
	void theAnnotationAloneNamesSpring() {
		classes().that()
			.haveFullyQualifiedName(GenServer.class.getName())
			.should()
			.onlyDependOnClassesThat(resideInAnyPackage("java..", "io.genserver", "org.springframework.stereotype",
					"org.springframework.core.annotation"))
			.check(MAIN);
		classes().that()
			.resideInAPackage("io.genserver")
			.and(isNot(GenServer.class))
			.should()
			.onlyDependOnClassesThat(liveIn(List.of("java..", "org.jspecify..", "io.genserver")))
			.check(MAIN);
	}

	@Test
	void thereAreNoCycles() {
		slices().matching("io.genserver.(**)").should().beFreeOfCycles().check(MAIN);
	}

	@Test
	void securityStaysInItsSubpackages() {
		noClasses().that()
			.resideOutsideOfPackages("io.genserver.rpc.server.security..", "io.genserver.rpc.client.security..",
					"io.genserver.spring.security..", "io.genserver.autoconfigure..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework.security..")
			.check(MAIN);
	}

	@Test
	void anApplicationNeedsNoTestLibraries() {
		noClasses().that()
			.resideOutsideOfPackage("io.genserver.test..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.genserver.test..", "org.junit..", "org.opentest4j..", "org.springframework.test..",
					"org.springframework.boot.test..")
			.check(MAIN);
	}

	@Test
	void durationsBecomeNumbersInOnePlace() {
		// Anywhere else a duration that is long enough would be an ArithmeticException.
		noClasses().that()
			.doNotHaveFullyQualifiedName("io.genserver.time.Durations")
			.and()
			.doNotHaveFullyQualifiedName(GenServerTimeoutException.class.getName())
			.and()
			.resideOutsideOfPackage("io.genserver.demo..")
			.should()
			.callMethod(Duration.class, "toNanos")
			.orShould()
			.callMethod(Duration.class, "toMillis")
			.orShould()
			.callMethod(Duration.class, "multipliedBy", long.class)
			.check(MAIN);
	}

	@Test
	void oneClassLogs() {
		// What a peer wrote can be part of any line: that class makes it fit.
		noClasses().that()
			.haveNameNotMatching("io\\.genserver\\.log\\.SafeLogger(\\$\\d+)?")
			.and()
			.resideOutsideOfPackage("io.genserver.demo..")
			.should()
			.dependOnClassesThat(
					resideInAnyPackage("org.slf4j..", "org.apache.commons.logging..", "java.util.logging..")
						.and(isNot(MDC.class)))
			.check(MAIN);
	}

	@Test
	void whatIsLoggedIsAnArgumentAndNoFormat() throws IOException {
		Pattern call = Pattern.compile("\\blog(?:ger)?\\s*\\.(?:debug|info|warn|error)\\(\\s*+(?!\"|format)");
		Path sources = Path.of("src/main/java/io/genserver");
		try (Stream<Path> files = Files.walk(sources)) {
			assertThat(files.filter((each) -> each.toString().endsWith(".java"))
				.filter((each) -> !each.endsWith("SafeLogger.java"))
				.filter((each) -> call.matcher(read(each)).find())).isEmpty();
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void thePackagesSayWhatTheyAre() {
		for (JavaClass each : MAIN) {
			assertThat(each.getPackage().tryGetPackageInfo()).as(each.getPackageName()).isPresent();
		}
	}

	private static DescribedPredicate<JavaClass> isNot(Class<?> type) {
		return DescribedPredicate.describe("are not " + type.getSimpleName(),
				(each) -> !each.isEquivalentTo(type) && !each.isAssignableTo(type));
	}

	private static DescribedPredicate<JavaClass> liveIn(List<String> packages) {
		DescribedPredicate<JavaClass> inside = resideInAnyPackage(packages.toArray(String[]::new));
		return DescribedPredicate.describe("live in " + packages, (each) -> {
			JavaClass component = each.getBaseComponentType();
			return component.isPrimitive() || inside.test(component);
		});
	}

}
