package io.genserver.test;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.Keyed;
import io.genserver.Overflow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

class SeededTestTests {

	private static boolean sampling;

	static boolean isSampling() {
		return sampling;
	}

	private static EngineExecutionResults run(String method, Map<String, String> parameters) {
		sampling = true;
		try {
			return EngineTestKit.engine("junit-jupiter")
				.selectors(selectMethod(Samples.class, method, Simulation.class))
				.configurationParameters(parameters)
				.execute();
		}
		finally {
			sampling = false;
		}
	}

	private static String failure(EngineExecutionResults results) {
		return results.testEvents()
			.failed()
			.stream()
			.map((event) -> event.getRequiredPayload(TestExecutionResult.class)
				.getThrowable()
				.orElseThrow()
				.getMessage())
			.collect(Collectors.joining());
	}

	@Test
	void aFailureNamesItsSeedEndsTheTestAndCanBeReplayed() {
		EngineExecutionResults results = run("checksThenWithdraws", Map.of());
		Matcher seed = Pattern.compile("replay with -Dgenserver.seed=(\\d+): ").matcher(failure(results));
		assertThat(seed.find()).isTrue();
		int failing = Integer.parseInt(seed.group(1));
		results.testEvents().assertStatistics((counts) -> counts.started(failing).succeeded(failing - 1).failed(1));
		EngineExecutionResults replay = run("checksThenWithdraws", Map.of("genserver.seed", seed.group(1)));
		replay.testEvents().assertStatistics((counts) -> counts.started(1).failed(1));
		assertThat(failure(replay)).isEqualTo(failure(results));
	}

	@Test
	void aPropertySetsTheNumberOfSeeds() {
		run("countsSeeds", Map.of()).testEvents().assertStatistics((counts) -> counts.succeeded(3));
		run("countsSeeds", Map.of("genserver.seeds", "7")).testEvents()
			.assertStatistics((counts) -> counts.succeeded(7));
	}

	@Test
	void noSeedsAtAllIsAnError() {
		EngineExecutionResults results = run("countsSeeds", Map.of("genserver.seeds", "0"));
		assertThat(results.allEvents()
			.failed()
			.stream()
			.map((event) -> event.getRequiredPayload(TestExecutionResult.class).getThrowable().orElseThrow()))
			.singleElement()
			.extracting(Throwable::getMessage)
			.asString()
			.contains("at least 1 seed, not 0");
	}

	@Test
	void aFailureWithoutMessageIsToldByItsType() {
		assertThat(failure(run("failsWithoutMessage", Map.of())))
			.endsWith("replay with -Dgenserver.seed=1: " + UnsupportedOperationException.class.getName());
	}

	@Test
	void whatBlocksOutsideOfTheSimulationIsNamed() {
		SeededScheduler scheduler = new SeededScheduler(7, Duration.ofMillis(200));
		CountDownLatch latch = new CountDownLatch(1);
		scheduler.spawn("stuck-sender", () -> {
			latch.await();
			return null;
		});
		assertThatExceptionOfType(AssertionError.class).isThrownBy(scheduler::finish)
			.withMessageContaining("seed 7")
			.withMessageContaining("stuck-sender")
			.withMessageContaining("whatBlocksOutsideOfTheSimulationIsNamed");
		latch.countDown();
	}

	@Test
	void aTestThatIsAbortedHasNotFailed() {
		run("aborts", Map.of()).testEvents().assertStatistics((counts) -> counts.failed(0).aborted(2));
	}

	@SeededTest(50)
	void withdrawalsInOneMessageNeverOverdraw(Simulation world) {
		GenServerRef<Account> account = world.server("account", Account.class, Account::new).start();
		for (String name : new String[] { "ann", "bob" }) {
			world.spawn(name, () -> account.call((it) -> it.withdraw(80)));
		}
		world.finish();
		assertThat(account.call(Account::balance)).isEqualTo(20);
	}

	@SeededTest(20)
	void timePassesWhileNothingElseCanHappen(Simulation world) {
		GenServerRef<Object> slow = world.server("slow", Object.class, Object::new)
			.callTimeout(Duration.ofSeconds(2))
			.start();
		assertThatExceptionOfType(GenServerTimeoutException.class).isThrownBy(() -> slow.call((it) -> {
			world.sleep(Duration.ofSeconds(3));
			return 1;
		}));
		assertThat(world.elapsed()).isBetween(Duration.ofSeconds(2), Duration.ofMillis(2_100));
	}

	@SeededTest(20)
	void settingsAndKeysAreThoseOfAServer(Simulation world) {
		Keyed<Account> accounts = world.server("accounts", Account.class, Account::new)
			.mailbox(1, Overflow.REJECT)
			.startKeyed();
		accounts.ref("ann").call((it) -> it.withdraw(10));
		assertThat(accounts.ref("ann").call(Account::balance)).isEqualTo(90);
		assertThat(accounts.ref("bob").call(Account::balance)).isEqualTo(100);
	}

	static final class Account {

		private int balance = 100;

		int balance() {
			return this.balance;
		}

		@Nullable Object withdraw(int amount) {
			if (this.balance >= amount) {
				this.balance -= amount;
			}
			return null;
		}

	}

	/** Run by the tests above, and only by them. */
	@EnabledIf("io.genserver.test.SeededTestTests#isSampling")
	static class Samples {

		@SeededTest(200)
		void checksThenWithdraws(Simulation world) {
			GenServerRef<Account> account = world.server("account", Account.class, Account::new).start();
			for (String name : new String[] { "ann", "bob" }) {
				world.spawn(name, () -> {
					if (account.call(Account::balance) >= 80) {
						account.cast((it) -> it.balance -= 80);
					}
					return null;
				});
			}
			world.finish();
			assertThat(account.call(Account::balance)).isEqualTo(20);
		}

		@SeededTest(3)
		void failsWithoutMessage(Simulation world) {
			throw new UnsupportedOperationException();
		}

		@SeededTest(3)
		void countsSeeds(Simulation world) {
			assertThat(world.seed()).isBetween(1L, 7L);
		}

		@SeededTest(2)
		void aborts(Simulation world) {
			Assumptions.abort("not today");
		}

	}

}
