package io.genserver.spring.background;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.GenServer;
import io.genserver.autoconfigure.background.GenServerBackgroundAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.background.BackgroundHandle;
import io.genserver.background.BackgroundService;
import io.genserver.background.BackgroundServiceEvent;
import io.genserver.background.BackgroundServiceEvent.Kind;
import io.genserver.background.BackgroundServices;
import io.genserver.background.CancellationToken;
import io.genserver.background.Completion;
import io.genserver.background.HandleProvider;
import io.genserver.background.ItemConsumer;
import io.genserver.background.ItemsOf;
import io.genserver.background.ServiceInfo;
import io.genserver.background.ServiceState;
import io.genserver.background.Step;
import io.genserver.background.VirtualTime;
import io.genserver.testsupport.HangGuard;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class BackgroundServiceBeansTest {

	private final VirtualTime time = new VirtualTime();

	private final Journal journal = new Journal();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(GenServerAutoConfiguration.class, GenServerBackgroundAutoConfiguration.class))
		// The one timer that a test waits for is that of a pause.
		.withPropertyValues("genserver.background.slow-step-threshold=0s")
		.withBean(VirtualTime.class, () -> this.time)
		.withBean(Journal.class, () -> this.journal);

	@Test
	void aBeanRunsUnderItsNameFromTheStartOfTheContextToItsEnd() {
		this.runner.withUserConfiguration(Ticker.class).run((context) -> {
			BackgroundServices services = context.getBean(BackgroundServices.class);
			assertThat(services.names()).containsExactly("ticker");
			this.journal.await("tick");
			this.time.awaitTimer(Duration.ofSeconds(1));
			this.time.advance(Duration.ofSeconds(1));
			this.journal.await("tick");
			BackgroundHandle<?> ticker = services.find("ticker");
			assertThat(ticker.state()).isEqualTo(ServiceState.RUNNING);
			context.close();
			assertThat(ticker.completion()).isDone();
			assertThat(ticker.state()).isEqualTo(ServiceState.CANCELLED);
		});
	}

	@Test
	void servicesStartAfterTheServersAndEndBeforeThem() {
		this.runner.withUserConfiguration(Witness.class, LivingServer.class).run((context) -> {
			this.journal.await("server started");
			this.journal.await("service runs");
			context.close();
			assertThat(this.journal.entries).containsExactly("service ended", "server terminated");
		});
	}

	@Test
	void theyStartBeforeAWebServerTakesRequestsAndEndAfterIt() {
		this.runner.run((context) -> assertThat(phase(context, "genServerBackgroundLifecycle"))
			.isLessThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
			.isGreaterThan(phase(context, "genServerLifecycle")));
	}

	private static int phase(BeanFactory context, String lifecycle) {
		return context.getBean(lifecycle, SmartLifecycle.class).getPhase();
	}

	@Test
	void itemsGoToTheConsumerWhoseClassNamesTheService() {
		this.runner.withUserConfiguration(Ticker.class, TickConsumer.class).run((context) -> {
			this.journal.await("tick");
			this.journal.await("took 1");
		});
	}

	@Test
	void itemsGoToTheConsumerWhoseFactoryMethodNamesTheServiceAndARefusalEndsIt() {
		this.runner.withUserConfiguration(Ticker.class, RefusingConfiguration.class, Listener.class).run((context) -> {
			BackgroundHandle<?> ticker = context.getBean(BackgroundServices.class).find("ticker");
			assertThat(ticker.completion().get(HangGuard.SECONDS, TimeUnit.SECONDS).reason())
				.isEqualTo(Completion.Reason.REFUSED);
			assertThat(context.getBean(Listener.class).events).containsExactly(
					new BackgroundServiceEvent("ticker", Kind.STARTED, null),
					new BackgroundServiceEvent("ticker", Kind.REFUSED, null));
		});
	}

	@Test
	void aSingletonThatThrowsRunsAgainWithTheStateItHasAfterThePauseThatIsSet() {
		this.runner.withUserConfiguration(Flaky.class, Listener.class)
			.withPropertyValues("genserver.background.max-restarts=2", "genserver.background.backoff.initial=2s",
					"genserver.background.services.flaky.backoff.initial=3s", "genserver.background.backoff.max=5s")
			.run((context) -> {
				this.time.awaitTimer(Duration.ofSeconds(3));
				this.time.advance(Duration.ofSeconds(3));
				this.time.awaitTimer(Duration.ofSeconds(5));
				this.time.advance(Duration.ofSeconds(5));
				BackgroundHandle<?> flaky = context.getBean(BackgroundServices.class).find("flaky");
				assertThat(flaky.completion().get(HangGuard.SECONDS, TimeUnit.SECONDS).cause()).hasMessage("run 3");
				assertThat(flaky.state()).isEqualTo(ServiceState.FAILED);
				assertThat(context.getBean(Listener.class).events).extracting(BackgroundServiceEvent::kind)
					.containsExactly(Kind.STARTED, Kind.RESTARTED, Kind.RESTARTED, Kind.FAILED);
			});
	}

	@Test
	void ofAPrototypeEachRunGetsAnInstanceOfItsOwnWhichIsDestroyedAfterIt() {
		this.runner.withUserConfiguration(Fresh.class)
			.withPropertyValues("genserver.background.max-restarts=1", "genserver.background.backoff.initial=3s")
			.run((context) -> {
				this.journal.await("made");
				this.journal.await("destroyed after 1 run");
				this.time.awaitTimer(Duration.ofSeconds(3));
				this.time.advance(Duration.ofSeconds(3));
				this.journal.await("made");
				this.journal.await("destroyed after 1 run");
				assertThat(state(context.getBean(BackgroundServices.class), "fresh")).isEqualTo(ServiceState.FAILED);
			});
	}

	@Test
	void aServiceThatIsDoneStaysSoUntilItIsTold() {
		this.runner.withUserConfiguration(OneShot.class).run((context) -> {
			BackgroundServices services = context.getBean(BackgroundServices.class);
			this.journal.await("shot");
			BackgroundHandle<?> shot = services.find("one-shot");
			assertThat(shot.completion().get(HangGuard.SECONDS, TimeUnit.SECONDS).reason())
				.isEqualTo(Completion.Reason.DONE);
			assertThat(services.names()).containsExactly("oneShot");
			services.restart("oneShot");
			this.journal.await("shot");
		});
	}

	@Test
	void aServiceStartsWithTheApplicationOnlyIfItIsSetSo() {
		this.runner.withUserConfiguration(Ticker.class, OneShot.class)
			.withPropertyValues("genserver.background.autostart=false",
					"genserver.background.services.ONE_SHOT.autostart=true")
			.run((context) -> {
				this.journal.await("shot");
				BackgroundServices services = context.getBean(BackgroundServices.class);
				assertThat(state(services, "ticker")).isEqualTo(ServiceState.NEW);
				services.restart("ticker");
				this.journal.await("tick");
				assertThat(services.find("ticker").info().restarts()).isZero();
			});
	}

	@Test
	void theHandleOfABeanIsFoundByItsName() {
		this.runner.withUserConfiguration(Counting.class).run((context) -> {
			BackgroundServices services = context.getBean(BackgroundServices.class);
			assertThat(services.own("counting", AtomicInteger.class)).isNotNull();
			assertThatIllegalStateException().isThrownBy(() -> services.own("counting", String.class))
				.withMessageContaining("AtomicInteger");
			assertThatIllegalStateException().isThrownBy(() -> services.own("other", AtomicInteger.class))
				.withMessageContaining("[counting]");
		});
	}

	@Test
	void codeMaySpawnServicesToo() {
		this.runner.run((context) -> {
			BackgroundServices services = context.getBean(BackgroundServices.class);
			BackgroundHandle<?> handle = services.spawn("import", (token) -> Step.done());
			assertThat(handle.completion().get(HangGuard.SECONDS, TimeUnit.SECONDS).reason())
				.isEqualTo(Completion.Reason.DONE);
		});
	}

	@Test
	void switchedOffTheBeansAreOrdinaryOnes() {
		for (String key : List.of("genserver.background.enabled", "genserver.enabled")) {
			this.runner.withUserConfiguration(Ticker.class)
				.withPropertyValues(key + "=false")
				.run((context) -> assertThat(context).hasNotFailed()
					.hasSingleBean(Ticker.class)
					.doesNotHaveBean(BackgroundServices.class));
		}
	}

	@Test
	void aServiceThatIgnoresItsTokenIsInterruptedAtTheShutdownTimeout() {
		this.runner.withUserConfiguration(Stubborn.class)
			.withPropertyValues("genserver.background.interrupt-after=1h", "genserver.background.shutdown-timeout=7s")
			.run((context) -> {
				this.journal.await("blocks");
				Thread closing = Thread.ofPlatform().daemon().start(context::close);
				this.time.awaitTimer(Duration.ofSeconds(7));
				this.time.advance(Duration.ofSeconds(7));
				this.journal.await("interrupted");
				assertThat(closing.join(VirtualTime.HANG_GUARD)).isTrue();
			});
	}

	@Test
	void anInstanceThatCannotBeMadeFailsTheStartAndLeavesNothing() {
		this.runner.withUserConfiguration(Ticker.class, Unmakeable.class).run((context) -> {
			assertThat(context).getFailure().rootCause().hasMessage("expected");
			assertThat(this.time.delays()).as("pauses of services that still run").isEmpty();
		});
	}

	@Test
	void S15_servicesRunAgainAfterAStopAndAStartOfTheContext() {
		this.runner.withUserConfiguration(Ticker.class, TickConsumer.class).run((context) -> {
			this.journal.await("tick");
			BackgroundHandle<?> handle = context.getBean(BackgroundServices.class).find("ticker");
			ConfigurableApplicationContext source = (ConfigurableApplicationContext) context
				.getSourceApplicationContext();
			source.stop();
			assertThat(handle.state()).isEqualTo(ServiceState.CANCELLED);
			this.journal.entries.clear();
			source.start();
			this.journal.await("tick");
			assertThat(handle.state()).isEqualTo(ServiceState.RUNNING);
			assertThat(context.getBean(BackgroundServices.class).find("ticker")).isSameAs(handle);
		});
	}

	private static ServiceState state(BackgroundServices services, String name) throws Exception {
		BackgroundHandle<?> handle = services.find(name);
		if (handle.state() != ServiceState.NEW) {
			handle.completion().get(HangGuard.SECONDS, TimeUnit.SECONDS);
		}
		ServiceInfo info = handle.info();
		return info.state();
	}

	/** What happened and was not looked at yet. */
	static class Journal {

		private final BlockingQueue<String> entries = new LinkedBlockingQueue<>();

		void add(String entry) {
			this.entries.add(entry);
		}

		void await(String entry) throws InterruptedException {
			assertThat(this.entries.poll(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(entry);
		}

	}

	@Component
	static class Listener {

		private final List<BackgroundServiceEvent> events = new CopyOnWriteArrayList<>();

		@EventListener
		void on(BackgroundServiceEvent event) {
			this.events.add(event);
		}

	}

	@Component("ticker")
	static class Ticker implements BackgroundService<Integer> {

		private final Journal journal;

		private int ticks;

		Ticker(Journal journal) {
			this.journal = journal;
		}

		@Override
		public Step<Integer> run(CancellationToken token) {
			this.journal.add("tick");
			return Step.item(++this.ticks, Duration.ofSeconds(1));
		}

	}

	@Component
	@ItemsOf("ticker")
	static class TickConsumer implements ItemConsumer<Integer> {

		private final Journal journal;

		TickConsumer(Journal journal) {
			this.journal = journal;
		}

		@Override
		public boolean accept(Integer item) {
			this.journal.add("took " + item);
			return true;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RefusingConfiguration {

		@Bean
		@ItemsOf("ticker")
		ItemConsumer<Number> refusing() {
			return (item) -> false;
		}

	}

	@Component("flaky")
	static class Flaky implements BackgroundService<Void> {

		private int runs;

		@Override
		public Step<Void> run(CancellationToken token) {
			throw new IllegalStateException("run " + ++this.runs);
		}

	}

	@Component("fresh")
	@Scope(BeanDefinition.SCOPE_PROTOTYPE)
	static class Fresh implements BackgroundService<Void> {

		private final Journal journal;

		private int runs;

		Fresh(Journal journal) {
			this.journal = journal;
			journal.add("made");
		}

		@Override
		public Step<Void> run(CancellationToken token) {
			throw new IllegalStateException("run " + ++this.runs);
		}

		@PreDestroy
		void destroy() {
			this.journal.add("destroyed after " + this.runs + " run");
		}

	}

	@Component("oneShot")
	static class OneShot implements BackgroundService<Void> {

		private final Journal journal;

		OneShot(Journal journal) {
			this.journal = journal;
		}

		@Override
		public Step<Void> run(CancellationToken token) {
			this.journal.add("shot");
			return Step.done();
		}

	}

	@Component("counting")
	static class Counting implements BackgroundService<Void>, HandleProvider<AtomicInteger> {

		@Override
		public AtomicInteger newHandle() {
			return new AtomicInteger();
		}

		@Override
		public Step<Void> run(CancellationToken token) {
			return Step.next(Duration.ofSeconds(1));
		}

	}

	@Component("stubborn")
	static class Stubborn implements BackgroundService<Void> {

		private final Journal journal;

		Stubborn(Journal journal) {
			this.journal = journal;
		}

		@Override
		public Step<Void> run(CancellationToken token) throws InterruptedException {
			this.journal.add("blocks");
			try {
				new CountDownLatch(1).await();
			}
			finally {
				this.journal.add("interrupted");
			}
			return Step.next();
		}

	}

	@Component("unmakeable")
	@Scope(BeanDefinition.SCOPE_PROTOTYPE)
	static class Unmakeable implements BackgroundService<Void> {

		Unmakeable() {
			throw new IllegalStateException("expected");
		}

		@Override
		public Step<Void> run(CancellationToken token) {
			return Step.done();
		}

	}

	@Component("witness")
	static class Witness implements BackgroundService<Void> {

		private final Journal journal;

		Witness(Journal journal) {
			this.journal = journal;
		}

		@Override
		public Step<Void> run(CancellationToken token) throws InterruptedException {
			this.journal.add("service runs");
			CountDownLatch cancelled = new CountDownLatch(1);
			token.onCancel(cancelled::countDown);
			cancelled.await();
			this.journal.add("service ended");
			return Step.next();
		}

	}

	@GenServer("living")
	static class LivingServer {

		private final Journal journal;

		LivingServer(Journal journal) {
			this.journal = journal;
		}

		@PostConstruct
		void init() {
			this.journal.add("server started");
		}

		@PreDestroy
		void terminate() {
			this.journal.add("server terminated");
		}

	}

}
