package io.genserver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.stream.Collectors;

import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.ResolvableType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The examples at the beginning of the Javadoc of what applications use first: each line
 * of them is one of this class, which runs them.
 */
class ApiExamplesTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(GenServerAutoConfiguration.class))
		.withUserConfiguration(CounterServer.class, StockServer.class, RoomServer.class, LobbyServer.class);

	@ParameterizedTest
	@ValueSource(strings = { "GenServer", "GenServerContext", "GenServerRef", "Keyed", "GenServerRegistry", "Events" })
	void theExampleIsTheCodeThatRunsHere(String type) throws IOException {
		Set<String> here = Files.readAllLines(Path.of("src/test/java/io/genserver/ApiExamplesTest.java"))
			.stream()
			.map((line) -> line.strip().replace("static class", "class"))
			.collect(Collectors.toSet());
		assertThat(example(type)).hasSizeGreaterThan(1).allSatisfy((line) -> assertThat(here).contains(line));
	}

	private static List<String> example(String type) throws IOException {
		return JavadocExample.of(type).lines().map(String::strip).filter((line) -> !line.isEmpty()).toList();
	}

	@Test
	void aServerIsCalledByItsContract() {
		this.runner.run((context) -> {
			Counter counter = context.getBean(Counter.class);
			assertThat(counter.add(5)).isEqualTo(5);
			counter.reset();
			assertThat(counter.add(2)).isEqualTo(2);
		});
	}

	@Test
	void aServerHasAViewOfItself() {
		this.runner.run((context) -> {
			Stock stock = context.getBean(Stock.class);
			stock.reserve(3);
			assertThat(stock.reserved()).isEqualTo(3);
		});
	}

	@Test
	void aRefNeedsNoContract() {
		this.runner.run((context) -> {
			GenServerRef<CounterServer> counter = context.getBean(GenServerRegistry.class).ref(CounterServer.class);
			context.getBean(Counter.class).add(7);
			long value = counter.call((server) -> server.add(5));
			assertThat(value).isEqualTo(12);
			counter.withTimeout(Duration.ofMillis(50)).cast((server) -> server.reset());
			assertThat(counter.<Long, RuntimeException>call((server) -> server.value)).isZero();
		});
	}

	@Test
	void aKeyHasAnInstanceOfItsOwn() {
		this.runner.run((context) -> {
			@SuppressWarnings("unchecked")
			Keyed<Room> rooms = (Keyed<Room>) context
				.getBeanProvider(ResolvableType.forClassWithGenerics(Keyed.class, Room.class))
				.getObject();
			Room lobby = rooms.get("lobby");
			lobby.enter("Ada"); // the instance starts with its first message
			int inside = rooms.get("lobby").inside(); // the same instance: 1
			int upstairs = rooms.get("attic").inside(); // another one: 0
			assertThat(inside).isEqualTo(1);
			assertThat(upstairs).isZero();
		});
	}

	@Test
	void theRegistryKnowsAllServers() {
		this.runner.run((context) -> {
			GenServerRegistry registry = context.getBean(GenServerRegistry.class);
			long value = registry.call("counter", new Increment(5));
			registry.restart("counter"); // a new instance
			ServerState state = registry.info("counter").state();
			assertThat(value).isEqualTo(5);
			assertThat(state).isIn(ServerState.RUNNING, ServerState.RESTARTING);
		});
	}

	@Test
	void aServerKnowsWhoIsThereAndSendsToOneOfThem() {
		this.runner.run((context) -> {
			Lobby lobby = context.getBean(Lobby.class);
			List<String> ann = new CopyOnWriteArrayList<>();
			CompletableFuture<Void> annKicked = new CompletableFuture<>();
			items(lobby.join("ann")).doOnComplete(() -> annKicked.complete(null)).subscribe(ann::add);
			HangGuard.await("ann has the snapshot", () -> ann.contains("ann"));
			List<String> bob = new CopyOnWriteArrayList<>();
			Disposable bobIsThere = items(lobby.join("bob")).subscribe(bob::add);
			HangGuard.await("bob has the snapshot", () -> bob.contains("bob"));
			lobby.whisper("bob", "psst");
			bobIsThere.dispose();
			HangGuard.await("bob has left", () -> ann.contains("bob left"));
			lobby.kick("ann");
			assertThat(annKicked).succeedsWithin(HangGuard.DURATION);
			assertThat(ann).containsExactly("ann", "bob joined", "bob left");
		});
	}

	private static Flux<String> items(Flow.Publisher<String> publisher) {
		return JdkFlowAdapter.flowPublisherToFlux(publisher);
	}

	interface Counter {

		long add(long by); // a call: waits for the reply

		@Cast
		void reset(); // a cast: returns once it is queued

	}

	@GenServer("counter")
	static class CounterServer implements Counter {

		private long value; // needs no lock: one message at a time

		@Override
		public long add(long by) {
			this.value += by;
			return this.value;
		}

		@Override
		public void reset() {
			this.value = 0;
		}

		@Call
		public long on(Increment message) {
			return add(message.by());
		}

	}

	record Increment(long by) implements Request<Long> {

	}

	interface Stock {

		void reserve(int pieces);

		int reserved();

	}

	@GenServer("stock")
	static class StockServer implements Stock {

		private final GenServerContext context;

		private int reserved;

		StockServer(GenServerContext context) {
			this.context = context;
		}

		@Override
		public void reserve(int pieces) {
			this.reserved += pieces;
			// In a minute, unless it restarts before.
			this.context.schedule(Duration.ofMinutes(1), () -> this.reserved -= pieces);
		}

		@Override
		public int reserved() {
			return this.reserved;
		}

	}

	interface Room {

		void enter(String name);

		int inside();

	}

	@GenServer(name = "room", keyed = true)
	static class RoomServer implements Room {

		private int inside;

		@Override
		public void enter(String name) {
			this.inside++;
		}

		@Override
		public int inside() {
			return this.inside;
		}

	}

	interface Lobby {

		Flow.Publisher<String> join(String name);

		void whisper(String name, String text);

		void kick(String name);

	}

	@GenServer("lobby")
	static class LobbyServer implements Lobby {

		private final Events<String> events;

		private final Set<String> present = new TreeSet<>();

		LobbyServer(GenServerContext context) {
			this.events = context.events();
		}

		@Override
		public Flow.Publisher<String> join(String name) {
			this.present.add(name);
			this.events.emit(name + " joined");
			return this.events.subscriber(name).startingWith(this.present, (end) -> left(name));
		}

		private void left(String name) {
			// In a turn of its own, also if the mailbox is full.
			if (this.events.subscriber(name).subscribers() == 0 && this.present.remove(name)) {
				this.events.emit(name + " left");
			}
		}

		@Override
		public void whisper(String name, String text) {
			this.events.subscriber(name).emit(text);
		}

		@Override
		public void kick(String name) {
			this.events.subscriber(name).complete();
		}

	}

}
