package io.genserver.rpc.server;

import java.net.URI;

import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRegistry;
import io.genserver.ServerInfo;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A peer calls a key whose instance cannot be made. */
@ExtendWith({ BufferLeaks.class, OutputCaptureExtension.class })
@RealThreads
class FailingConstructorTest {

	@Test
	void S13_whatTheConstructorOfAKeyThrowsReachesAPeer(CapturedOutput output) {
		try (RpcApplication application = RpcApplication.start(RoomServer.class);
				GenServerClient client = GenServerClient
					.connect(URI.create("ws://localhost:" + application.port() + "/ws"))) {
			assertThatExceptionOfType(RpcException.class)
				.isThrownBy(() -> client.server("rooms", "closed", Room.class).hello())
				.withMessageEndingWith("There is no room closed")
				.satisfies((failure) -> {
					assertThat(failure.status()).isEqualTo(Status.NOT_FOUND);
					assertThat(failure.reason()).isEqualTo("no-such-room");
					assertThat(failure.isRetryable()).isFalse();
				});
			assertThatExceptionOfType(RpcException.class)
				.isThrownBy(() -> client.server("rooms", "broken", Room.class).hello())
				.satisfies((failure) -> {
					assertThat(failure.status()).isEqualTo(Status.INTERNAL);
					assertThat(failure.getMessage()).contains("error id").doesNotContain("secret");
				});
			assertThat(client.server("rooms", "open", Room.class).hello()).isEqualTo("open");
			ServerInfo info = application.bean(GenServerRegistry.class).info("rooms");
			assertThat(info.failed()).isEqualTo(2);
			assertThat(info.failures()).extracting(ServerInfo.Failure::key)
				.containsExactlyInAnyOrder("closed", "broken");
			assertThat(info.instances()).isOne();
			// Logged once its callers know.
			HangGuard.await("it is logged",
					() -> output.getAll().contains("Server rooms/closed could not make an instance"));
			assertThat(output).contains("secret of the database");
		}
	}

	/** What can be called. */
	public interface Room {

		String hello();

	}

	/** Refuses some keys. */
	@GenServer(name = "rooms", keyed = true)
	static class RoomServer implements Room {

		private final String key;

		RoomServer(GenServerContext context) {
			this.key = String.valueOf(context.key());
			if (this.key.equals("closed")) {
				throw new RpcException(Status.NOT_FOUND, "no-such-room", "There is no room closed", true, false, null);
			}
			if (this.key.equals("broken")) {
				throw new IllegalStateException("secret of the database");
			}
		}

		@Override
		public String hello() {
			return this.key;
		}

	}

}
