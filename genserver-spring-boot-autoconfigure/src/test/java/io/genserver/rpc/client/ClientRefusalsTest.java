package io.genserver.rpc.client;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.stream.Stream;

import io.genserver.Keyed;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcInterceptor;
import io.genserver.remote.RpcRequest;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What a client refuses before it sends: the table says it for all clients. Nothing that
 * a caller passes costs the connection.
 */
@ExtendWith(BufferLeaks.class)
@RealThreads
class ClientRefusalsTest {

	private final TestServers servers = new TestServers().add("hello", new HelloServer()).start();

	private final TestEndpoint endpoint = new TestEndpoint(this.servers);

	private volatile JsonNode header = JsonMapper.shared().createObjectNode();

	private final GenServerClient client = GenServerClient.builder()
		.callTimeout(HangGuard.DURATION)
		.interceptor(new RpcInterceptor() {

			@Override
			public void sending(RpcRequest request) {
				JsonNode row = ClientRefusalsTest.this.header;
				if (row.has("name")) {
					request.header(times(row, "name"), times(row, "value"));
				}
			}

		})
		.connect(this.endpoint.uri("/ws"));

	@AfterEach
	void stop() {
		this.client.close();
		this.endpoint.close();
		this.servers.close();
	}

	static Stream<JsonNode> table() throws IOException {
		try (InputStream in = ClientRefusalsTest.class.getResourceAsStream("/io/genserver/rpc/client-refusals.json")) {
			return JsonMapper.shared().readTree(Objects.requireNonNull(in)).valueStream().toList().stream();
		}
	}

	private static String times(JsonNode row, String field) {
		return row.required(field).asString().repeat(row.path(field + "Times").asInt(1));
	}

	@ParameterizedTest
	@MethodSource("table")
	void theTableIsKept(JsonNode row) {
		this.header = row;
		Throwable failure = catchThrowable(() -> this.client.call("hello.hello", String.class));
		if (row.required("refused").asBoolean()) {
			assertThat(failure).isInstanceOfAny(IllegalArgumentException.class, RpcException.class);
			assertThat(failure instanceof RpcException refused && !refused.notExecuted()).isFalse();
		}
		else {
			assertThat(failure).isNull();
		}
		this.header = JsonMapper.shared().createObjectNode();
		assertThat(this.client.call("hello.hello", String.class)).isEqualTo("hello");
		assertThat(this.endpoint.connections).hasSize(1);
	}

	/** As the JavaScript client does: two of them would be one key at the endpoint. */
	@ParameterizedTest
	@ValueSource(strings = { "", "\ud83d", "a\ude00", "\ude00\ud83d" })
	void keysThatWouldArriveAsOthersAreRefused(String key) {
		Keyed<Hello> keyed = this.client.keyed("hello", Hello.class);
		assertThatIllegalArgumentException().isThrownBy(() -> keyed.get(key)).withMessageContaining("key");
		assertThat(this.client.call("hello.hello", String.class)).isEqualTo("hello");
	}

	interface Hello {

		String hello();

	}

	static final class HelloServer implements Hello {

		@Override
		public String hello() {
			return "hello";
		}

	}

}
