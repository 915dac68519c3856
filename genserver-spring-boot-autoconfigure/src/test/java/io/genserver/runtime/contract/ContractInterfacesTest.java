package io.genserver.runtime.contract;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.genserver.Events;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ContractInterfacesTest {

	/** An application may live below the same name. */
	interface Mine {

	}

	@Test
	void noInterfaceOfThisLibraryIsAContractInWhateverPackageItIs() {
		Set<String> packages = new TreeSet<>();
		for (JavaClass each : new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
			.importPackages("io.genserver")) {
			if (each.getPackageName().startsWith("io.genserver.demo")) {
				continue;
			}
			packages.add(each.getPackageName());
			assertThat(ContractInterfaces.isOwn(each.reflect())).as(each.getName()).isTrue();
			if (each.isInterface()) {
				assertThat(ContractInterfaces.of(each.reflect())).as(each.getName()).isEmpty();
			}
		}
		assertThat(packages).contains("io.genserver", "io.genserver.rpc.server.security", "io.genserver.rpc.socket",
				"io.genserver.spring.background");
	}

	@Test
	void thoseOfApplicationsAreContractsWhereverTheyLive() {
		assertThat(ContractInterfaces.isOwn(Mine.class)).isFalse();
		assertThat(ContractInterfaces.of(Mine.class)).isEqualTo(List.of(Mine.class));
		assertThat(ContractInterfaces.of(Events.class)).isEmpty();
	}

}
