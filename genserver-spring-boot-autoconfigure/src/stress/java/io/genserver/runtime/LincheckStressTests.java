package io.genserver.runtime;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs {@code MailboxLincheck} and {@link KeyedMapLincheck}, each of their tests in a JVM
 * of its own: Lincheck instruments all classes that are loaded, anew for each test, and
 * after other tests those are so many that it takes minutes.
 */
@Tag("stress")
class LincheckStressTests {

	private static final String OPTIONS = "-Xshare:off --enable-native-access=ALL-UNNAMED -XX:+EnableDynamicAgentLoading";

	@ParameterizedTest
	@ValueSource(strings = { "mailbox.MailboxLincheck#inEverySchedule_messagesAreTakenInOrderGivenUpOrRefused",
			"mailbox.MailboxLincheck#inEverySchedule_theBoundAndTheCloseHold",
			"mailbox.MailboxLincheck#onRealThreads(java.lang.Class)",
			"KeyedMapLincheck#inEverySchedule_aKeyHasOneInstanceAndTheBoundIsExact",
			"KeyedMapLincheck#onRealThreads_aKeyHasOneInstanceAndTheBoundIsExact" })
	void eachResultIsExplainedBySomeOrder(String test) throws Exception {
		String programs = System.getProperty("genserver.lincheck.programs", "20");
		ChildJvm child = ChildJvm.run(OPTIONS + " -Dgenserver.lincheck.programs=" + programs,
				System.getProperty("java.class.path"), NamedTests.class,
				LincheckStressTests.class.getPackageName() + "." + test);
		System.out.println(child.output());
		assertThat(child.exitCode()).isEqualTo(NamedTests.PASSED);
	}

}
