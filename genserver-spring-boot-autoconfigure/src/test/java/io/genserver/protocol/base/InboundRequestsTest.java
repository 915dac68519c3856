package io.genserver.protocol.base;

import java.util.Arrays;
import java.util.List;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.FrameKind;
import io.genserver.protocol.Frames;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.MessageType;
import io.genserver.protocol.OversizedItemException;
import io.genserver.protocol.RequestRefusal;
import io.genserver.protocol.StatusCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.genserver.protocol.Frames.call;
import static io.genserver.protocol.Frames.frame;
import static io.genserver.protocol.Frames.header;
import static io.genserver.protocol.Frames.join;
import static io.genserver.protocol.Frames.open;
import static io.genserver.protocol.Frames.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Requests of the peer: what comes in, and what goes back. */
class InboundRequestsTest {

	private static final byte[] NONE = new byte[0];

	private static final String OPENED = "opened call 7 9158a853f4693f47 []";

	private static byte[] response(int streamId, int status, byte[] payload) {
		return join(
				frame(FrameKind.OPEN, streamId, 0,
						join(header(MessageType.RESPONSE, 7, 0, new byte[] { (byte) status }), payload)),
				frame(FrameKind.END, streamId, 1));
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2, 3 })
	void aResponseCarriesMethodIdZeroAndItsStatus(int status) {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, "hi"));
			assertThat(server.session.respond(server.listener.request(), status, utf8("result"))).isTrue();
			assertThat(server.output()).isEqualTo(response(0x80000001, status, utf8("result")));
		}
	}

	@Test
	void aRequestIsAnsweredOnce() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, "hi"));
			InboundRequest request = server.listener.request();
			server.session.respond(request, StatusCode.OK, NONE);
			server.output();
			assertThat(request.isOver()).isTrue();
			assertThat(server.session.respond(request, StatusCode.SYSTEM, NONE)).isFalse();
			assertThat(server.session.respondItem(request, NONE)).isFalse();
			assertThat(server.session.respondEnd(request)).isFalse();
			assertThat(server.session.respondCancel(request)).isFalse();
			assertThat(server.output()).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 4, 0x10, 255 })
	void aStatusThatReadsAsSuccessIsNeverSent(int status) {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, "hi"));
			assertThatIllegalArgumentException()
				.isThrownBy(() -> server.session.respond(server.listener.request(), status, NONE))
				.withMessageContaining("use 0 to 3");
			assertThat(server.output()).isEmpty();
		}
	}

	@Test
	void aCastIsNeverAnswered() {
		try (Wire server = Wire.server()) {
			server.feed(open(MessageType.EVENT, 1, 7, utf8("x"), NONE), frame(FrameKind.END, 1, 1));
			assertThat(server.events).containsExactly("opened event 7 9158a853f4693f47 [78]", "complete 7 [78]");
			InboundRequest cast = server.listener.request();
			assertThat(cast.isCast()).isTrue();
			assertThat(server.session.respond(cast, StatusCode.OK, NONE)).isFalse();
			assertThat(server.session.respondItem(cast, NONE)).isFalse();
			assertThat(server.session.respondEnd(cast)).isFalse();
			assertThat(server.output()).isEmpty();
			assertThat(server.session.callsInFlight()).isZero();
		}
	}

	@Test
	void argumentsAreThePayloadOrElseTheMetadata() {
		try (Wire server = Wire.server()) {
			server.feed(open(MessageType.CALL, 1, 7, utf8("a"), utf8("b")), frame(FrameKind.DATA, 1, 1, utf8("c")),
					frame(FrameKind.END, 1, 2));
			server.feed(open(MessageType.CALL, 3, 9, utf8("a"), NONE), frame(FrameKind.END, 3, 1));
			assertThat(server.events).containsExactly("opened call 7 9158a853f4693f47 [61]", "complete 7 [6263]",
					"opened call 9 9158a853f4693f47 [61]", "complete 9 [61]");
		}
	}

	@Test
	void aResponseStreamOpensWithItsFirstItemAndEndsEmpty() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""));
			InboundRequest request = server.listener.request();
			assertThat(server.session.respondItem(request, utf8("one"))).isTrue();
			assertThat(request.isResponding()).isTrue();
			assertThat(server.session.respondItem(request, utf8("two"))).isTrue();
			assertThat(server.session.respondItem(request, NONE)).isTrue();
			assertThat(server.session.respondEnd(request)).isTrue();
			int stream = 0x80000001;
			assertThat(server.output()).isEqualTo(join(
					frame(FrameKind.OPEN, stream, 0,
							join(header(MessageType.RESPONSE, 7, 0, new byte[1]), utf8("one"))),
					frame(FrameKind.DATA, stream, 1, utf8("two")), frame(FrameKind.DATA, stream, 2),
					frame(FrameKind.END, stream, 3)));
			assertThat(server.session.respondItem(request, utf8("late"))).isFalse();
			assertThat(server.session.callsInFlight()).isZero();
		}
	}

	@Test
	void aResponseStreamWithoutItemsIsAnEmptyResponse() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""));
			assertThat(server.session.respondEnd(server.listener.request())).isTrue();
			assertThat(server.output()).isEqualTo(response(0x80000001, 0, NONE));
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 65521, 65536 })
	void aFirstItemThatDoesNotFitWithTheHeaderFollowsAnEmptyOpen(int length) {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""));
			InboundRequest request = server.listener.request();
			server.session.respondItem(request, new byte[length]);
			server.session.respondEnd(request);
			int stream = 0x80000001;
			assertThat(server.output())
				.isEqualTo(join(frame(FrameKind.OPEN, stream, 0, header(MessageType.RESPONSE, 7, 0, new byte[1])),
						frame(FrameKind.DATA, stream, 1, new byte[length]), frame(FrameKind.END, stream, 2)));
		}
	}

	@Test
	void aFirstItemThatJustFitsTravelsWithTheHeader() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""));
			server.session.respondItem(server.listener.request(), new byte[65520]);
			List<byte[]> messages = server.messages();
			assertThat(messages).hasSize(1);
			assertThat(messages.get(0)).hasSize(13 + 65536);
		}
	}

	@Test
	void anEmptyFirstItemIsNotLost() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""));
			server.session.respondItem(server.listener.request(), NONE);
			int stream = 0x80000001;
			assertThat(server.output())
				.isEqualTo(join(frame(FrameKind.OPEN, stream, 0, header(MessageType.RESPONSE, 7, 0, new byte[1])),
						frame(FrameKind.DATA, stream, 1)));
		}
	}

	@Test
	void anOversizedItemIsRefusedAndTheStreamGoesOn() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""));
			InboundRequest request = server.listener.request();
			assertThatExceptionOfType(OversizedItemException.class)
				.isThrownBy(() -> server.session.respondItem(request, new byte[65537]))
				.withMessageContaining("65537 bytes exceeds the 65536 bytes");
			assertThat(server.output()).isEmpty();
			assertThat(server.session.respond(request, StatusCode.SYSTEM, utf8("too big"))).isTrue();
			assertThat(server.output()).isEqualTo(response(0x80000001, 2, utf8("too big")));
		}
	}

	@Test
	void aResponseStreamCanBeBrokenOffWithACancel() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""));
			InboundRequest request = server.listener.request();
			assertThat(server.session.respondCancel(request)).isFalse();
			server.session.respondItem(request, utf8("one"));
			server.output();
			assertThatIllegalStateException().isThrownBy(() -> server.session.respond(request, StatusCode.SYSTEM, NONE))
				.withMessageContaining("respondEnd or respondCancel");
			assertThat(server.session.respondCancel(request)).isTrue();
			assertThat(server.output()).isEqualTo(frame(FrameKind.CANCEL, 0x80000001, 1));
			assertThat(server.session.callsInFlight()).isZero();
		}
	}

	@Test
	void aCancelIsTakenWhileTheRequestIsHalfOpen() {
		try (Wire server = Wire.server()) {
			server.feed(open(MessageType.CALL, 1, 7, NONE, NONE), frame(FrameKind.CANCEL, 1, 1));
			assertThat(server.events).containsExactly(OPENED, "cancelled 7");
			assertNothingIsSentFor(server);
		}
	}

	@Test
	void aCancelIsTakenAfterTheRequestsEnd() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""), frame(FrameKind.CANCEL, 1, 2));
			assertThat(server.events).containsExactly(OPENED, "complete 7 []", "cancelled 7");
			assertNothingIsSentFor(server);
		}
	}

	@Test
	void aCancelIsTakenWhileItemsAreSent() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""));
			server.session.respondItem(server.listener.request(), utf8("one"));
			server.output();
			server.feed(frame(FrameKind.CANCEL, 1, 2));
			assertThat(server.events).containsExactly(OPENED, "complete 7 []", "cancelled 7");
			assertNothingIsSentFor(server);
		}
	}

	@Test
	void aCancelIsTakenWhileARefusalIsNotYetAnswered() {
		try (Wire server = Wire.server()) {
			server.feed(open(MessageType.CALL, 1, 7, NONE, NONE), frame(FrameKind.DATA, 1, 5),
					frame(FrameKind.CANCEL, 1, 2));
			assertThat(server.events).containsExactly(OPENED, "refused 7 2", "cancelled 7");
			assertNothingIsSentFor(server);
		}
	}

	private static void assertNothingIsSentFor(Wire server) {
		InboundRequest request = server.listener.request();
		assertThat(request.isOver()).isTrue();
		assertThat(server.session.respond(request, StatusCode.OK, NONE)).isFalse();
		assertThat(server.session.respondItem(request, NONE)).isFalse();
		assertThat(server.session.respondEnd(request)).isFalse();
		assertThat(server.session.respondCancel(request)).isFalse();
		assertThat(server.output()).isEmpty();
	}

	@Test
	void aCancelAfterTheAnswerIsLate() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""));
			server.session.respond(server.listener.request(), StatusCode.OK, NONE);
			server.feed(frame(FrameKind.CANCEL, 1, 2), frame(FrameKind.CANCEL, 99, 0));
			assertThat(server.events).containsExactly(OPENED, "complete 7 []");
			assertThat(server.listener.dropped).containsExactly("LATE_CANCEL 1", "LATE_CANCEL 99");
		}
	}

	@Test
	void whatFollowsACancelInOneChunkIsServed() {
		try (Wire server = Wire.server()) {
			server.feed(join(call(1, 7, ""), frame(FrameKind.CANCEL, 1, 2), call(3, 9, "x")));
			assertThat(server.events).endsWith("cancelled 7", "opened call 9 9158a853f4693f47 [78]", "complete 9 [78]");
		}
	}

	@Test
	void aCastCancelledBeforeItsEndNeverRuns() {
		try (Wire server = Wire.server()) {
			server.feed(open(MessageType.EVENT, 1, 7, utf8("x"), NONE), frame(FrameKind.CANCEL, 1, 1),
					frame(FrameKind.END, 1, 2));
			assertThat(server.events).containsExactly("opened event 7 9158a853f4693f47 [78]", "cancelled 7");
		}
	}

	@Test
	void anEarlyAnswerEndsTheRequest() {
		try (Wire server = Wire.server()) {
			server.listener.intake = (request) -> {
				server.session.respond(request, StatusCode.METHOD_NOT_FOUND, utf8("no such method"));
				return BodyDelivery.NOTHING;
			};
			server.feed(open(MessageType.CALL, 1, 7, NONE, utf8("body")), frame(FrameKind.DATA, 1, 1, utf8("more")),
					frame(FrameKind.END, 1, 2), frame(FrameKind.CANCEL, 1, 3));
			assertThat(server.events).containsExactly(OPENED);
			assertThat(server.listener.dropped).containsExactly("LATE_FRAME 1", "LATE_FRAME 1", "LATE_CANCEL 1");
			assertThat(server.output()).isEqualTo(response(0x80000001, 3, utf8("no such method")));
			assertThat(server.session.bufferedBytes()).isZero();
		}
	}

	@Test
	void aBodyNobodyWantsIsNotKept() {
		try (Wire server = Wire.server()) {
			server.listener.intake = (request) -> BodyDelivery.NOTHING;
			server.feed(open(MessageType.CALL, 1, 7, NONE, NONE));
			long opened = server.session.bufferedBytes();
			for (int seq = 1; seq < 100; seq++) {
				server.feed(frame(FrameKind.DATA, 1, seq, new byte[65536]));
			}
			assertThat(server.session.bufferedBytes()).as("what it costs that it is open").isEqualTo(opened);
			server.feed(frame(FrameKind.END, 1, 100));
			assertThat(server.session.bufferedBytes()).isZero();
			assertThat(server.events).containsExactly(OPENED);
			assertThat(server.session.respond(server.listener.request(), StatusCode.METHOD_NOT_FOUND, NONE)).isTrue();
		}
	}

	@Test
	void anUploadIsDeliveredPieceByPiece() {
		try (Wire server = Wire.server()) {
			server.listener.intake = (request) -> BodyDelivery.ITEMS;
			server.feed(open(MessageType.CALL, 1, 7, utf8("to"), NONE), frame(FrameKind.DATA, 1, 1, utf8("a")));
			assertThat(server.listener.request().metadata()).isEqualTo(utf8("to"));
			server.feed(frame(FrameKind.DATA, 1, 2), frame(FrameKind.END, 1, 3, utf8("b")));
			assertThat(server.events).containsExactly("opened call 7 9158a853f4693f47 [746f]", "item 7 [61]",
					"item 7 []", "item 7 [62]", "ended 7");
		}
	}

	@Test
	void aBrokenUploadSaysThatItsHandlerMayHaveBegun() {
		try (Wire server = Wire.server()) {
			server.listener.intake = (request) -> BodyDelivery.ITEMS;
			server.feed(open(MessageType.CALL, 1, 7, NONE, NONE), frame(FrameKind.DATA, 1, 9));
			assertThat(server.listener.refusals).containsExactly(
					new RequestRefusal(StatusCode.SYSTEM, true, "frame out of sequence: 1 expected, 9 received"));
		}
	}

	@Test
	void aRequestWhoseMetadataWasCutOffIsStillAnswered() {
		try (Wire server = Wire.server()) {
			byte[] header = header(MessageType.CALL, 7, Frames.ECHO, utf8("arguments"));
			server.feed(frame(FrameKind.OPEN, 1, 0, Arrays.copyOf(header, 18)), frame(FrameKind.END, 1, 1));
			assertThat(server.events).containsExactly("refused 7 2");
			assertThat(server.listener.refusals)
				.containsExactly(new RequestRefusal(StatusCode.SYSTEM, false, "stream ended within its header"));
			assertThat(server.session.respond(server.listener.request(), StatusCode.SYSTEM, NONE)).isTrue();
			assertThat(server.output()).isEqualTo(response(0x80000001, 2, NONE));
		}
	}

	@Test
	void aCancelledIdMayBeUsedAgain() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""), frame(FrameKind.CANCEL, 1, 2), call(1, 7, ""));
			assertThat(server.events).containsExactly(OPENED, "complete 7 []", "cancelled 7", OPENED, "complete 7 []");
			assertThat(server.session.respond(server.listener.requests.get(0), StatusCode.OK, NONE)).isFalse();
			assertThat(server.session.respond(server.listener.requests.get(1), StatusCode.OK, NONE)).isTrue();
		}
	}

	@Test
	void twoOpenCallsOfOneStreamIdAreBothAnswered() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""), call(1, 9, ""), frame(FrameKind.CANCEL, 1, 2));
			assertThat(server.events).endsWith("complete 9 []", "cancelled 9");
			assertThat(server.session.respond(server.listener.requests.get(0), StatusCode.OK, NONE)).isTrue();
			assertThat(server.output()).isEqualTo(response(0x80000001, 0, NONE));
		}
	}

	@Test
	void ofTwoOpenCallsWithOneRequestIdOnlyTheFirstIsServed() {
		try (Wire server = Wire.server()) {
			server.feed(open(MessageType.CALL, 1, 7, NONE, NONE), call(3, 7, "second"), frame(FrameKind.END, 1, 1));
			assertThat(server.events).containsExactly(OPENED, "complete 7 []");
			assertThat(server.listener.dropped).containsExactly("DUPLICATE_REQUEST_ID 3", "LATE_FRAME 3");
			server.session.respond(server.listener.request(), StatusCode.OK, NONE);
			server.output();
			server.feed(call(5, 7, ""));
			assertThat(server.events).endsWith(OPENED, "complete 7 []");
		}
	}

	@Test
	void aMessageOfUnknownTypeLaterOnOnlyEndsItsStream() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""), open(9, 3, 8, NONE, NONE), frame(FrameKind.DATA, 3, 1), call(5, 9, ""));
			assertThat(server.listener.violations).isEmpty();
			assertThat(server.listener.dropped).containsExactly("UNKNOWN_TYPE 3", "LATE_FRAME 3");
			assertThat(server.events).endsWith("complete 9 []");
		}
	}

	@Test
	void closingCancelsWhatIsOpen() {
		try (Wire server = Wire.server()) {
			server.feed(call(1, 7, ""), open(MessageType.CALL, 3, 9, NONE, NONE),
					open(MessageType.EVENT, 5, 11, NONE, NONE), frame(FrameKind.OPEN, 6, 0, new byte[3]));
			server.session.respondItem(server.listener.requests.get(0), utf8("x"));
			server.session.close("gone");
			server.session.close("again");
			assertThat(server.events.subList(4, 7)).containsExactlyInAnyOrder("cancelled 7", "cancelled 9",
					"cancelled 11");
			assertThat(server.events).hasSize(7);
			assertThat(server.session.isClosed()).isTrue();
			server.feed(call(1, 20, ""));
			assertThat(server.events).hasSize(7);
		}
	}

	@Test
	void aListenerMayCloseFromWithinAnyEvent() {
		byte[] all = join(open(MessageType.CALL, 1, 7, utf8("m"), utf8("a")), frame(FrameKind.DATA, 1, 1, utf8("b")),
				frame(FrameKind.END, 1, 2), call(3, 9, ""), frame(FrameKind.CANCEL, 3, 2),
				open(MessageType.CALL, 5, 11, NONE, NONE), frame(FrameKind.DATA, 5, 4));
		for (BodyDelivery intake : BodyDelivery.values()) {
			for (int event = 0; event < 8; event++) {
				int at = event;
				try (Wire server = Wire.server()) {
					server.listener.intake = (request) -> intake;
					server.listener.then = (text) -> {
						if (server.events.size() == at + 1) {
							server.session.close("from within");
						}
					};
					server.feedByteByByte(all);
				}
				try (Wire server = Wire.server()) {
					server.listener.intake = (request) -> intake;
					server.listener.then = (text) -> {
						if (server.events.size() == at + 1) {
							server.session.close("from within");
						}
					};
					server.feed(all);
				}
			}
		}
	}

	@Test
	void aListenerThatThrowsLeavesTheSessionUsable() {
		try (Wire server = Wire.server()) {
			server.listener.then = (event) -> {
				if (event.startsWith("complete 7")) {
					throw new IllegalStateException("boom");
				}
			};
			assertThatIllegalStateException().isThrownBy(() -> server.feed(call(1, 7, "")));
			server.feed(call(3, 9, ""));
			assertThat(server.events).endsWith("complete 9 []");
			assertThat(server.session.respond(server.listener.requests.get(0), StatusCode.SYSTEM, NONE)).isTrue();
		}
	}

}
