package io.genserver.runtime;

import java.io.PrintWriter;

import org.junit.platform.engine.CancellationToken;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherExecutionRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * A program that runs tests by name and ends with 0 if all passed, with 1 if one failed,
 * and with 2 if one was not there.
 */
public final class NamedTests {

	/** All passed. */
	static final int PASSED = 0;

	/** One failed. */
	static final int FAILED = 1;

	/** One was not there. */
	private static final int MISSING = 2;

	/** None failed, and the only one needs a program that is not on this machine. */
	static final int ABORTED = 3;

	private NamedTests() {
	}

	/**
	 * Run tests.
	 * @param names their names, as {@code class#method}
	 */
	public static void main(String[] names) {
		boolean passed = true;
		boolean aborted = false;
		for (String name : names) {
			TestExecutionSummary summary = run(name);
			summary.printFailuresTo(new PrintWriter(System.out, true), 5);
			boolean failed = summary.getTotalFailureCount() > 0;
			if (!failed && (summary.getTestsFoundCount() == 0 || summary.getTestsSkippedCount() > 0)) {
				System.out.println(name + " was not found, or not run");
				System.exit(MISSING);
			}
			// A test for both modes may be none in one
			// of them, and ends there by an assumption.
			if (!failed && summary.getTestsSucceededCount() == 0) {
				System.out.println(name + " needs what is not on this machine");
				aborted = true;
			}
			passed &= !failed;
		}
		if (!passed) {
			System.exit(FAILED);
		}
		System.exit((aborted && names.length == 1) ? ABORTED : PASSED);
	}

	/** Run a test, for all of its arguments up to the first for which it fails. */
	private static TestExecutionSummary run(String name) {
		SummaryGeneratingListener listener = new SummaryGeneratingListener();
		CancellationToken failed = CancellationToken.create();
		TestExecutionListener first = new TestExecutionListener() {

			@Override
			public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
				if (result.getStatus() == TestExecutionResult.Status.FAILED) {
					failed.cancel();
				}
			}

		};
		LauncherExecutionRequest request = LauncherDiscoveryRequestBuilder.request()
			.selectors(DiscoverySelectors.selectMethod(name))
			.forExecution()
			.listeners(listener, first)
			.cancellationToken(failed)
			.build();
		LauncherFactory.create().execute(request);
		return listener.getSummary();
	}

}
