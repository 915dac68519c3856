package com.example.rooms;

import java.time.Duration;
import java.util.List;

import com.example.rooms.Room.Joined;
import com.example.rooms.Room.Left;
import com.example.rooms.Room.Line;
import com.example.rooms.Room.Move;
import com.example.rooms.Room.Position;
import com.example.rooms.Room.Present;
import com.example.rooms.Room.Whispered;
import io.genserver.remote.RpcException;
import io.genserver.test.GenServerTest;
import io.genserver.test.ServersUnderTest;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

import org.springframework.context.annotation.Import;
import org.springframework.security.authentication.TestingAuthenticationToken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@GenServerTest
@Import(HostRules.class)
class RoomServerTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	@Test
	void whoIsThereIsKnownUntilTheLastWindowCloses(ServersUnderTest servers) {
		Sinks.Empty<Void> first = Sinks.empty();
		Sinks.Empty<Void> second = Sinks.empty();
		StepVerifier.create(guest(servers, "ann", "lobby").join())
			.expectNext(new Present(List.of("ann")))
			.then(() -> join(servers, "bob", first))
			.expectNext(new Joined("bob"))
			.then(() -> join(servers, "bob", second))
			.then(first::tryEmitEmpty)
			.then(() -> join(servers, "carol", Sinks.empty()))
			.expectNext(new Joined("carol"))
			.then(second::tryEmitEmpty)
			.expectNext(new Left("bob"))
			.thenCancel()
			.verify(PATIENCE);
	}

	/** Join, and return once that has happened. */
	private static void join(ServersUnderTest servers, String name, Sinks.Empty<Void> end) {
		Flux<Room.Event> events = guest(servers, name, "lobby").join()
			.takeUntilOther(end.asMono())
			.replay()
			.autoConnect();
		events.blockFirst(PATIENCE);
	}

	@Test
	void aWhisperReachesOneAndAKickEndsTheStreamsOfOne(ServersUnderTest servers) {
		Room ann = host(servers, "ann", "lobby");
		StepVerifier.create(guest(servers, "bob", "lobby").join())
			.expectNext(new Present(List.of("bob")))
			.then(() -> ann.join().subscribe())
			.expectNext(new Joined("ann"))
			.then(() -> ann.whisper("bob", "psst"))
			.expectNext(new Whispered("ann", "psst"))
			.then(() -> assertThat(ann.kick("bob")).isTrue())
			.expectComplete()
			.verify(PATIENCE);
		assertThat(ann.kick("bob")).isFalse();
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> ann.whisper("bob", "still here?"))
			.satisfies((refused) -> assertThat(refused.reason()).isEqualTo("not-here"));
	}

	@Test
	void onlyHostsKick(ServersUnderTest servers) {
		Room carol = guest(servers, "carol", "lobby");
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> carol.kick("ann"))
			.satisfies((refused) -> assertThat(refused.status()).isEqualTo(RpcException.Status.PERMISSION_DENIED));
	}

	@Test
	void onlyThoseInsideSpeak(ServersUnderTest servers) {
		Room dave = guest(servers, "dave", "lobby");
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> dave.whisper("ann", "hello"))
			.satisfies((refused) -> assertThat(refused.reason()).isEqualTo("not-inside"));
		Room stranger = servers.asAnonymous().server("room", "lobby", Room.class);
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> stranger.join().blockFirst(PATIENCE))
			.satisfies((refused) -> assertThat(refused.status()).isEqualTo(RpcException.Status.UNAUTHENTICATED));
	}

	@Test
	void linesAreReadFromAnyNumber(ServersUnderTest servers) {
		Room ann = guest(servers, "ann", "lobby");
		ann.join().subscribe(); // messages of one caller to one room keep their order
		ann.say("one");
		ann.say("two");
		StepVerifier.create(ann.lines(1))
			.expectNext(new Line(2, "ann", "two"))
			.then(() -> ann.say("three"))
			.expectNext(new Line(3, "ann", "three"))
			.thenCancel()
			.verify(PATIENCE);
	}

	@Test
	void whoPlaysSeesTheOthersMove(ServersUnderTest servers) {
		Room ann = guest(servers, "ann", "lobby");
		ann.join().subscribe(); // messages of one caller to one room keep their order
		Sinks.Many<Move> moves = Sinks.many().unicast().onBackpressureBuffer();
		StepVerifier.create(ann.play(moves.asFlux()))
			.then(() -> moves.tryEmitNext(new Move(1, 0)))
			.expectNext(new Position("ann", 1, 0))
			.then(() -> moves.tryEmitNext(new Move(2, 3)))
			.expectNext(new Position("ann", 3, 3))
			.thenCancel()
			.verify(PATIENCE);
	}

	@Test
	void aRoomHasAProperName(ServersUnderTest servers) {
		Room none = guest(servers, "ann", "Robert'); DROP TABLE");
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> none.kick("bob"));
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> none.whisper("bob", "?"))
			.satisfies((refused) -> assertThat(refused.reason()).isEqualTo("no-such-room"));
	}

	private static Room guest(ServersUnderTest servers, String name, String room) {
		return servers.as(new TestingAuthenticationToken(name, "", "ROLE_GUEST")).server("room", room, Room.class);
	}

	private static Room host(ServersUnderTest servers, String name, String room) {
		return servers.as(new TestingAuthenticationToken(name, "", "ROLE_HOST")).server("room", room, Room.class);
	}

}
