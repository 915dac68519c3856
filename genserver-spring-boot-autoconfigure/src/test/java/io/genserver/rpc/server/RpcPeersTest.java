package io.genserver.rpc.server;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.genserver.GenServer;
import io.genserver.remote.RpcPeer;
import io.genserver.remote.RpcPeerEvent;
import io.genserver.remote.RpcPeers;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.MuxioClient;
import io.genserver.testsupport.RawWebSocket;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What the application knows of its clients, and what it can do about them. */
@ExtendWith(BufferLeaks.class)
@RealThreads
class RpcPeersTest {

	private RpcApplication application;

	private RpcPeers peers;

	@BeforeEach
	void start() {
		this.application = RpcApplication.start(Watching.class,
				"management.endpoints.web.exposure.include=genserverconnections",
				"management.endpoint.genserverconnections.access=unrestricted");
		this.peers = this.application.bean(RpcPeers.class);
	}

	@AfterEach
	void stop() {
		this.application.close();
	}

	private List<String> events() {
		return this.application.bean(Watching.Events.class).seen;
	}

	private HttpResponse<String> ask(String method, String path) throws Exception {
		try (HttpClient http = HttpClient.newHttpClient()) {
			return http.send(HttpRequest
				.newBuilder(URI
					.create("http://localhost:" + this.application.port() + "/actuator/genserverconnections" + path))
				.method(method, HttpRequest.BodyPublishers.noBody())
				.build(), HttpResponse.BodyHandlers.ofString());
		}
	}

	@Test
	void aHandlerKnowsItsPeerAndCanNoteSomethingAboutIt() {
		try (MuxioClient client = this.application.client(); MuxioClient other = this.application.client()) {
			assertThat(client.call("visits.count", "")).isEqualTo("0 1");
			assertThat(client.call("visits.count", "")).isEqualTo("0 2");
			assertThat(other.call("visits.count", "")).isEqualTo("0 1");
			assertThat(this.peers.all()).hasSize(2).allMatch((each) -> each.state() == RpcPeer.State.CONNECTED);
			assertThat(this.peers.all().getFirst().protocol()).isEqualTo("muxio");
			assertThat(this.peers.current()).isNull();
		}
	}

	@Test
	void aHandlerCallsWhatItsPeerServes() {
		try (GenServerClient client = GenServerClient.connect("ws://localhost:" + this.application.port() + "/ws")) {
			List<String> shown = new CopyOnWriteArrayList<>();
			client.serve(Notifications.class, shown::add);
			assertThat(client.<Boolean>call("visits.greet", boolean.class)).isTrue();
			assertThat(shown).containsExactly("Welcome");
			assertThat(this.peers.all().getFirst().server("notifications", Notifications.class).show("Again")).isTrue();
			assertThat(shown).containsExactly("Welcome", "Again");
		}
	}

	@Test
	void theApplicationCanCloseAConnection() {
		try (MuxioClient client = this.application.client()) {
			assertThat(client.call("visits.count", "")).isEqualTo("0 1");
			RpcPeer peer = this.peers.all().getFirst();
			assertThatIllegalArgumentException().isThrownBy(() -> peer.close(1006, "no"))
				.withMessageContaining("not with 1006");
			peer.close(4003, "enough");
			assertThat(client.webSocket().closed()).isEqualTo("4003 enough");
			// Otherwise the socket lingers until a limit.
			client.close();
			RpcApplication.await(() -> this.peers.find(peer.id()) == null);
			assertThat(peer.state()).isEqualTo(RpcPeer.State.CLOSED);
			RpcApplication.await(() -> events().size() == 3);
			assertThat(events()).containsExactly("CONNECTING 0 ", "CONNECTED 0 ",
					"CLOSED 4003 closed with 4003: enough");
		}
	}

	@Test
	void inExtModeAPeerIsConnectedOnceItHasSaidHowToSpeakToIt() {
		try (RawWebSocket client = RawWebSocket.connect(this.application.port(),
				"Sec-WebSocket-Protocol: genserver.v1")) {
			RpcApplication.await(() -> this.peers.all().size() == 1);
			RpcPeer peer = this.peers.all().getFirst();
			assertThat(peer.state()).isEqualTo(RpcPeer.State.CONNECTING);
			// SETTINGS, kind 8, that name nothing.
			byte[] settings = new byte[13];
			settings[12] = 8;
			client.binary(settings);
			RpcApplication.await(() -> peer.state() == RpcPeer.State.CONNECTED);
			RpcApplication.await(() -> events().size() == 2);
			assertThat(events()).containsExactly("CONNECTING 0 ", "CONNECTED 0 ");
		}
	}

	@Test
	void theEndOfTheApplicationIsToldAsDrainingAndClosing() {
		try (MuxioClient client = this.application.client()) {
			assertThat(client.call("visits.count", "")).isEqualTo("0 1");
			List<String> events = events();
			this.application.connections().shutdown(java.time.Duration.ofSeconds(30), java.time.Duration.ofSeconds(30));
			assertThat(client.webSocket().closed()).startsWith("1001 ");
			RpcApplication.await(() -> events.size() == 4);
			assertThat(events.get(0)).startsWith("CONNECTING");
			assertThat(events.get(1)).startsWith("CONNECTED");
			assertThat(events.get(2)).startsWith("DRAINING");
			assertThat(events.get(3)).startsWith("CLOSED 1001");
		}
	}

	@Test
	void actuatorListsConnectionsAndClosesThem() throws Exception {
		try (MuxioClient client = this.application.client()) {
			assertThat(client.call("visits.count", "")).isEqualTo("0 1");
			String id = this.peers.all().getFirst().id();
			assertThat(ask("GET", "").body()).contains("\"count\":1", "\"id\":\"" + id + "\"", "\"protocol\":\"muxio\"",
					"\"state\":\"CONNECTED\"", "\"bytesReceived\":");
			assertThat(ask("GET", "/" + id).body()).contains("\"id\":\"" + id + "\"");
			assertThat(ask("GET", "/none").statusCode()).isEqualTo(404);
			assertThat(ask("GET", "?limit=-1").statusCode()).isEqualTo(400);
			assertThat(ask("DELETE", "/none").statusCode()).isEqualTo(404);
			assertThat(ask("DELETE", "/" + id + "?code=5").statusCode()).isEqualTo(400);
			assertThat(ask("DELETE", "/" + id).statusCode()).isEqualTo(204);
			assertThat(client.webSocket().closed()).isEqualTo("1008 closed by an operator");
		}
	}

	interface Visits {

		int count();

		boolean greet();

	}

	interface Notifications {

		boolean show(String text);

	}

	@Configuration(proxyBeanMethods = false)
	static class Watching {

		@Bean
		@GenServer("visits")
		VisitsServer visits(RpcPeers peers) {
			return new VisitsServer(peers);
		}

		@Bean
		Events events() {
			return new Events();
		}

		static class Events {

			final List<String> seen = new CopyOnWriteArrayList<>();

			@EventListener
			void on(RpcPeerEvent event) {
				this.seen.add(event.state() + " " + event.code() + " " + event.reason());
			}

		}

	}

	static class VisitsServer implements Visits {

		private final RpcPeers peers;

		VisitsServer(RpcPeers peers) {
			this.peers = peers;
		}

		@Override
		public int count() {
			RpcPeer peer = this.peers.current();
			return (peer != null) ? (int) peer.attributes().merge("visits", 1, (a, b) -> (int) a + (int) b) : 0;
		}

		@Override
		public boolean greet() {
			RpcPeer peer = this.peers.current();
			return peer != null && peer.server("notifications", Notifications.class).show("Welcome");
		}

	}

}
