package io.genserver.spring;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import io.genserver.GenServer;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.GenServerUnavailableException;
import io.genserver.ServerState;
import io.genserver.testsupport.HangGuard;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Instances that cannot be made, at every step at which one is. */
class FailingInitTest {

	private final ApplicationContextRunner runner = Servers.runner()
		.withBean(Plan.class, () -> this.plan)
		.withUserConfiguration(SingleServer.class, KeyedServer.class)
		.withPropertyValues("genserver.call-timeout=30s", "genserver.supervision.backoff.initial=1ms",
				"genserver.supervision.backoff.max=2ms", "genserver.servers.single.supervision.strategy=restart",
				"genserver.servers.single.start-failure=mark-failed", "genserver.servers.many.max-instances=1");

	private Plan plan = new Plan();

	@ParameterizedTest
	@EnumSource
	void S13_aFirstStartThatFailsLeavesNoZombieAndARestartEndsIt(Step step) {
		this.plan.fail(step, 1);
		this.runner.run((context) -> {
			assertThat(context).hasNotFailed();
			GenServerRegistry registry = context.getBean(GenServerRegistry.class);
			assertThat(registry.info("single").state()).isEqualTo(ServerState.FAILED);
			GenServerRef<SingleServer> single = registry.ref(SingleServer.class);
			assertThatThrownBy(() -> single.call(SingleServer::number))
				.isInstanceOf(GenServerUnavailableException.class);
			registry.restart("single");
			assertThat(single.<Integer, RuntimeException>call(SingleServer::number)).isEqualTo(2);
			assertThat(this.plan.alive).hasSize(1);
		});
		assertThat(this.plan.alive).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void S13_aRestartThatFailsIsTriedAgainAndLeavesNoZombie(Step step) {
		this.plan.fail(step, 2);
		this.runner.run((context) -> {
			GenServerRef<SingleServer> single = context.getBean(GenServerRegistry.class).ref(SingleServer.class);
			assertThatThrownBy(() -> single.call(SingleServer::crash)).isInstanceOf(IllegalStateException.class);
			assertThat(single.<Integer, RuntimeException>call(SingleServer::number)).isEqualTo(3);
			assertThat(this.plan.alive).hasSize(1);
			assertThat(this.plan.failures).containsExactly(step + " of 2");
		});
		assertThat(this.plan.alive).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void S13_aKeyThatCannotStartTakesNoPlace(Step step) {
		// The single server is the first instance of all.
		this.plan.fail(step, 2);
		this.runner.run((context) -> {
			GenServerRegistry registry = context.getBean(GenServerRegistry.class);
			GenServerRef<KeyedServer> one = registry.ref(KeyedServer.class, "one");
			assertThatThrownBy(() -> one.call(KeyedServer::number)).isInstanceOf(IllegalStateException.class)
				.hasMessage(step + " of 2");
			waitFor(() -> registry.instances("many", 10).isEmpty());
			assertThat(registry.<KeyedServer>ref(KeyedServer.class, "two")
				.<Integer, RuntimeException>call(KeyedServer::number)).isEqualTo(3);
			assertThat(this.plan.alive).hasSize(2);
		});
		assertThat(this.plan.alive).isEmpty();
	}

	private static void waitFor(BooleanSupplier condition) {
		long end = System.nanoTime() + HangGuard.DURATION.toNanos();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("hang guard").isLessThan(end);
			Thread.yield();
		}
	}

	/** Where it fails. */
	enum Step {

		CONSTRUCTOR, INIT

	}

	/** What is to fail, and what lives. */
	static class Plan {

		private final AtomicInteger made = new AtomicInteger();

		private final Set<Integer> alive = ConcurrentHashMap.newKeySet();

		private final List<String> failures = new CopyOnWriteArrayList<>();

		private volatile Step step = Step.CONSTRUCTOR;

		private volatile int instance;

		void fail(Step step, int instance) {
			this.step = step;
			this.instance = instance;
		}

		int next() {
			int number = this.made.incrementAndGet();
			reached(Step.CONSTRUCTOR, number);
			return number;
		}

		void reached(Step step, int number) {
			if (step == this.step && number == this.instance) {
				this.failures.add(step + " of " + number);
				throw new IllegalStateException(step + " of " + number);
			}
		}

	}

	abstract static class Instance {

		private final Plan plan;

		private final int number;

		Instance(Plan plan) {
			this.plan = plan;
			this.number = plan.next();
		}

		@PostConstruct
		void init() {
			this.plan.reached(Step.INIT, this.number);
			this.plan.alive.add(this.number);
		}

		@PreDestroy
		void terminate() {
			this.plan.alive.remove(this.number);
		}

		int number() {
			return this.number;
		}

		int crash() {
			throw new IllegalStateException("crash");
		}

	}

	@GenServer("single")
	static class SingleServer extends Instance {

		SingleServer(Plan plan) {
			super(plan);
		}

	}

	@GenServer(name = "many", keyed = true)
	static class KeyedServer extends Instance {

		KeyedServer(Plan plan) {
			super(plan);
		}

	}

}
