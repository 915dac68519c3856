package io.genserver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.MDC;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the table of packages: a row imports only rows above it, and of other libraries
 * only those it names.
 */
class LayoutTest {

	private static final JavaClasses MAIN = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("io.genserver");

	@ParameterizedTest
	@EnumSource(Room.class)
	void aRowImportsOnlyRowsAboveItAndTheLibrariesItNames(Room room) {
		List<String> allowed = new ArrayList<>(List.of("java..", "javax..", "org.jspecify..", "org.slf4j.."));
		for (Room above : Room.values()) {
			if (above.ordinal() <= room.ordinal()) {
				allowed.addAll(List.of(above.packages));
				allowed.addAll(List.of(above.libraries));
			}
		}
		ArchRule rule = classes().that()
			.resideInAnyPackage(room.packages)
			.and(isNot(GenServer.class))
			.should()
			.onlyDependOnClassesThat(liveIn(allowed))
			.allowEmptyShould(true);
		rule.check(MAIN);
	}

	@Test
	void theAnnotationAloneNamesSpring() {
		classes().that()
			.haveFullyQualifiedName(GenServer.class.getName())
			.should()
			.onlyDependOnClassesThat(resideInAnyPackage("java..", "io.genserver", "org.springframework.stereotype",
					"org.springframework.core.annotation"))
			.check(MAIN);
	}

	@Test
	void thereAreNoCycles() {
		slices().matching("io.genserver.(**)").should().beFreeOfCycles().check(MAIN);
	}

	@Test
	void everyClassLivesInARoom() {
		List<String> rooms = new ArrayList<>();
		for (Room room : Room.values()) {
			rooms.addAll(List.of(room.packages));
		}
		classes().that()
			.resideOutsideOfPackage("io.genserver.demo..")
			.should()
			.resideInAnyPackage(rooms.toArray(String[]::new))
			.check(MAIN);
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
			.doNotHaveFullyQualifiedName("io.genserver.runtime.Durations")
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
			.haveNameNotMatching("io\\.genserver\\.runtime\\.SafeLogger(\\$\\d+)?")
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

	/**
	 * A row of the table, in its order.
	 */
	enum Room {

		API(new String[] { "io.genserver" }),

		RUNTIME(new String[] { "io.genserver.runtime" }, "org.jctools.."),

		BACKGROUND(new String[] { "io.genserver.background.." }),

		PROTOCOL(new String[] { "io.genserver.protocol.." }, "io.netty.buffer..", "io.netty.util..",
				"com.dynatrace.hash4j.."),

		RPC(new String[] { "io.genserver.rpc", "io.genserver.rpc.codec.." }, "reactor..", "org.reactivestreams..",
				"tools.jackson..", "com.fasterxml.jackson.annotation.."),

		RPC_SOCKET(new String[] { "io.genserver.rpc.socket.." }, "io.netty.."),

		RPC_ENDS(new String[] { "io.genserver.rpc.server..", "io.genserver.rpc.client.." }, "org.springframework..",
				"io.netty.."),

		SPRING(new String[] { "io.genserver.spring.." }, "org.springframework..", "io.micrometer.context.."),

		ACTUATE(new String[] { "io.genserver.actuate.." }, "io.micrometer.."),

		TEST(new String[] { "io.genserver.test.." }, "org.junit..", "org.opentest4j.."),

		AUTOCONFIGURE(new String[] { "io.genserver.autoconfigure.." }, "jakarta.validation..");

		private final String[] packages;

		private final String[] libraries;

		Room(String[] packages, String... libraries) {
			this.packages = packages;
			this.libraries = libraries;
		}

	}

}
