package io.genserver.spring;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.genserver.Every;
import io.genserver.GenServer;
import io.genserver.GenServerRegistry;
import io.genserver.GenServerUnavailableException;
import io.genserver.autoconfigure.background.GenServerBackgroundAutoConfiguration;
import io.genserver.background.BackgroundService;
import io.genserver.background.CancellationToken;
import io.genserver.background.Step;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.LifecycleStage;
import io.genserver.runtime.RuntimeSettings;
import io.genserver.runtime.ShutdownTime;
import io.genserver.spring.Servers.Journal;
import io.genserver.testsupport.HangGuard;
import jakarta.annotation.PreDestroy;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Servers among other beans that start and stop with the context.
 */
class StageLifecycleTest {

	private final Journal journal = new Journal();

	private static ConfigurableApplicationContext source(AssertableApplicationContext context) {
		return (ConfigurableApplicationContext) context.getSourceApplicationContext();
	}

	private void await(String entry) {
		HangGuard.await(entry, () -> this.journal.entries.contains(entry));
	}

	@Test
	void S15_theThreadThatStopsTheContextWaitsUntilTheStageHasStopped() {
		ShutdownTime time = new ShutdownTime(RuntimeSettings.DEFAULTS);
		StageLifecycle lifecycle = new StageLifecycle(new LifecycleStage() {

			@Override
			public void start() {
				StageLifecycleTest.this.journal.add("started");
			}

			@Override
			public void stop(ShutdownTime left) {
				assertThat(left.isCaller(Thread.currentThread())).isTrue();
				StageLifecycleTest.this.journal.add("stopped");
			}

		}, time, 1);
		lifecycle.start();
		lifecycle.stop(() -> this.journal.add("told"));
		this.journal.add("returned");
		assertThat(this.journal.entries).containsExactly("started", "stopped", "told", "returned");
		assertThat(lifecycle.isRunning()).isFalse();
	}

	@Test
	void S15_noBeanIsDestroyedUntilTheDrainHasEndedWhateverAPhaseMayTake() throws Exception {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch gate = new CountDownLatch(1);
		Servers.runner()
			.withBean(Journal.class, () -> this.journal)
			.withBean("entered", CountDownLatch.class, () -> entered)
			.withBean("gate", CountDownLatch.class, () -> gate)
			.withUserConfiguration(Impatient.class, Lower.class, Pool.class, PoolUser.class)
			.run((context) -> {
				GenServerRegistry registry = context.getBean(GenServerRegistry.class);
				for (int i = 0; i < 3; i++) {
					registry.<PoolUser>ref("user").cast(PoolUser::use);
				}
				assertThat(entered.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
				CompletableFuture<Void> closed = CompletableFuture.runAsync(source(context)::close);
				GenServerRuntime runtime = context.getBean(GenServerRuntime.class);
				HangGuard.await("the drain begins", () -> !runtime.isRunning());
				gate.countDown();
				closed.get(HangGuard.SECONDS, TimeUnit.SECONDS);
			});
		assertThat(this.journal.entries).containsExactly("used", "used", "used", "user terminated", "lower stopped",
				"pool destroyed");
	}

	@Test
	void S15_otherLifecycleBeansCanCallServersWhenTheyStartAndStop() {
		Servers.runner()
			.withBean(Journal.class, () -> this.journal)
			.withUserConfiguration(CounterServer.class)
			.withBean("user", SmartLifecycle.class, () -> new Calling(this.journal, SmartLifecycle.DEFAULT_PHASE))
			.run((context) -> context.getBean("user", Calling.class));
		assertThat(this.journal.entries).containsExactly("start 1", "stop 2", "counter terminated");
	}

	@Test
	void S15_thePhaseOfTheServersCanBeChosen() {
		Servers.runner()
			.withPropertyValues("genserver.lifecycle.phase=-5")
			.withBean(Journal.class, () -> this.journal)
			.withUserConfiguration(CounterServer.class)
			.withBean("user", SmartLifecycle.class, () -> new Calling(this.journal, 0))
			.run((context) -> {
				assertThat(context.getBean("genServerLifecycle", SmartLifecycle.class).getPhase()).isEqualTo(-5);
				source(context).stop();
			});
		assertThat(this.journal.entries).containsExactly("start 1", "stop 2", "counter terminated");
	}

	@Test
	void S15_aLifecycleBeanThatFailsToStopHarmsNoServer() {
		Servers.runner()
			.withBean(Journal.class, () -> this.journal)
			.withUserConfiguration(Impatient.class, CounterServer.class, Hostile.class)
			.run((context) -> context.getBean(Counter.class).next());
		assertThat(this.journal.entries).containsExactly("counter terminated");
	}

	@Test
	void S15_afterAStopTheContextStartsAgainAndWhatBeansHoldWorks() {
		Servers.runner()
			.withBean(Journal.class, () -> this.journal)
			.withUserConfiguration(CounterServer.class)
			.run((context) -> {
				Counter counter = context.getBean(Counter.class);
				GenServerRegistry registry = context.getBean(GenServerRegistry.class);
				for (int life = 0; life < 3; life++) {
					assertThat(counter.next()).isEqualTo(1);
					assertThat(registry.<CounterServer>ref("counter").call(CounterServer::next)).isEqualTo(2);
					source(context).stop();
					assertThat(context.getBean(GenServerRuntime.class).isRunning()).isFalse();
					assertThatExceptionOfType(GenServerUnavailableException.class).isThrownBy(counter::next)
						.withMessageContaining("stopped");
					source(context).start();
				}
			});
		assertThat(this.journal.entries).hasSize(4).containsOnly("counter terminated");
	}

	@Test
	void S15_aHandlerThatClosesTheContextIsNotWaitedFor() {
		closesItself((context) -> context.getBean(GenServerRegistry.class).ref("counter").cast((server) -> {
			source(context).close();
			this.journal.add("closed");
		}));
	}

	@Test
	void S15_aBackgroundServiceThatClosesTheContextIsNotWaitedFor() {
		closesItself((context) -> context.getBean(Closer.class).context.complete(source(context)));
	}

	private void closesItself(Consumer<AssertableApplicationContext> close) {
		Servers.runner()
			.withConfiguration(AutoConfigurations.of(GenServerBackgroundAutoConfiguration.class))
			.withPropertyValues("genserver.shutdown.drain-timeout=1h", "genserver.background.shutdown-timeout=1h")
			.withBean(Journal.class, () -> this.journal)
			.withUserConfiguration(CounterServer.class, Closer.class)
			.run((context) -> {
				close.accept(context);
				await("closed");
			});
	}

	@Test
	void timersPauseWithTheContextAndServersKeepTheirState() {
		Servers.runner()
			.withBean(Journal.class, () -> this.journal)
			.withUserConfiguration(Ticking.class)
			.run((context) -> {
				await("tick");
				TicksContract ticks = context.getBean(TicksContract.class);
				source(context).pause();
				int seen = ticks.seen();
				// A tick that was due before the pause is handled before the second call.
				seen = ticks.seen();
				for (int i = 0; i < 1000; i++) {
					assertThat(ticks.seen()).isEqualTo(seen);
				}
				source(context).restart();
				this.journal.entries.clear();
				await("tick");
				assertThat(ticks.seen()).isGreaterThan(seen);
			});
	}

	static class Impatient {

		@Bean
		DefaultLifecycleProcessor lifecycleProcessor() {
			DefaultLifecycleProcessor processor = new DefaultLifecycleProcessor();
			processor.setTimeoutPerShutdownPhase(1);
			return processor;
		}

	}

	static class Lower {

		@Bean
		SmartLifecycle lower(Journal journal) {
			return new SmartLifecycle() {

				private volatile boolean running;

				@Override
				public void start() {
					this.running = true;
				}

				@Override
				public void stop() {
					journal.add("lower stopped");
					this.running = false;
				}

				@Override
				public boolean isRunning() {
					return this.running;
				}

				@Override
				public int getPhase() {
					return 0;
				}

			};
		}

	}

	static class Pool {

		private final Journal journal;

		Pool(Journal journal) {
			this.journal = journal;
		}

		void use() {
			this.journal.add("used");
		}

		@PreDestroy
		void close() {
			this.journal.add("pool destroyed");
		}

	}

	@GenServer("user")
	static class PoolUser {

		private final Pool pool;

		private final Journal journal;

		private final CountDownLatch entered;

		private final CountDownLatch gate;

		PoolUser(Pool pool, Journal journal, CountDownLatch entered, CountDownLatch gate) {
			this.pool = pool;
			this.journal = journal;
			this.entered = entered;
			this.gate = gate;
		}

		void use() throws InterruptedException {
			this.entered.countDown();
			this.gate.await();
			this.pool.use();
		}

		@PreDestroy
		void terminate() {
			this.journal.add("user terminated");
		}

	}

	interface Counter {

		int next();

	}

	@GenServer("counter")
	static class CounterServer implements Counter {

		private final Journal journal;

		private int value;

		CounterServer(Journal journal) {
			this.journal = journal;
		}

		@Override
		public int next() {
			return ++this.value;
		}

		@PreDestroy
		void terminate() {
			this.journal.add("counter terminated");
		}

	}

	/** Asks for the server late: it is made before the servers are known. */
	static class Calling implements SmartLifecycle, BeanFactoryAware {

		private final Journal journal;

		private final int phase;

		private BeanFactory beans;

		private volatile boolean running;

		Calling(Journal journal, int phase) {
			this.journal = journal;
			this.phase = phase;
		}

		@Override
		public void setBeanFactory(BeanFactory beanFactory) {
			this.beans = beanFactory;
		}

		@Override
		public void start() {
			this.journal.add("start " + this.beans.getBean(Counter.class).next());
			this.running = true;
		}

		@Override
		public void stop() {
			this.journal.add("stop " + this.beans.getBean(Counter.class).next());
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getPhase() {
			return this.phase;
		}

	}

	/** Fails, and does not tell that it has stopped. */
	static class Hostile implements SmartLifecycle {

		@Override
		public void start() {
		}

		@Override
		public void stop() {
		}

		@Override
		public void stop(Runnable callback) {
			throw new IllegalStateException("will not stop");
		}

		@Override
		public boolean isRunning() {
			return true;
		}

	}

	@Component("closer")
	static class Closer implements BackgroundService<Void> {

		final CompletableFuture<ConfigurableApplicationContext> context = new CompletableFuture<>();

		private final Journal journal;

		Closer(Journal journal) {
			this.journal = journal;
		}

		@Override
		public Step<Void> run(CancellationToken token) throws Exception {
			token.onCancel(() -> this.context.complete(null));
			ConfigurableApplicationContext close = this.context.get();
			if (close != null) {
				close.close();
				this.journal.add("closed");
			}
			return Step.done();
		}

	}

	interface TicksContract {

		int seen();

	}

	@GenServer("ticking")
	static class Ticking implements TicksContract {

		private final Journal journal;

		private int ticks;

		Ticking(Journal journal) {
			this.journal = journal;
		}

		@Every("1ms")
		void tick() {
			this.ticks++;
			this.journal.add("tick");
		}

		@Override
		public int seen() {
			return this.ticks;
		}

	}

}
