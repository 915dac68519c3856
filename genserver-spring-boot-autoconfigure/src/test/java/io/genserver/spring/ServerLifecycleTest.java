package io.genserver.spring;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.genserver.BlockingCallException;
import io.genserver.Cast;
import io.genserver.GenServer;
import io.genserver.GenServerEvent;
import io.genserver.GenServerRegistry;
import io.genserver.GenServerUnavailableException;
import io.genserver.ServerState;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.ServerStartException;
import io.genserver.spring.Servers.Journal;
import io.genserver.spring.Servers.KeyValue;
import io.genserver.spring.Servers.KeyValueServer;
import io.genserver.spring.Servers.LivingServer;
import io.genserver.testsupport.HangGuard;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ServerLifecycleTest {

	private static final List<String> JOURNAL_OF_STOPPING = List.of("drained 1", "drained 2", "drained 3",
			"upper terminated", "lower terminated");

	private final Journal journal = new Journal();

	@Test
	void S14_messagesSentEarlyQueueAndAreHandledOnceTheServerRuns() {
		Servers.runner().withUserConfiguration(KeyValueServer.class, EarlyCaster.class).run((context) -> {
			EarlyCaster caster = context.getBean(EarlyCaster.class);
			assertThat(caster.early.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("found 1");
		});
	}

	@Test
	void S14_aBlockingCallFromTheRefreshingThreadFailsAtOnceAndSaysSo() {
		Servers.runner()
			.withUserConfiguration(KeyValueServer.class, EarlyCaller.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(BlockingCallException.class)
				.hasMessageContaining("would block the thread that starts the application")
				.hasMessageContaining("ApplicationRunner"));
	}

	@Test
	void S14_aCallFromAnInitStartsItsTargetFirst() {
		Servers.runner()
			.withBean(Journal.class, () -> this.journal)
			.withUserConfiguration(Upper.class, Lower.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(this.journal.entries).containsExactly("lower initialized", "upper initialized");
			});
	}

	@Test
	void S14_aFailingStartFailsTheApplicationAndLeavesNothing() {
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		Servers.runner()
			.withBean(Journal.class, () -> this.journal)
			.withUserConfiguration(Lower.class, Broken.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(org.springframework.context.ApplicationContextException.class)
				.hasRootCauseMessage("no disk")
				.hasStackTraceContaining(ServerStartException.class.getName()));
		assertThat(this.journal.entries).containsExactly("lower initialized", "lower terminated");
		assertNoThreadsSince(before);
	}

	@Test
	void S14_aFailingStartMarksTheServerFailedWhereConfigured() {
		Servers.runner()
			.withUserConfiguration(KeyValueServer.class, Broken.class)
			.withPropertyValues("genserver.servers.broken.start-failure=mark-failed")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				GenServerRegistry registry = context.getBean(GenServerRegistry.class);
				assertThat(registry.info("broken").state()).isEqualTo(ServerState.FAILED);
				assertThat(context.getBean(KeyValue.class).get("a")).isNull();
				assertThatThrownBy(() -> registry.ref("broken").call(Object::toString))
					.isInstanceOf(GenServerUnavailableException.class)
					.hasMessageContaining("has failed");
			});
	}

	@Test
	void S15_closingTheContextDrainsAndTerminatesInReverseStartOrder() {
		Gate gate = new Gate();
		Servers.runner()
			.withBean(Journal.class, () -> this.journal)
			.withBean(Gate.class, () -> gate)
			.withUserConfiguration(Upper.class, Lower.class)
			.run((context) -> {
				LowerContract lower = context.getBean(LowerContract.class);
				lower.work(1);
				assertThat(gate.entered.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
				lower.work(2);
				lower.work(3);
				this.journal.entries.clear();
				gate.open.countDown();
			});
		assertThat(this.journal.entries).containsExactlyElementsOf(JOURNAL_OF_STOPPING);
	}

	@Test
	void S15_afterTheCloseMessagesFailAtOnce() {
		KeyValue[] kv = new KeyValue[1];
		Servers.runner().withUserConfiguration(KeyValueServer.class).run((context) -> {
			kv[0] = context.getBean(KeyValue.class);
		});
		assertThatThrownBy(() -> kv[0].get("a")).isInstanceOf(GenServerUnavailableException.class)
			.hasMessageContaining("shutting down");
	}

	@Test
	void aRefreshThatFailsBeforeTheStartLeavesNothing() {
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		Servers.runner()
			.withBean(Journal.class, () -> this.journal)
			.withUserConfiguration(LivingServer.class, EarlyCaller.class, KeyValueServer.class)
			.run((context) -> assertThat(context).hasFailed());
		assertThat(this.journal.entries).isEmpty();
		assertNoThreadsSince(before);
	}

	@Test
	void whatHappensToServersIsPublishedAsEvents() {
		Servers.runner()
			.withBean(Journal.class, () -> this.journal)
			.withUserConfiguration(KeyValueServer.class, EventJournal.class)
			.run((context) -> context.getBean(KeyValue.class).get("a"));
		assertThat(this.journal.entries).containsExactly("kv STARTED", "kv STOPPED");
	}

	@Test
	void anApplicationStartsWithServersAndStops() throws Exception {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "genserver.servers.kv.mailbox.capacity=5")
			.run();
		try (context) {
			KeyValue kv = context.getBean(KeyValue.class);
			kv.set("a", "1");
			assertThat(kv.find("a").get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("found 1");
			assertThat(context.getBean(GenServerRegistry.class).info("kv").mailbox().capacity()).isEqualTo(5);
			assertThat(genserverThreads()).isNotEmpty();
		}
		assertNoThreadsSince(Set.of());
	}

	private static void assertNoThreadsSince(Set<Thread> before) {
		long end = System.nanoTime() + HangGuard.DURATION.toNanos();
		Set<Thread> left = genserverThreads();
		left.removeAll(before);
		while (!left.isEmpty() && System.nanoTime() < end) {
			Thread.yield();
			left.removeIf((thread) -> !thread.isAlive());
		}
		assertThat(left).isEmpty();
	}

	private static Set<Thread> genserverThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("genserver"))
			.collect(Collectors.toSet());
	}

	static class EarlyCaster {

		final CompletableFuture<String> early;

		EarlyCaster(KeyValue kv) {
			kv.set("a", "1");
			this.early = kv.find("a");
			assertThat(this.early).isNotDone();
		}

	}

	static class EarlyCaller implements SmartInitializingSingleton {

		private final KeyValue kv;

		EarlyCaller(KeyValue kv) {
			this.kv = kv;
		}

		@Override
		public void afterSingletonsInstantiated() {
			this.kv.get("a");
		}

	}

	static class Gate {

		final CountDownLatch entered = new CountDownLatch(1);

		final CountDownLatch open = new CountDownLatch(1);

	}

	interface LowerContract {

		String ping();

		@Cast
		void work(int number);

	}

	@GenServer("upper")
	static class Upper {

		private final Journal journal;

		private final LowerContract lower;

		Upper(Journal journal, LowerContract lower) {
			this.journal = journal;
			this.lower = lower;
		}

		@PostConstruct
		void init() {
			this.lower.ping();
			this.journal.add("upper initialized");
		}

		@PreDestroy
		void terminate() {
			this.journal.add("upper terminated");
		}

	}

	@GenServer("lower")
	static class Lower implements LowerContract {

		private final Journal journal;

		private final Gate gate;

		Lower(Journal journal, org.springframework.beans.factory.ObjectProvider<Gate> gate) {
			this.journal = journal;
			this.gate = gate.getIfAvailable(Gate::new);
		}

		@PostConstruct
		void init() {
			this.journal.add("lower initialized");
		}

		@PreDestroy
		void terminate() {
			this.journal.add("lower terminated");
		}

		@Override
		public String ping() {
			return "pong";
		}

		@Override
		public void work(int number) {
			this.gate.entered.countDown();
			try {
				this.gate.open.await();
			}
			catch (InterruptedException ex) {
				this.journal.add("interrupted");
			}
			this.journal.add("drained " + number);
		}

	}

	@GenServer("broken")
	static class Broken {

		@PostConstruct
		void init() {
			throw new IllegalStateException("no disk");
		}

	}

	static class EventJournal {

		private final Journal journal;

		EventJournal(Journal journal) {
			this.journal = journal;
		}

		@EventListener
		void on(GenServerEvent event) {
			this.journal.add(event.server() + " " + event.kind());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(KeyValueServer.class)
	static class Application {

		@Bean
		Journal journal() {
			return new Journal();
		}

	}

}
