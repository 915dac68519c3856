package io.genserver.rpc.server;

import java.net.URI;

import io.genserver.Call;
import io.genserver.FellBehindException;
import io.genserver.GenServer;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A peer whose subscription to the events of a server has fallen behind. */
@ExtendWith(BufferLeaks.class)
@RealThreads
class FellBehindTest {

	@Test
	void aPeerThatFallsBehindMayTryAgain() {
		try (RpcApplication application = RpcApplication.start(NewsServer.class);
				GenServerClient client = GenServerClient
					.connect(URI.create("ws://localhost:" + application.port() + "/ws"))) {
			News news = client.server("news", News.class);
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> news.latest().blockLast())
				.satisfies((failure) -> {
					assertThat(failure.status()).isEqualTo(Status.RESOURCE_EXHAUSTED);
					assertThat(failure.reason()).isEqualTo("fell-behind");
					assertThat(failure.isRetryable()).isTrue();
					assertThat(failure.getMessage()).doesNotContain("256");
				});
		}
	}

	interface News {

		@Call
		Flux<Integer> latest();

	}

	@GenServer("news")
	static class NewsServer implements News {

		@Override
		public Flux<Integer> latest() {
			return Flux.just(1).concatWith(Flux.error(new FellBehindException("more than 256 events behind")));
		}

	}

}
