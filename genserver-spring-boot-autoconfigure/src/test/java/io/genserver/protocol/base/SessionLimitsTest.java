package io.genserver.protocol.base;

import java.time.Duration;
import java.util.Arrays;

import io.genserver.protocol.CloseReason;
import io.genserver.protocol.FrameKind;
import io.genserver.protocol.Frames;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.LittleEndian;
import io.genserver.protocol.MessageType;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.RequestRefusal;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.Side;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.genserver.protocol.Frames.call;
import static io.genserver.protocol.Frames.frame;
import static io.genserver.protocol.Frames.header;
import static io.genserver.protocol.Frames.join;
import static io.genserver.protocol.Frames.open;
import static io.genserver.protocol.Frames.response;
import static io.genserver.protocol.Frames.utf8;
import static org.assertj.core.api.Assertions.assertThat;

/** What a peer may do to a connection before something of it, or all of it, ends. */
class SessionLimitsTest {

	private static final byte[] NONE = new byte[0];

	private static ProtocolLimits.Builder limits() {
		return ProtocolLimits.defaults().toBuilder();
	}

	@ParameterizedTest
	@ValueSource(ints = { 65537, Integer.MAX_VALUE, Integer.MIN_VALUE, -1 })
	void aFirstFrameOverTheLimitIsNotMuxio(int length) {
		try (Wire server = Wire.server()) {
			byte[] header = frame(FrameKind.OPEN, 1, 0);
			LittleEndian.setInt(header, 0, length);
			server.feed(header, call(1, 7, ""));
			assertThat(server.events).containsExactly("violated 1002");
			assertThat(server.listener.violations.get(0).text()).isEqualTo("frame of "
					+ Integer.toUnsignedString(length) + " bytes exceeds 65536; this endpoint speaks muxio 0.15");
			assertThat(server.session.isClosed()).isTrue();
			assertThat(server.session.bufferedBytes()).isZero();
		}
	}

	@Test
	void aLaterFrameOverTheLimitIsTooBig() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""), frame(FrameKind.OPEN, 3, 0, new byte[65537]));
			assertThat(server.listener.violations)
				.containsExactly(new CloseReason(1009, "frame of 65537 bytes exceeds 65536"));
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 6, 9, 0x80, 255 })
	void aFirstFrameOfUnknownKindIsNotMuxio(int kind) {
		try (Wire server = Wire.server()) {
			server.feed(frame(kind, 0, 0, utf8("x")));
			assertThat(server.listener.violations).containsExactly(new CloseReason(1002,
					"first frame is of unknown kind " + kind + "; this endpoint speaks muxio 0.15"));
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 3, 7, 255 })
	void aFirstMessageOfUnknownTypeIsNotMuxio(int type) {
		try (Wire server = Wire.server()) {
			server.feed(frame(FrameKind.OPEN, 1, 0), frame(FrameKind.DATA, 1, 1, new byte[] { (byte) type }));
			assertThat(server.listener.violations).containsExactly(new CloseReason(1002,
					"first message is of unknown type " + type + "; this endpoint speaks muxio 0.15"));
		}
	}

	@Test
	void sixteenUnknownFramesAreSkipped() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""));
			for (int i = 0; i < 16; i++) {
				server.feed(frame(4 + i, 1, i, utf8("x")));
			}
			server.feed(call(3, 9, ""));
			assertThat(server.events).hasSize(4).endsWith("complete 9 []");
			server.feed(frame(5, 1, 0));
			assertThat(server.listener.violations)
				.containsExactly(new CloseReason(1002, "more than 16 frames of kinds not used by muxio 0.15"));
			server.feed(call(5, 11, ""));
			assertThat(server.events).endsWith("violated 1002");
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3 })
	void aSkippedPingMayOrMayNotCountInTheSequence(int pings) {
		for (int next : new int[] { 1, 1 + pings }) {
			try (Wire server = Wire.server()) {
				server.feed(open(MessageType.CALL, 1, 7, NONE, NONE));
				for (int i = 0; i < pings; i++) {
					server.feed(frame(FrameKind.PING, 1, 1 + i));
				}
				server.feed(frame(FrameKind.DATA, 1, next, utf8("x")), frame(FrameKind.END, 1, next + 1));
				assertThat(server.events).endsWith("complete 7 [78]");
			}
		}
	}

	@Test
	void aSequenceWrapsAround() {
		BaseRequest stream = new BaseRequest(true, 1, 1, NONE);
		stream.begin(1, -1, 0);
		assertThat(stream.accept(-1, 0)).isTrue();
		assertThat(stream.accept(0, 0)).isTrue();
		assertThat(stream.accept(0, 0)).isFalse();
	}

	@Test
	void anAssembledPayloadEndsAtTheItemLimit() {
		try (Wire server = new Wire(Side.ACCEPTING, limits().itemBytes(1000).build())) {
			server.feed(open(MessageType.CALL, 1, 7, NONE, new byte[600]), frame(FrameKind.DATA, 1, 1, new byte[400]),
					frame(FrameKind.END, 1, 2));
			server.feed(open(MessageType.CALL, 3, 9, NONE, new byte[600]), frame(FrameKind.DATA, 3, 1, new byte[401]),
					frame(FrameKind.END, 3, 2));
			assertThat(server.events).filteredOn((event) -> event.startsWith("complete 7")).hasSize(1);
			assertThat(server.events).endsWith("refused 9 2");
			assertThat(server.listener.refusals)
				.containsExactly(new RequestRefusal(2, false, "payload exceeds the limit of 1000 bytes"));
			assertThat(server.session.bufferedBytes()).isZero();
			assertThat(server.listener.dropped).containsExactly("LATE_FRAME 3");
		}
	}

	@Test
	void aUnaryResponseEndsAtTheItemLimitAndAStreamDoesNot() {
		try (Wire client = new Wire(Side.CONNECTING, limits().itemBytes(1000).build())) {
			client.session.call(1, NONE, ResponseMode.UNARY, "caller");
			client.session.call(1, NONE, ResponseMode.STREAM, "caller");
			for (int id = 1; id <= 2; id++) {
				client.feed(open(MessageType.RESPONSE, id, id, new byte[1], new byte[600]),
						frame(FrameKind.DATA, id, 1, new byte[600]), frame(FrameKind.END, id, 2));
			}
			assertThat(client.events).contains("failed 1 TOO_BIG").endsWith("answered 2 0 []");
			assertThat(client.listener.failures.get(0).text()).isEqualTo("payload exceeds the limit of 1000 bytes");
		}
	}

	@Test
	void metadataOverItsLimitIsRefused() {
		try (Wire server = new Wire(Side.ACCEPTING, limits().metadataBytes(10).build())) {
			server.feed(call(1, 7, "0123456789"), call(3, 9, "0123456789a"));
			assertThat(server.events).endsWith("refused 9 2");
			assertThat(server.listener.refusals)
				.containsExactly(new RequestRefusal(2, false, "metadata of 11 bytes exceeds the limit of 10"));
		}
	}

	@Test
	void aCallOverThoseInFlightIsRefusedAndNotExecuted() {
		try (Wire server = new Wire(Side.ACCEPTING, limits().callsInFlight(2).build())) {
			server.feed(call(1, 7, ""), call(3, 9, ""), call(5, 11, "x"));
			assertThat(server.session.callsInFlight()).isEqualTo(2);
			assertThat(server.events).endsWith("refused 11 2");
			assertThat(server.listener.refusals).containsExactly(
					new RequestRefusal(2, false, "2 calls are in flight on this connection; not executed"));
			server.session.respond(server.listener.requests.get(0), StatusCode.OK, NONE);
			server.feed(call(7, 13, ""));
			assertThat(server.events).endsWith("complete 13 []");
			assertThat(server.session.respond(server.listener.requests.get(2), StatusCode.SYSTEM, NONE)).isTrue();
			assertThat(server.session.callsInFlight()).isEqualTo(2);
		}
	}

	@Test
	void aCancelledCallHoldsItsPlaceUntilItsHandlerHasStopped() {
		try (Wire server = new Wire(Side.ACCEPTING, limits().callsInFlight(1).build())) {
			server.feed(call(1, 7, ""), frame(FrameKind.CANCEL, 1, 2), call(3, 9, ""));
			assertThat(server.events).endsWith("cancelled 7", "refused 9 2");
			server.session.release(server.listener.requests.get(0));
			server.session.release(server.listener.requests.get(0));
			assertThat(server.session.callsInFlight()).isZero();
			server.feed(call(5, 11, ""));
			assertThat(server.events).endsWith("complete 11 []");
		}
	}

	@Test
	void callsThatGoOnWhileRefusalsWaitCloseTheConnection() {
		try (Wire server = new Wire(Side.ACCEPTING, limits().callsInFlight(3).build())) {
			for (int i = 0; i < 6; i++) {
				server.feed(call(2 * i, i, ""));
			}
			assertThat(server.listener.violations).isEmpty();
			server.feed(call(100, 100, ""));
			assertThat(server.listener.violations).extracting(CloseReason::code).containsExactly(4029);
		}
	}

	@Test
	void streamsOfUnknownContentAreBounded() {
		try (Wire server = new Wire(Side.ACCEPTING, limits().callsInFlight(2).build())) {
			for (int round = 0; round < 20; round++) {
				server.feed(frame(FrameKind.OPEN, 1, 0), frame(FrameKind.OPEN, 2, 0));
				switch (round % 5) {
					case 0 -> server.feed(frame(FrameKind.CANCEL, 1, 1), frame(FrameKind.CANCEL, 2, 1));
					case 1 -> server.feed(frame(FrameKind.END, 1, 1), frame(FrameKind.END, 2, 1));
					case 2 -> server.feed(frame(FrameKind.DATA, 1, 9), frame(FrameKind.DATA, 2, 9));
					case 3 -> server.passSeconds(5).session.tick(server.now);
					default -> {
						byte[] cast = header(MessageType.EVENT, 7, Frames.ECHO, NONE);
						server.feed(frame(FrameKind.DATA, 1, 1, cast), frame(FrameKind.DATA, 2, 1, cast));
						server.feed(frame(FrameKind.END, 1, 2), frame(FrameKind.END, 2, 2));
					}
				}
				assertThat(server.listener.violations).isEmpty();
				assertThat(server.session.streams().unplaced()).isZero();
			}
			server.feed(frame(FrameKind.OPEN, 1, 0), open(MessageType.EVENT, 2, 8, NONE, NONE),
					frame(FrameKind.OPEN, 3, 0));
			assertThat(server.listener.violations)
				.containsExactly(new CloseReason(1008, "more than 2 streams half open at once"));
		}
	}

	@Test
	void incompleteMessagesAreBoundedTogether() {
		try (Wire server = new Wire(Side.ACCEPTING, limits().itemBytes(50_000).inboundBudgetBytes(100_000).build())) {
			server.feed(open(MessageType.CALL, 1, 7, NONE, new byte[40_000]),
					open(MessageType.CALL, 3, 9, NONE, new byte[45_000]));
			assertThat(server.session.bufferedBytes()).isEqualTo(85_000 + 2 * 256);
			server.feed(open(MessageType.CALL, 5, 11, NONE, new byte[20_000]));
			assertThat(server.events).endsWith("refused 9 2");
			assertThat(server.listener.refusals).containsExactly(new RequestRefusal(2, false,
					"incomplete messages on this connection exceed the limit of 100000 bytes"));
			assertThat(server.session.bufferedBytes()).isEqualTo(60_000 + 2 * 256);
			server.feed(frame(FrameKind.END, 1, 1), frame(FrameKind.END, 5, 1));
			assertThat(server.session.bufferedBytes()).isZero();
		}
	}

	@Test
	void metadataOfHalfOpenRequestsCountsToo() {
		try (Wire server = new Wire(Side.ACCEPTING, limits().itemBytes(1).inboundBudgetBytes(5 * 40_256).build())) {
			for (int i = 1; i <= 10; i++) {
				server.feed(open(MessageType.CALL, i, i, new byte[40_000], NONE));
				assertThat(server.session.bufferedBytes()).isLessThanOrEqualTo(5 * 40_256 + 256);
			}
			assertThat(server.listener.refusals).hasSize(5);
		}
	}

	@Test
	void metadataInPiecesCountsToo() {
		try (Wire server = new Wire(Side.ACCEPTING, limits().itemBytes(1).inboundBudgetBytes(5 * 40_256).build())) {
			for (int i = 1; i <= 10; i++) {
				byte[] header = header(MessageType.CALL, i, Frames.ECHO, new byte[60_000]);
				server.feed(frame(FrameKind.OPEN, i, 0, Arrays.copyOf(header, 40_000)));
				assertThat(server.session.bufferedBytes()).isLessThanOrEqualTo(5 * 40_256 + 256);
			}
			assertThat(server.listener.refusals).hasSize(5);
		}
	}

	@Test
	void aResponseThatFillsTheBudgetFailsItsCall() {
		try (Wire client = new Wire(Side.CONNECTING, limits().itemBytes(60_000).inboundBudgetBytes(60_000).build())) {
			client.session.call(1, NONE, ResponseMode.UNARY, "caller");
			client.session.call(1, NONE, ResponseMode.UNARY, "caller");
			client.feed(open(MessageType.RESPONSE, 1, 1, new byte[1], new byte[40_000]),
					open(MessageType.RESPONSE, 2, 2, new byte[1], new byte[30_000]), frame(FrameKind.END, 2, 1));
			assertThat(client.events).contains("failed 1 TOO_BIG");
			assertThat(client.events.get(client.events.size() - 1)).startsWith("answered 2 0");
		}
	}

	@Test
	void aHeaderMustCompleteInFiveSeconds() {
		try (Wire server = Wire.server()) {
			byte[] header = header(MessageType.CALL, 7, Frames.ECHO, utf8("abc"));
			server.feed(frame(FrameKind.OPEN, 1, 0, Arrays.copyOf(header, 15)));
			server.feed(frame(FrameKind.OPEN, 3, 0, Arrays.copyOf(header, 3)));
			for (int second = 1; second < 5; second++) {
				server.passSeconds(1);
				server.feed(frame(FrameKind.DATA, 3, second));
				server.session.tick(server.now);
			}
			assertThat(server.events).isEmpty();
			server.passSeconds(1).session.tick(server.now);
			assertThat(server.events).containsExactly("refused 7 2");
			assertThat(server.listener.refusals)
				.containsExactly(new RequestRefusal(2, false, "header incomplete after PT5S"));
			assertThat(server.listener.dropped).containsExactly("INCOMPLETE_HEADER 3");
			assertThat(server.session.bufferedBytes()).isZero();
		}
	}

	@Test
	void aHalfOpenRequestMayBeIdleForThirtySeconds() {
		try (Wire server = Wire.server()) {
			server.feed(open(MessageType.CALL, 1, 7, NONE, utf8("a")), open(MessageType.CALL, 3, 9, NONE, utf8("a")),
					open(MessageType.EVENT, 5, 11, NONE, utf8("a")), call(7, 13, ""));
			server.passSeconds(29).feed(frame(FrameKind.DATA, 3, 1, utf8("b")));
			server.session.tick(server.now);
			assertThat(server.listener.refusals).isEmpty();
			server.passSeconds(1).session.tick(server.now);
			assertThat(server.events.subList(5, server.events.size())).containsExactlyInAnyOrder("refused 7 2",
					"refused 11 2");
			assertThat(server.listener.refusals)
				.contains(new RequestRefusal(2, false, "request incomplete, nothing came for PT30S"));
			server.feed(frame(FrameKind.END, 3, 2));
			assertThat(server.events).endsWith("complete 9 [6162]");
		}
	}

	@Test
	void aPauseInReadingCountsAgainstNobody() {
		try (Wire server = Wire.server()) {
			server.feed(open(MessageType.CALL, 1, 7, NONE, utf8("a")));
			server.passSeconds(20).session.readingPaused(true, server.now);
			server.session.readingPaused(true, server.now);
			server.passSeconds(100).session.tick(server.now);
			server.session.readingPaused(false, server.now);
			server.passSeconds(9).session.tick(server.now);
			assertThat(server.listener.refusals).isEmpty();
			server.passSeconds(1).session.tick(server.now);
			assertThat(server.events).endsWith("refused 7 2");
		}
	}

	@Test
	void aSlowFrameKeepsItsStreamOpenWhileBytesCome() {
		try (Wire server = Wire.server()) {
			server.feed(open(MessageType.CALL, 1, 7, NONE, NONE),
					Arrays.copyOf(frame(FrameKind.DATA, 1, 1, utf8("slow")), 13));
			for (byte b : utf8("slow")) {
				server.passSeconds(20).session.tick(server.now);
				server.feed(new byte[] { b });
			}
			server.feed(frame(FrameKind.END, 1, 2));
			assertThat(server.events).endsWith("complete 7 [" + Vectors.hex(utf8("slow")) + "]");
			assertThat(server.listener.violations).isEmpty();
		}
	}

	@Test
	void aFrameThatStopsHalfWayClosesTheConnection() {
		try (Wire server = Wire.server()) {
			server.feed(new byte[] { 1 });
			server.passSeconds(29).session.tick(server.now);
			assertThat(server.listener.violations).isEmpty();
			server.passSeconds(1).session.tick(server.now);
			assertThat(server.listener.violations).containsExactly(new CloseReason(1008, "frame incomplete for PT30S"));
			server.session.tick(server.now);
			assertThat(server.listener.violations).hasSize(1);
		}
	}

	@Test
	void cancelsOfStartedCallsAreCounted() {
		ProtocolLimits limits = limits().cancels(3).cancelWindow(Duration.ofSeconds(10)).build();
		try (Wire server = new Wire(Side.ACCEPTING, limits)) {
			for (int i = 0; i < 100; i++) {
				cancelOne(server, i, false);
			}
			for (int i = 100; i < 103; i++) {
				cancelOne(server, i, true);
			}
			server.passSeconds(10);
			for (int i = 103; i < 106; i++) {
				cancelOne(server, i, true);
			}
			assertThat(server.listener.violations).isEmpty();
			cancelOne(server, 106, true);
			assertThat(server.listener.violations)
				.containsExactly(new CloseReason(4029, "more than 3 calls cancelled within PT10S"));
		}
	}

	private static void cancelOne(Wire server, int id, boolean started) {
		server.feed(call(id, id, ""));
		if (started) {
			server.listener.request().markStarted();
		}
		server.feed(frame(FrameKind.CANCEL, id, 2));
		server.session.release(server.listener.request());
	}

	@Test
	void nothingIsWrittenOnceThePeerBrokeTheProtocol() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""), frame(FrameKind.OPEN, 3, 0, new byte[65537]));
			InboundRequest request = server.listener.request();
			assertThat(server.session.respond(request, StatusCode.OK, NONE)).isFalse();
			assertThat(server.session.respondItem(request, NONE)).isFalse();
			assertThat(server.session.respondEnd(request)).isFalse();
			assertThat(server.output()).isEmpty();
			server.session.close("protocol error");
			assertThat(server.events).endsWith("violated 1009", "cancelled 7");
		}
	}

	@ParameterizedTest
	@EnumSource(Side.class)
	void aFloodOfResponsesNobodyAskedForLeavesNothing(Side side) {
		try (Wire wire = new Wire(side)) {
			for (int i = 0; i < 5000; i++) {
				wire.feed(join(response(i, i, 0, "x"), open(MessageType.RESPONSE, i, i, NONE, new byte[100])));
			}
			assertThat(wire.events).isEmpty();
			assertThat(wire.session.bufferedBytes()).isZero();
			assertThat(wire.listener.dropped).hasSize(15000);
		}
	}

}
