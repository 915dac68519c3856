package io.genserver.rpc.client;

import io.genserver.protocol.WireMode;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Which connections acknowledge at once, on the transport that Reactor Netty chooses. */
class QuickAckConnectionsTest {

	@ParameterizedTest
	@EnumSource
	void thoseInBaseModeDo(WireMode mode) {
		assumeTrue(System.getProperty("os.name").equals("Linux"), "the option is one of Linux");
		try (TestServers servers = new TestServers().start();
				TestEndpoint endpoint = new TestEndpoint(servers);
				GenServerClient client = builder(mode).connect(endpoint.uri("/ws"))) {
			assertThat(client).isNotNull();
			HangGuard.await("the endpoint has the connection",
					() -> endpoint.channel().pipeline().get("genserver.transport") != null);
			assertThat(endpoint.channel().pipeline().get("genserver.quickack") != null)
				.isEqualTo(mode == WireMode.BASE);
		}
	}

	private static GenServerClientBuilder builder(WireMode mode) {
		GenServerClientBuilder builder = GenServerClient.builder();
		return (mode == WireMode.BASE) ? builder.baseMode() : builder;
	}

}
