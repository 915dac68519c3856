package com.example.rooms;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

import com.example.rooms.Room.Joined;
import com.example.rooms.Room.Left;
import com.example.rooms.Room.Line;
import com.example.rooms.Room.Present;
import com.example.rooms.Room.Whispered;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcPeers;
import io.genserver.rpc.client.GenServerClient;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class RoomsApplicationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	@LocalServerPort
	private int port;

	@Autowired
	private RpcPeers peers;

	@Test
	void peopleMeet() {
		try (GenServerClient ann = connect("ann"); GenServerClient bob = connect("bob")) {
			Room annsRoom = ann.server("room", "meeting", Room.class);
			Room bobsRoom = bob.server("room", "meeting", Room.class);
			StepVerifier.create(bobsRoom.join())
				.expectNext(new Present(List.of("bob")))
				.then(() -> annsRoom.join().take(1).blockLast(PATIENCE))
				.expectNext(new Joined("ann"))
				.expectNext(new Left("ann"))
				.then(() -> annsRoom.join().subscribe())
				.expectNext(new Joined("ann"))
				.then(() -> annsRoom.whisper("bob", "psst"))
				.expectNext(new Whispered("ann", "psst"))
				.then(() -> annsRoom.kick("bob"))
				.expectComplete()
				.verify(PATIENCE);
			assertThat(bob.isOpen()).isTrue();
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> bobsRoom.kick("ann"));
		}
	}

	@Test
	void whoseConnectionIsLostHasLeft() {
		try (GenServerClient ann = connect("ann")) {
			StepVerifier.create(ann.server("room", "quiet", Room.class).join())
				.expectNext(new Present(List.of("ann")))
				.then(() -> {
					try (GenServerClient bob = connect("bob")) {
						bob.server("room", "quiet", Room.class).join().replay().autoConnect().blockFirst(PATIENCE);
					}
				})
				.expectNext(new Joined("bob"))
				.expectNext(new Left("bob"))
				.thenCancel()
				.verify(PATIENCE);
		}
	}

	@Test
	void linesGoOnAfterALostConnection() {
		try (GenServerClient ann = connect("ann"); GenServerClient carol = connect("carol")) {
			Room annsRoom = ann.server("room", "talk", Room.class);
			annsRoom.join().subscribe();
			Flux<Line> lines = carol.resumableStream("room.lines", Line.class,
					(last) -> new Object[] { "talk", last.number() }, "talk", 0L);
			StepVerifier.create(lines)
				.then(() -> annsRoom.say("one"))
				.expectNext(new Line(1, "ann", "one"))
				.then(() -> this.peers.all()
					.stream()
					.filter((peer) -> peer.caller().principal().getName().equals("carol"))
					.forEach((peer) -> peer.close(1012, "try again")))
				.then(() -> annsRoom.say("two"))
				.expectNext(new Line(2, "ann", "two"))
				.thenCancel()
				.verify(PATIENCE);
		}
	}

	private GenServerClient connect(String name) {
		String credentials = Base64.getEncoder().encodeToString((name + ":" + name).getBytes(StandardCharsets.UTF_8));
		return GenServerClient.builder()
			.header("Authorization", "Basic " + credentials)
			.connectTimeout(PATIENCE)
			.callTimeout(PATIENCE)
			.connect(URI.create("ws://localhost:" + this.port + "/ws"));
	}

}
