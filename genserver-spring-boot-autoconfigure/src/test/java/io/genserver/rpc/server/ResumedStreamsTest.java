package io.genserver.rpc.server;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.Call;
import io.genserver.Events;
import io.genserver.FellBehindException;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRegistry;
import io.genserver.GenServerUnavailableException;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Streams that go on after the server has ended them in a way that may be tried again.
 */
@ExtendWith(BufferLeaks.class)
@RealThreads
class ResumedStreamsTest {

	private static RpcApplication application;

	private static GenServerClient client;

	@BeforeAll
	static void start() {
		application = RpcApplication.start(JournalServer.class, FailingServer.class);
		client = GenServerClient.builder()
			.reconnect(Duration.ofMillis(1), Duration.ofMillis(4))
			.connect(URI.create("ws://localhost:" + application.port() + "/ws"));
	}

	@AfterAll
	static void stop() {
		client.close();
		application.close();
	}

	@BeforeEach
	void clear() {
		JournalServer.written.clear();
		FailingServer.asked.set(0);
	}

	private static Flux<Integer> after() {
		return client.resumableStream("journal.after", Integer.class, (last) -> new Object[] { last }, 0);
	}

	private static void restart() {
		application.context().getBean(GenServerRegistry.class).restart("journal");
	}

	@Test
	void aStreamOutlivesTheRestartOfItsServer() {
		Journal journal = client.server("journal", Journal.class);
		List<Integer> seen = new CopyOnWriteArrayList<>();
		Disposable stream = after().subscribe(seen::add);
		for (int i = 1; i <= 3; i++) {
			journal.write(i);
			int number = i;
			HangGuard.await("it has " + i, () -> seen.size() == number);
			restart();
		}
		stream.dispose();
		assertThat(seen).containsExactly(1, 2, 3);
	}

	@Test
	void soDoesOneWithoutItems() {
		Journal journal = client.server("journal", Journal.class);
		List<Integer> seen = new CopyOnWriteArrayList<>();
		Disposable stream = after().subscribe(seen::add);
		HangGuard.await("it is there", () -> journal.readers() == 1);
		restart();
		HangGuard.await("it is there again", () -> journal.readers() == 1);
		journal.write(1);
		HangGuard.await("it has one", () -> !seen.isEmpty());
		stream.dispose();
		assertThat(seen).containsExactly(1);
	}

	@Test
	void withoutAWayToGoOnItEndsAndMayBeAskedForAgain() {
		Journal journal = client.server("journal", Journal.class);
		List<Throwable> failures = new CopyOnWriteArrayList<>();
		client.stream("journal.after", Integer.class, 0).subscribe((item) -> {
		}, failures::add);
		HangGuard.await("it is there", () -> journal.readers() == 1);
		restart();
		HangGuard.await("it has ended", () -> !failures.isEmpty());
		assertThat(failures.get(0)).isInstanceOf(GenServerUnavailableException.class)
			.hasMessageContaining("the server restarted or stopped; subscribe again")
			.hasMessageNotContaining("error id");
	}

	private static Flux<Integer> failing(String how) {
		return client.resumableStream("failing.from", Integer.class, (last) -> new Object[] { how, last + 1 }, how, 1);
	}

	@Test
	void itOutlivesWhatMayBeTriedAgain() {
		for (String how : List.of("behind", "retryable", "full")) {
			FailingServer.asked.set(0);
			assertThat(failing(how).collectList().block(HangGuard.DURATION)).as(how)
				.isEqualTo(List.of(1, 2, 3, 4, 5, 6));
		}
	}

	@Test
	void anotherFailureEndsIt() {
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> failing("for good").blockLast())
			.satisfies((failure) -> assertThat(failure.reason()).isEqualTo("for-good"));
		assertThat(FailingServer.asked).hasValue(1);
	}

	interface Journal {

		Flux<Integer> after(int number);

		@Call
		void write(int number);

		int readers();

	}

	/** What it has written outlives its instances. */
	@GenServer("journal")
	static class JournalServer implements Journal {

		static final List<Integer> written = new CopyOnWriteArrayList<>();

		private final Events<Integer> events;

		JournalServer(GenServerContext context) {
			this.events = context.events();
		}

		@Override
		public Flux<Integer> after(int number) {
			List<Integer> missed = new ArrayList<>(written);
			missed.removeIf((each) -> each <= number);
			return JdkFlowAdapter.flowPublisherToFlux(this.events.startingWith(missed));
		}

		@Override
		public void write(int number) {
			written.add(number);
			this.events.emit(number);
		}

		@Override
		public int readers() {
			return this.events.subscribers();
		}

	}

	interface Failing {

		Flux<Integer> from(String how, int number);

	}

	/** Gives two items at a time, and then fails. */
	@GenServer("failing")
	static class FailingServer implements Failing {

		static final AtomicInteger asked = new AtomicInteger();

		@Override
		public Flux<Integer> from(String how, int number) {
			int times = asked.incrementAndGet();
			if (how.equals("full") && times % 2 == 0) {
				// A refusal as it is asked for again.
				throw new RpcException(Status.RESOURCE_EXHAUSTED, "busy", "busy", true, true, Duration.ofMillis(1));
			}
			return (number > 6) ? Flux.empty() : Flux.just(number, number + 1).concatWith(Flux.error(failure(how)));
		}

		private static Throwable failure(String how) {
			return switch (how) {
				case "behind", "full" -> new FellBehindException("expected");
				case "retryable" -> new RpcException(Status.ABORTED, "aborted", "expected", false, true, null);
				default -> new RpcException(Status.ABORTED, "for-good", "expected", false, false, null);
			};
		}

	}

}
