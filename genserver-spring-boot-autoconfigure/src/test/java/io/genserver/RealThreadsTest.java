package io.genserver;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/** What the stress profile repeats on a busy machine is complete. */
class RealThreadsTest {

	private final JavaClasses classes = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
		.importPackages("io.genserver");

	@Test
	void testsThatRunServersOnTheEnginesWorkersAreMarked() {
		List<String> unmarked = this.classes.stream()
			.filter((type) -> type.getName().matches(".*Tests?") && !isMarked(type) && !isOfTheStressProfile(type))
			.flatMap((type) -> type.getMethods().stream())
			.filter((method) -> isTest(method) && !method.isAnnotatedWith(RealThreads.class) && runsOnWorkers(method))
			.map(JavaMethod::getFullName)
			.sorted()
			.toList();
		assertThat(unmarked).as("tests on real threads that are not marked with @RealThreads").isEmpty();
	}

	@Test
	void whatItsClassMakesOnWorkersCountsToo() {
		assertThat(runsOnWorkers(sample("directly"))).isTrue();
		assertThat(runsOnWorkers(sample("byAMethodInALambda"))).isTrue();
		assertThat(runsOnWorkers(sample("notAtAll"))).isFalse();
		assertThat(runsOnWorkers(this.classes.get(WithField.class).getMethods().stream().findFirst().orElseThrow()))
			.isTrue();
	}

	private JavaMethod sample(String name) {
		return this.classes.get(Sample.class).getMethod(name);
	}

	private static boolean isMarked(JavaClass type) {
		return type.isAnnotatedWith(RealThreads.class)
				|| type.getEnclosingClass().map(RealThreadsTest::isMarked).orElse(false);
	}

	/** Compiled into the same folder where that profile was run before. */
	private static boolean isOfTheStressProfile(JavaClass type) {
		return type.tryGetAnnotationOfType(Tag.class).map((tag) -> tag.value().equals("stress")).orElse(false);
	}

	private static boolean isTest(JavaMethod method) {
		return method.isAnnotatedWith(Test.class) || method.isMetaAnnotatedWith(Test.class)
				|| method.isAnnotatedWith(TestTemplate.class) || method.isMetaAnnotatedWith(TestTemplate.class)
				|| method.isAnnotatedWith(TestFactory.class);
	}

	/** Whether a test, what it calls in its class, or the making of its class, does. */
	private static boolean runsOnWorkers(JavaMethod test) {
		Set<JavaCodeUnit> seen = new HashSet<>();
		Deque<JavaCodeUnit> next = new ArrayDeque<>(test.getOwner().getConstructors());
		test.getOwner().getStaticInitializer().ifPresent(next::add);
		next.add(test);
		while (!next.isEmpty()) {
			JavaCodeUnit unit = next.remove();
			if (!seen.add(unit)) {
				continue;
			}
			for (var call : unit.getCallsFromSelf()) {
				if (call.getTargetOwner().getSimpleName().equals("Engine") && call.getName().equals("onWorkers")) {
					return true;
				}
				if (sharesFile(call.getTargetOwner(), test.getOwner())) {
					call.getTarget().resolveMember().ifPresent((called) -> next.add((JavaCodeUnit) called));
				}
			}
		}
		return false;
	}

	private static boolean sharesFile(JavaClass called, JavaClass test) {
		return called.getSource().equals(test.getSource()) && called.getPackageName().equals(test.getPackageName());
	}

	/** Looked at, never run. */
	static class Sample {

		void directly() {
			Engine.onWorkers();
		}

		void byAMethodInALambda() {
			Runnable later = () -> helper();
			later.run();
		}

		void notAtAll() {
			toString();
		}

		private static void helper() {
			Engine.onWorkers();
		}

	}

	/** Looked at, never run. */
	static class WithField {

		private final Object engine = Engine.onWorkers();

		Object test() {
			return this.engine;
		}

	}

	/** Named like the fixture. */
	static final class Engine {

		private Engine() {
		}

		static Object onWorkers() {
			return "";
		}

	}

}
