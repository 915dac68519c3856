package io.genserver.protocol.ext;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.FrameKind;
import io.genserver.protocol.Frames;
import io.genserver.protocol.GoAway;
import io.genserver.protocol.LittleEndian;
import io.genserver.protocol.MessageType;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.Side;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static io.genserver.protocol.Frames.frame;
import static io.genserver.protocol.Frames.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Every rule of ext mode, broken: the peer is told, and the connection closes. */
class ExtViolationsTest {

	@Test
	void callsThatWereNotOpenedWhenThePeerFellSilentFailWithTheConnection() {
		try (ExtWire client = ExtWire.client()) {
			List<OutboundCall> calls = new ArrayList<>();
			for (int i = 0; i < 40; i++) {
				calls.add(client.session.call(i, new byte[0], ResponseMode.UNARY, i));
				if (i == 5) {
					client.output();
				}
			}
			client.now += Duration.ofMinutes(1).toNanos();
			client.session.tick(client.now);
			// It is asked, and answers nothing.
			client.now += ExtLimits.defaults().keepAliveTimeout().toNanos();
			client.session.tick(client.now);
			assertThat(client.session.isClosed()).isTrue();
			client.session.close("silence");
			assertThat(calls).allMatch(OutboundCall::isOver);
			assertThat(client.events.stream().filter((event) -> event.startsWith("failed"))).hasSize(40);
			assertThat(calls.get(0).isNotExecuted()).isFalse();
			assertThat(calls.get(39).isNotExecuted()).isTrue();
		}
	}

	private static final byte[] NONE = new byte[0];

	private static final int FIN = ExtFrame.FIN;

	private static final int MORE = ExtFrame.MORE;

	private static byte[] header(int type, int id, byte[] metadata) {
		return Frames.header(type, id, Frames.ECHO, metadata);
	}

	private static byte[] open(int flags, int id, byte[] metadata) {
		return frame(FrameKind.OPEN | flags, id, 0, header(MessageType.CALL, id, metadata));
	}

	private static byte[] answer(int flags, int id, byte[] metadata) {
		return frame(FrameKind.OPEN | flags, id, 0, header(MessageType.RESPONSE, id, metadata));
	}

	private static byte[] numbers(int... values) {
		ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
		for (int value : values) {
			buffer.putInt(value);
		}
		return buffer.array();
	}

	private static byte[] setting(int id, int value) {
		return join(new byte[] { (byte) id }, numbers(value));
	}

	static Stream<Arguments> brokenByAPeer() {
		byte[] opened = open(0, 1, NONE);
		byte[] whole = open(FIN, 1, NONE);
		return Stream.of(arguments("frame of 65537 bytes", frame(FrameKind.OPEN, 1, 0, new byte[65537])),
				arguments("frame of more than 2 GiB", join(numbers(-1, 1, 0), new byte[] { 0 })),
				arguments("compressed", frame(ExtFrame.COMPRESSED | FrameKind.OPEN, 1, 0)),
				arguments("unknown kind", frame(10, 1, 0)), arguments("unknown kind on stream 0", frame(15, 0, 0)),
				arguments("OPEN on stream 0", open(FIN, 0, NONE)),
				arguments("DATA on stream 0", frame(FrameKind.DATA, 0, 0)),
				arguments("CANCEL on stream 0", frame(FrameKind.CANCEL, 0, 0)),
				arguments("ERROR on stream 0", frame(ExtFrame.ERROR, 0, 0, new byte[] { 1 })),
				arguments("PING on a stream", join(opened, frame(FrameKind.PING, 1, 0, new byte[8]))),
				arguments("PONG on a stream", join(opened, frame(FrameKind.PONG, 1, 0, new byte[8]))),
				arguments("GOAWAY on a stream", join(opened, frame(ExtFrame.GOAWAY, 1, 0, new byte[10]))),
				arguments("SETTINGS on a stream", join(opened, frame(ExtFrame.SETTINGS, 1, 0))),
				arguments("SETTINGS twice", frame(ExtFrame.SETTINGS, 0, 0)),
				arguments("PING of 7 bytes", frame(FrameKind.PING, 0, 0, new byte[7])),
				arguments("PONG of 9 bytes", frame(FrameKind.PONG, 0, 0, new byte[9])),
				arguments("WINDOW of 4 bytes", frame(ExtFrame.WINDOW, 0, 0, new byte[4])),
				arguments("GOAWAY of 9 bytes", frame(ExtFrame.GOAWAY, 0, 0, new byte[9])),
				arguments("ERROR of no bytes", join(opened, frame(ExtFrame.ERROR, 1, 0))),
				arguments("ERROR with status 0", join(opened, frame(ExtFrame.ERROR, 1, 0, new byte[1]))),
				arguments("CANCEL with status 0", join(opened, frame(FrameKind.CANCEL, 1, 0, new byte[1]))),
				arguments("PING with a number", frame(FrameKind.PING, 0, 1, new byte[8])),
				arguments("CANCEL with FIN", join(opened, frame(FrameKind.CANCEL | FIN, 1, 0))),
				arguments("WINDOW with MORE", frame(ExtFrame.WINDOW | MORE, 0, 0, new byte[8])),
				arguments("MORE and FIN", open(MORE | FIN, 1, NONE)),
				arguments("END with MORE", join(opened, frame(FrameKind.END | MORE, 1, 1))),
				arguments("first stream is 2", open(FIN, 2, NONE)),
				arguments("a hole in the streams", join(whole, open(FIN, 3, NONE))),
				arguments("a stream opened again", join(whole, open(FIN, 1, NONE))),
				arguments("a cast's stream opened again",
						join(frame(FIN, 1, 0, header(MessageType.EVENT, 1, NONE)), open(FIN, 1, NONE))),
				arguments("DATA before OPEN", frame(FrameKind.DATA, 1, 0)),
				arguments("CANCEL before OPEN", frame(FrameKind.CANCEL, 1, 0)),
				arguments("WINDOW before OPEN", frame(ExtFrame.WINDOW, 1, 0, new byte[8])),
				arguments("a stream of ours that is not", answer(FIN, 0x8000_0003, new byte[1])),
				arguments("number 0 of our streams", answer(FIN, 0x8000_0000, new byte[1])),
				arguments("OPEN with number 1", frame(FrameKind.OPEN | FIN, 1, 1, header(MessageType.CALL, 1, NONE))),
				arguments("a number left out", join(opened, frame(FrameKind.DATA, 1, 2))),
				arguments("a number twice", join(opened, frame(FrameKind.DATA, 1, 1), frame(FrameKind.DATA, 1, 1))),
				arguments("DATA after FIN", join(whole, frame(FrameKind.DATA, 1, 1))),
				arguments("END after END", join(opened, frame(FrameKind.END, 1, 1), frame(FrameKind.END, 1, 2))),
				arguments("half a header", frame(FIN, 1, 0, new byte[14])),
				arguments("header without its metadata",
						frame(FIN, 1, 0, Arrays.copyOf(header(MessageType.CALL, 1, new byte[9]), 23))),
				arguments("request id is not the stream's", frame(FIN, 1, 0, header(MessageType.CALL, 2, NONE))),
				arguments("a Response opens a stream", frame(FIN, 1, 0, header(MessageType.RESPONSE, 1, new byte[1]))),
				arguments("a message of type 3", frame(FIN, 1, 0, header(3, 1, NONE))),
				arguments("metadata cut off in an entry", open(FIN, 1, new byte[] { 0x7f, 2, 0 })),
				arguments("metadata cut off in a length", open(FIN, 1, new byte[] { 0x7f, -1, 0 })),
				arguments("metadata cut off after a type", open(FIN, 1, new byte[] { 0x7f })),
				arguments("a deadline of 3 bytes", open(FIN, 1, new byte[] { 1, 3, 0, 0, 0 })),
				arguments("a trace parent of 1 byte", open(FIN, 1, new byte[] { 2, 1, 0 })),
				arguments("an empty content type", open(FIN, 1, new byte[] { 4, 0 })),
				arguments("a content type that is not ASCII", open(FIN, 1, new byte[] { 4, 2, -1, -1 })),
				arguments("a key that is not UTF-8", open(FIN, 1, new byte[] { 9, 1, -1 })),
				arguments("a header without a name", open(FIN, 1, new byte[] { 0x10, 0 })),
				arguments("a header whose name is too long", open(FIN, 1, new byte[] { 0x10, 2, 2, 0 })),
				arguments("two keys", open(FIN, 1, new byte[] { 9, 0, 9, 0 })),
				arguments("answer to a call by a Call",
						frame(FIN, 0x8000_0001, 0, header(MessageType.CALL, 0x8000_0001, NONE))),
				arguments("answer without a status", answer(FIN, 0x8000_0001, NONE)),
				arguments("answer that begins with DATA", frame(FrameKind.DATA, 0x8000_0001, 0)),
				arguments("answer opened twice",
						join(answer(0, 0x8000_0001, new byte[1]),
								frame(FrameKind.OPEN, 0x8000_0001, 1,
										header(MessageType.RESPONSE, 0x8000_0001, new byte[1])))),
				arguments("answer to a cast", answer(FIN, 0x8000_0002, new byte[1])));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("brokenByAPeer")
	void theRuleIsKept(String what, byte[] bytes) {
		for (int split = 0; split < 3; split++) {
			try (ExtWire server = ExtWire.server()) {
				server.session.call(Frames.ECHO, NONE, ResponseMode.UNARY, "caller");
				server.session.cast(Frames.ECHO, new byte[70_000]);
				server.output();
				switch (split) {
					case 0 -> server.feed(bytes);
					case 1 -> server.feedSplit(bytes, new Random(bytes.length));
					default -> server.feedSplit(bytes, new Random(1));
				}
				assertClosed(server, GoAway.PROTOCOL, CloseCode.EXT_VIOLATION);
			}
		}
	}

	static Stream<Arguments> brokenSettings() {
		return Stream.of(arguments("a frame before SETTINGS", open(FIN, 1, NONE)),
				arguments("PING before SETTINGS", frame(FrameKind.PING, 0, 0, new byte[8])),
				arguments("an ignorable frame before SETTINGS", frame(0x1f, 0, 0)),
				arguments("half an entry", frame(ExtFrame.SETTINGS, 0, 0, new byte[4])),
				arguments("a lower frame", frame(ExtFrame.SETTINGS, 0, 0, setting(1, 65535))),
				arguments("fewer streams", frame(ExtFrame.SETTINGS, 0, 0, setting(3, 15))),
				arguments("a lower stream window", frame(ExtFrame.SETTINGS, 0, 0, setting(4, 65535))),
				arguments("a lower connection window", frame(ExtFrame.SETTINGS, 0, 0, setting(5, 65535))));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("brokenSettings")
	void theFirstFrameIsSettingsWhichOnlyRaise(String what, byte[] bytes) {
		try (ExtWire server = new ExtWire(Side.ACCEPTING)) {
			server.output();
			server.feed(bytes);
			assertClosed(server, GoAway.PROTOCOL, CloseCode.EXT_VIOLATION);
		}
	}

	@Test
	void aStreamKeepsToItsWindow() {
		try (ExtWire server = ExtWire.server()) {
			server.listener.intake = (request) -> BodyDelivery.ITEMS;
			server.feed(open(0, 1, NONE));
			for (int seq = 1; seq <= 3; seq++) {
				server.feed(frame(FrameKind.DATA, 1, seq, new byte[65536]));
			}
			server.feed(frame(FrameKind.DATA, 1, 4, new byte[65536 - 15]));
			assertThat(server.listener.violations).isEmpty();
			server.feed(frame(FrameKind.DATA, 1, 5, new byte[1]));
			assertClosed(server, GoAway.FLOW_CONTROL, CloseCode.EXT_VIOLATION);
		}
	}

	@Test
	void allStreamsKeepToTheWindowOfTheConnection() {
		ExtLimits limits = new ExtLimits(262_144, 131_072, 8192, ExtLimits.defaults().keepAlive(),
				ExtLimits.defaults().keepAliveTimeout(), ExtLimits.defaults().withholding(), 100);
		try (ExtWire server = new ExtWire(Side.ACCEPTING, ProtocolLimits.defaults(), limits, ExtSettings.ASSUMED, 1)) {
			server.begun();
			server.feed(frame(MORE, 1, 0, join(header(MessageType.CALL, 1, NONE), new byte[65_000])));
			server.feed(frame(MORE, 2, 0, join(header(MessageType.CALL, 2, NONE), new byte[65_000])));
			assertThat(server.listener.violations).isEmpty();
			server.feed(frame(FrameKind.DATA, 1, 1, new byte[131_072 - 130_030 + 1]));
			assertClosed(server, GoAway.FLOW_CONTROL, CloseCode.EXT_VIOLATION);
		}
	}

	@Test
	void itemsAreNotSentWithoutCredit() {
		try (ExtWire client = ExtWire.client()) {
			client.session.call(Frames.ECHO, NONE, ResponseMode.STREAM, "caller",
					CallMetadata.NONE.toBuilder().itemCredit(2).build());
			client.output();
			client.feed(answer(0, 1, new byte[1]), frame(FrameKind.DATA, 1, 1), frame(FrameKind.DATA, 1, 2));
			assertThat(client.listener.violations).isEmpty();
			client.feed(frame(FrameKind.DATA, 1, 3));
			assertClosed(client, GoAway.FLOW_CONTROL, CloseCode.EXT_VIOLATION);
		}
	}

	@Test
	void creditDoesNotOverflow() {
		for (int stream : new int[] { 0, 0x8000_0001 }) {
			try (ExtWire server = ExtWire.server()) {
				server.session.openStream(Frames.ECHO, NONE, ResponseMode.UNARY, "caller");
				server.output();
				server.feed(frame(ExtFrame.WINDOW, stream, 0, numbers(Integer.MAX_VALUE, 0)));
				assertClosed(server, GoAway.FLOW_CONTROL, CloseCode.EXT_VIOLATION);
			}
		}
	}

	static Stream<Arguments> cheapFrames() {
		return Stream.of(arguments("PING", frame(FrameKind.PING, 0, 0, new byte[8])),
				arguments("PONG nobody asked for", frame(FrameKind.PONG, 0, 0, new byte[8])),
				arguments("GOAWAY again and again", frame(ExtFrame.GOAWAY, 0, 0, new byte[10])),
				arguments("of unknown kind", frame(11 | ExtFrame.IGNORABLE, 5, 7, new byte[100])),
				arguments("WINDOW of the connection", frame(ExtFrame.WINDOW, 0, 0, numbers(16_383, 0))),
				arguments("WINDOW of a stream", frame(ExtFrame.WINDOW, 0x8000_0001, 0, numbers(16_383, 5))),
				arguments("WINDOW of nothing", frame(ExtFrame.WINDOW, 0, 0, numbers(0, 0))));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("cheapFrames")
	void aHundredCheapFramesASecondAreTaken(String what, byte[] bytes) {
		try (ExtWire server = ExtWire.server()) {
			server.session.openStream(Frames.ECHO, NONE, ResponseMode.UNARY, "caller");
			server.output();
			for (int second = 0; second < 3; second++) {
				for (int i = 0; i < 100; i++) {
					server.feed(bytes);
				}
				server.passMillis(1000);
			}
			assertThat(server.listener.violations).isEmpty();
			server.output();
			for (int i = 0; i < 101; i++) {
				server.feed(bytes);
			}
			assertClosed(server, GoAway.CALM_DOWN, CloseCode.RATE);
		}
	}

	@Test
	void aWindowOfAQuarterIsNotCheap() {
		try (ExtWire server = ExtWire.server()) {
			for (int i = 0; i < 300; i++) {
				server.feed(frame(ExtFrame.WINDOW, 0, 0, numbers(16_384, 0)));
			}
			assertThat(server.listener.violations).isEmpty();
		}
	}

	@Test
	void cancellingStartedCallsTooOftenIsAViolation() {
		ProtocolLimits limits = ProtocolLimits.defaults().toBuilder().cancels(3).build();
		try (ExtWire server = new ExtWire(Side.ACCEPTING, limits, ExtLimits.defaults(), ExtSettings.ASSUMED, 1)) {
			server.begun();
			for (int id = 1; id <= 4; id++) {
				server.feed(open(FIN, id, NONE));
				server.listener.request().markStarted();
				server.feed(frame(FrameKind.CANCEL, id, 0));
				server.session.release(server.listener.request());
			}
			assertClosed(server, GoAway.CALM_DOWN, CloseCode.RATE);
		}
	}

	private static void assertClosed(ExtWire wire, int goAway, int close) {
		assertThat(wire.listener.violations).singleElement().extracting(CloseReason::code).isEqualTo(close);
		assertThat(wire.session.isClosed()).isTrue();
		assertThat(wire.session.acceptsCalls()).isFalse();
		byte[] last = wire.output();
		assertThat(last[12]).isEqualTo((byte) ExtFrame.GOAWAY);
		assertThat(Frames.cut(last)).hasSize(1);
		assertThat(LittleEndian.getUnsignedShort(last, 17)).isEqualTo(goAway);
		int events = wire.events.size();
		wire.feed(open(FIN, 9, NONE));
		assertThat(wire.events).hasSize(events);
	}

}
