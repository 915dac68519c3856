package io.genserver.spring;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.genserver.CallCycleException;
import io.genserver.Cast;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.MailboxFullException;
import io.genserver.Overflow;
import io.genserver.spring.Servers.Journal;
import io.genserver.testsupport.HangGuard;
import jakarta.annotation.PreDestroy;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.context.event.SmartApplicationListener;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ServerEventListenersTest {

	private Journal journal;

	private ApplicationContextRunner runner;

	@BeforeEach
	void prepare() {
		this.journal = new Journal();
		this.runner = Servers.runner().withBean(Journal.class, () -> this.journal);
	}

	@Test
	void anEventIsACastInTheServersTurn() {
		this.runner.withUserConfiguration(ListeningServer.class).run((context) -> {
			context.publishEvent(new Ordered("tea"));
			drained(context, "listening");
			assertThat(this.journal.entries).containsExactly("ordered tea in turn listening, cast");
		});
	}

	@Test
	void conditionsClassesAndIdentifiersWorkAsForAnyBean() {
		this.runner.withUserConfiguration(ChoosyServer.class)
			.withBean("limit", Integer.class, () -> 3)
			.run((context) -> {
				for (int i = 1; i <= 5; i++) {
					context.publishEvent(new Counted(i));
				}
				context.publishEvent(new Ordered("tea"));
				context.publishEvent(new Unrelated());
				drained(context, "choosy");
				assertThat(this.journal.entries).containsExactlyInAnyOrder("above 4", "above 5", "root 2", "position 1",
						"payload 1", "payload 2", "payload 3", "payload 4", "payload 5", "either", "either", "either",
						"either", "either", "either");
				ApplicationEventMulticaster multicaster = context.getBean(ApplicationEventMulticaster.class);
				multicaster.removeApplicationListeners((listener) -> listener instanceof SmartApplicationListener smart
						&& smart.getListenerId().equals("either"));
				this.journal.entries.clear();
				context.publishEvent(new Ordered("more tea"));
				drained(context, "choosy");
				assertThat(this.journal.entries).isEmpty();
			});
	}

	@Test
	void listenersAreOrdered() {
		this.runner.withUserConfiguration(OrderedServer.class).run((context) -> {
			context.publishEvent(new Ordered("tea"));
			drained(context, "ordered");
			assertThat(this.journal.entries).containsExactly("first", "second", "third");
		});
	}

	@Test
	void eachEventArrivesOnceWhateverTheServerLooksLikeToOthers() {
		this.runner.withUserConfiguration(GenericServer.class, ContractServer.class).run((context) -> {
			assertThat(context).hasNotFailed();
			context.publishEvent(new Ordered("tea"));
			drained(context, "generic");
			drained(context, "contract");
			assertThat(this.journal.entries).containsExactlyInAnyOrder("generic", "contract");
		});
	}

	@Test
	void serversListenInAnApplicationWhoseBeansAreLazy() {
		this.runner.withUserConfiguration(ListeningServer.class)
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				context.publishEvent(new Ordered("tea"));
				drained(context, "listening");
				assertThat(this.journal.entries).hasSize(1);
			});
	}

	@Test
	void eventsPublishedBeforeTheStartQueue() {
		this.runner.withUserConfiguration(ListeningServer.class, EarlyPublisher.class).run((context) -> {
			assertThat(this.journal.entries.getFirst()).isEqualTo("published");
			drained(context, "listening");
			assertThat(this.journal.entries).containsExactly("published", "ordered early in turn listening, cast");
		});
	}

	@Test
	void aFailingListenerIsTheServersBusinessAndNotThePublishers() {
		this.runner.withUserConfiguration(ListeningServer.class).run((context) -> {
			context.publishEvent(new Unrelated());
			drained(context, "listening");
			assertThat(context.getBean(GenServerRegistry.class).info("listening").failures()).singleElement()
				.satisfies((failure) -> assertThat(failure.operation()).isEqualTo("fail"));
		});
	}

	@Test
	void S09_aPublisherWaitsForRoomWhereThePolicyIsBlock() {
		this.runner.withUserConfiguration(ListeningServer.class)
			.withPropertyValues("genserver.servers.listening.mailbox.capacity=1")
			.run((context) -> {
				try (Occupied occupied = Occupied.occupy(context, "listening")) {
					context.publishEvent(new Ordered("queued"));
					CompletableFuture<Void> publishing = new CompletableFuture<>();
					Thread publisher = Thread.ofPlatform().start(() -> {
						context.publishEvent(new Ordered("waiting"));
						publishing.complete(null);
					});
					awaitWaiting(publisher);
					assertThat(publishing).isNotDone();
					occupied.close();
					publishing.get(HangGuard.SECONDS, TimeUnit.SECONDS);
				}
				drained(context, "listening");
				assertThat(this.journal.entries).containsExactly("ordered queued in turn listening, cast",
						"ordered waiting in turn listening, cast");
			});
	}

	@Test
	void S09_aPublisherOnAnEventLoopIsRefusedWhereThereIsNoRoom() {
		this.runner.withUserConfiguration(ListeningServer.class)
			.withPropertyValues("genserver.servers.listening.mailbox.capacity=1")
			.run((context) -> {
				try (Occupied occupied = Occupied.occupy(context, "listening")) {
					context.publishEvent(new Ordered("queued"));
					AtomicReference<Throwable> refusal = new AtomicReference<>();
					CountDownLatch done = new CountDownLatch(1);
					Schedulers.parallel().schedule(() -> {
						try {
							context.publishEvent(new Ordered("refused"));
						}
						catch (RuntimeException ex) {
							refusal.set(ex);
						}
						done.countDown();
					});
					assertThat(done.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
					assertThat(refusal.get()).isInstanceOf(MailboxFullException.class);
				}
			});
	}

	@Test
	void S09_thePolicyOfTheServerDecidesForEventsToo() {
		this.runner.withUserConfiguration(ListeningServer.class)
			.withPropertyValues("genserver.servers.listening.mailbox.capacity=1",
					"genserver.servers.listening.mailbox.overflow=drop-newest")
			.run((context) -> {
				try (Occupied occupied = Occupied.occupy(context, "listening")) {
					context.publishEvent(new Ordered("queued"));
					context.publishEvent(new Ordered("dropped"));
				}
				drained(context, "listening");
				assertThat(this.journal.entries).containsExactly("ordered queued in turn listening, cast");
				assertThat(context.getBean(GenServerRegistry.class).info("listening").dropped()).isEqualTo(1);
			});
	}

	@Test
	void S11_anEventForItselfFromAHandlerWithAFullMailboxFailsAtOnce() {
		this.runner.withUserConfiguration(PublishingServer.class)
			.withPropertyValues("genserver.servers.publishing.mailbox.capacity=1", "genserver.call-timeout=1h")
			.run((context) -> {
				GenServerRef<PublishingServer> server = context.getBean(GenServerRegistry.class).ref("publishing");
				assertThat(server.<Integer, RuntimeException>call((state) -> state.publish(1))).isEqualTo(1);
				assertThatExceptionOfType(CallCycleException.class).isThrownBy(() -> server.call((state) -> {
					// One may wait; the server is not there to make room for the other.
					return state.publish(2);
				}));
				drained(context, "publishing");
				assertThat(this.journal.entries).containsExactly("heard 1", "heard 1");
			});
	}

	@Test
	void S15_theContextClosedEventIsHandledBeforeTheServerTerminates() {
		this.runner.withUserConfiguration(ClosingServer.class).run((context) -> assertThat(context).hasNotFailed());
		assertThat(this.journal.entries).containsExactly("closing", "terminated");
	}

	@Test
	void eventsForAServerThatHasEndedAreDeadLettersAndDoNotFailThePublisher() {
		this.runner.withUserConfiguration(ListeningServer.class).run((context) -> {
			GenServerRegistry registry = context.getBean(GenServerRegistry.class);
			registry.stop("listening").get(HangGuard.SECONDS, TimeUnit.SECONDS);
			context.publishEvent(new Ordered("too late"));
			assertThat(this.journal.entries).isEmpty();
			assertThat(registry.info("listening").dropped()).isEqualTo(1);
		});
	}

	@Test
	void aListenerIsNoOperation() {
		this.runner.withUserConfiguration(ListeningServer.class).run((context) -> {
			GenServerRegistry registry = context.getBean(GenServerRegistry.class);
			assertThatThrownBy(() -> registry.cast("listening", new Ordered("tea")))
				.hasMessageContaining("has no handler for messages of");
		});
	}

	private static void drained(ApplicationContext context, String name) {
		context.getBean(GenServerRegistry.class).ref(name).call((state) -> null);
	}

	private static void awaitWaiting(Thread thread) throws InterruptedException {
		while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
			assertThat(thread.join(Duration.ofMillis(1))).as("it waits").isFalse();
		}
	}

	/** A server that handles a message until it is told to go on. */
	record Occupied(CountDownLatch release) implements AutoCloseable {

		static Occupied occupy(ApplicationContext context, String name) throws InterruptedException {
			CountDownLatch entered = new CountDownLatch(1);
			Occupied occupied = new Occupied(new CountDownLatch(1));
			context.getBean(GenServerRegistry.class).ref(name).cast((state) -> {
				entered.countDown();
				occupied.release().await();
			});
			assertThat(entered.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
			return occupied;
		}

		@Override
		public void close() {
			this.release.countDown();
		}

	}

	record Ordered(String what) {
	}

	record Counted(int number) {
	}

	record Unrelated() {
	}

	@GenServer("listening")
	static class ListeningServer {

		private final Journal journal;

		ListeningServer(Journal journal) {
			this.journal = journal;
		}

		@EventListener
		void on(Ordered event) {
			GenServerContext context = GenServerContext.current();
			this.journal.add("ordered " + event.what() + " in turn " + context.name()
					+ ((context.remaining() == null) ? ", cast" : ", call"));
		}

		@EventListener
		void fail(Unrelated event) {
			throw new IllegalStateException("on purpose");
		}

	}

	@GenServer("choosy")
	static class ChoosyServer {

		private final Journal journal;

		ChoosyServer(Journal journal) {
			this.journal = journal;
		}

		@EventListener(condition = "#counted.number > @limit")
		void above(Counted counted) {
			this.journal.add("above " + counted.number());
		}

		@EventListener(condition = "event.payload.number == 2 and args.length == 1")
		void root(Counted counted) {
			this.journal.add("root " + counted.number());
		}

		@EventListener(condition = "#a0.number == 1 and #root.args[0].number == 1")
		void position(Counted counted) {
			this.journal.add("position " + counted.number());
		}

		@EventListener
		void payload(PayloadApplicationEvent<Counted> event) {
			this.journal.add("payload " + event.getPayload().number());
		}

		@EventListener(classes = { Counted.class, Ordered.class }, id = "either")
		void either() {
			this.journal.add("either");
		}

	}

	@GenServer("ordered")
	static class OrderedServer {

		private final Journal journal;

		OrderedServer(Journal journal) {
			this.journal = journal;
		}

		@EventListener
		@Order(2)
		void second(Ordered event) {
			this.journal.add("second");
		}

		@EventListener
		@Order(1)
		void first(Ordered event) {
			this.journal.add("first");
		}

		@EventListener
		@Order(3)
		void third(Ordered event) {
			this.journal.add("third");
		}

	}

	interface Reader<T> {

		List<T> read();

	}

	interface Writer<T> {

		@Cast
		void write(T item);

	}

	/** Its proxy can only be described by its class. */
	@GenServer("generic")
	static class GenericServer implements Reader<String>, Writer<String> {

		private final Journal journal;

		GenericServer(Journal journal) {
			this.journal = journal;
		}

		@Override
		public List<String> read() {
			return List.of();
		}

		@Override
		public void write(String item) {
		}

		@EventListener
		void on(Ordered event) {
			this.journal.add("generic");
		}

	}

	interface Handler {

		@Cast
		void on(Ordered event);

	}

	/** Its listener is an operation too. */
	@GenServer("contract")
	static class ContractServer implements Handler {

		private final Journal journal;

		ContractServer(Journal journal) {
			this.journal = journal;
		}

		@Override
		@EventListener
		public void on(Ordered event) {
			this.journal.add("contract");
		}

	}

	static class EarlyPublisher implements SmartInitializingSingleton {

		private final ApplicationEventPublisher publisher;

		private final Journal journal;

		EarlyPublisher(ApplicationEventPublisher publisher, Journal journal) {
			this.publisher = publisher;
			this.journal = journal;
		}

		@Override
		public void afterSingletonsInstantiated() {
			this.publisher.publishEvent(new Ordered("early"));
			this.journal.add("published");
		}

	}

	@GenServer(name = "publishing", overflow = Overflow.BLOCK)
	static class PublishingServer {

		private final Journal journal;

		private final ApplicationEventPublisher publisher;

		PublishingServer(Journal journal, ApplicationEventPublisher publisher) {
			this.journal = journal;
			this.publisher = publisher;
		}

		int publish(int number) {
			for (int i = 1; i <= number; i++) {
				this.publisher.publishEvent(new Counted(i));
			}
			return number;
		}

		@EventListener
		void on(Counted event) {
			this.journal.add("heard " + event.number());
		}

	}

	@GenServer("closing")
	static class ClosingServer {

		private final Journal journal;

		ClosingServer(Journal journal) {
			this.journal = journal;
		}

		@EventListener
		void on(ContextClosedEvent event) {
			this.journal.add("closing");
		}

		@PreDestroy
		void terminate() {
			this.journal.add("terminated");
		}

	}

}
