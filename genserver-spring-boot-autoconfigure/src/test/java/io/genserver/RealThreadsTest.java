package io.genserver;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

/** What the stress profile repeats on a busy machine is complete. */
class RealThreadsTest {

	@Test
	void testsThatRunServersOnTheEnginesWorkersAreMarked() {
		classes().that()
			.haveNameMatching(".*Tests?")
			.and(runOnWorkers())
			.should()
			.beAnnotatedWith(RealThreads.class)
			.check(new ClassFileImporter().withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
				.importPackages("io.genserver"));
	}

	private static DescribedPredicate<JavaClass> runOnWorkers() {
		return DescribedPredicate.describe("run servers on workers",
				(type) -> type.getMethodCallsFromSelf()
					.stream()
					.anyMatch((call) -> call.getTargetOwner().getSimpleName().equals("Engine")
							&& call.getName().equals("onWorkers")));
	}

}
