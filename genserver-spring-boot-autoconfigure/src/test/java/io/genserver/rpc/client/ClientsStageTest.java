package io.genserver.rpc.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.genserver.GenServerUnavailableException;
import io.genserver.rpc.peer.TestServers;
import io.genserver.rpc.socket.WebSocketTransport;
import io.genserver.runtime.RuntimeSettings;
import io.genserver.runtime.ShutdownTime;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import io.netty.channel.Channel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Clients of an application that stops and starts. */
@ExtendWith(BufferLeaks.class)
@RealThreads
class ClientsStageTest {

	private final TestServers servers = new TestServers().add("hello", new HelloServer()).start();

	private final TestEndpoint endpoint = new TestEndpoint(this.servers);

	private final ClientsStage stage = new ClientsStage();

	private final ShutdownTime time = new ShutdownTime(RuntimeSettings.DEFAULTS);

	private GenServerClient client;

	private GenServerClient connect(String path) {
		this.client = this.stage.add(GenServerClient.builder()
			.callTimeout(HangGuard.DURATION)
			.reconnect(Duration.ofMillis(1), Duration.ofMillis(5))
			.connectInBackground(this.endpoint.uri(path)));
		return this.client;
	}

	@AfterEach
	void close() {
		this.client.close();
		this.endpoint.close();
		this.servers.close();
	}

	private long open() {
		return this.endpoint.channels.stream().filter(Channel::isOpen).count();
	}

	@Test
	void S15_afterAStopCallsFailAndNothingConnectsAndAfterAStartTheyWork() {
		connect("/ws");
		assertThat(this.client.call("hello.say", String.class)).isEqualTo("hello");
		this.time.stop(this.stage);
		assertThat(this.client.state()).isEqualTo(ClientState.STOPPED);
		HangGuard.await("the connection is closed", () -> open() == 0);
		assertThat(this.endpoint.connection().closeCode()).isEqualTo(1001);
		assertThatExceptionOfType(GenServerUnavailableException.class)
			.isThrownBy(() -> this.client.call("hello.say", String.class))
			.withMessageContaining("the application context was stopped")
			.matches(GenServerUnavailableException::notExecuted);
		CompletableFuture<String> later = this.client.callAsync("hello.say", String.class);
		HangGuard.await("the call fails", later::isCompletedExceptionally);
		assertThat(this.endpoint.channels).hasSize(1);
		this.stage.start();
		assertThat(this.client.call("hello.say", String.class)).isEqualTo("hello");
		assertThat(this.client.state()).isEqualTo(ClientState.OPEN);
	}

	@Test
	void S15_afterAStopAndAStartThereIsOneConnectionWhateverCameBetween() {
		connect("/ws");
		for (int i = 0; i < 20; i++) {
			if (i % 3 == 0) {
				assertThat(this.client.call("hello.say", String.class)).isEqualTo("hello");
				this.endpoint.channel().close();
			}
			this.time.stop(this.stage);
			assertThat(this.client.state()).isEqualTo(ClientState.STOPPED);
			this.stage.start();
		}
		assertThat(this.client.call("hello.say", String.class)).isEqualTo("hello");
		HangGuard.await("one connection is left", () -> open() == 1);
		assertThat(this.client.call("hello.say", String.class)).isEqualTo("hello");
	}

	@Test
	void whatWaitsForAConnectionFailsAtTheStop() {
		connect("/never");
		CompletableFuture<String> waiting = this.client.callAsync("hello.say", String.class);
		assertThat(waiting).isNotDone();
		this.time.stop(this.stage);
		HangGuard.await("the call fails", waiting::isCompletedExceptionally);
		assertThat(waiting.exceptionNow()).isInstanceOfSatisfying(GenServerUnavailableException.class,
				(failure) -> assertThat(failure.notExecuted()).isTrue());
	}

	@Test
	void S15_aPeerThatDoesNotTakeLeaveIsNotWaitedForWhenNoTimeIsLeft() {
		connect("/silent");
		HangGuard.await("there is a connection", () -> this.client.isOpen());
		WebSocketTransport open = this.client.link().transports().getFirst();
		new ShutdownTime(new RuntimeSettings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ofMinutes(1)))
			.stop(this.stage);
		HangGuard.await("the connection is cut", () -> open.peer().lost().isDone());
		assertThat(this.client.state()).isEqualTo(ClientState.STOPPED);
	}

	@Test
	void aClosedClientStaysClosed() {
		connect("/ws").close();
		this.time.stop(this.stage);
		this.stage.start();
		assertThat(this.client.state()).isEqualTo(ClientState.CLOSED);
	}

	interface Hello {

		String say();

	}

	static final class HelloServer implements Hello {

		@Override
		public String say() {
			return "hello";
		}

	}

}
