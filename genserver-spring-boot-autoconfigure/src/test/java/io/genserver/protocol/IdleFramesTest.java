package io.genserver.protocol;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;

import io.genserver.protocol.base.Wire;
import io.genserver.protocol.ext.ExtFrame;
import io.genserver.protocol.ext.ExtLimits;
import io.genserver.protocol.ext.ExtSettings;
import io.genserver.protocol.ext.ExtWire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static io.genserver.protocol.Frames.frame;
import static io.genserver.protocol.Frames.join;
import static io.genserver.protocol.Frames.open;
import static io.genserver.protocol.Frames.response;
import static io.genserver.protocol.Frames.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Frames of a peer that cost it nothing and do nothing, and those that only seem so. */
class IdleFramesTest {

	private static final byte[] NONE = new byte[0];

	private static final int FIN = 0x80;

	private static final int MORE = 0x40;

	/**
	 * In base mode: what is sent, by its number. The first two streams are open calls.
	 */
	static Stream<Arguments> base() {
		return Stream.of(floods("CANCEL of nothing", (i) -> frame(FrameKind.CANCEL, 1000 + i, 1)),
				floods("CANCEL of one stream again and again", (i) -> frame(FrameKind.CANCEL, 999, 1)),
				floods("DATA of nothing", (i) -> frame(FrameKind.DATA, 999, 1 + i, utf8("x"))),
				floods("DATA without bytes of nothing", (i) -> frame(FrameKind.DATA, 999, 1 + i)),
				floods("END of nothing", (i) -> frame(FrameKind.END, 1000 + i, 1)),
				floods("END without a header", (i) -> frame(FrameKind.END, 1000 + i, 0)),
				floods("message of unknown type", (i) -> open(9, 1000 + i, 1, NONE, NONE)),
				floods("call with the id of an open one", (i) -> Frames.call(1000 + i, 1, "x")),
				floods("DATA without bytes of a call", (i) -> frame(FrameKind.DATA, 1, 1 + i)),
				floods("DATA without bytes before a header", (i) -> frame(FrameKind.DATA, 3, 1 + i)));
	}

	private static Arguments floods(String what, IntFunction<byte[]> frames) {
		return arguments(what, frames);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("base")
	void inBaseModeAHundredASecondAreTaken(String what, IntFunction<byte[]> frames) {
		try (Wire server = Wire.server()) {
			server.feed(open(MessageType.CALL, 1, 1, NONE, NONE), frame(FrameKind.OPEN, 3, 0));
			int sent = 0;
			for (int second = 0; second < 3; second++) {
				for (int i = 0; i < 100; i++) {
					server.feed(frames.apply(sent++));
				}
				server.passSeconds(1);
			}
			assertThat(server.listener.violations).isEmpty();
			for (int i = 0; i < 101; i++) {
				server.feed(frames.apply(sent++));
			}
			assertThat(server.listener.violations).singleElement()
				.extracting(CloseReason::code)
				.isEqualTo(CloseCode.RATE);
		}
	}

	@Test
	void inBaseModeHowManyCanBeChosen() {
		try (Wire server = new Wire(Side.ACCEPTING, ProtocolLimits.defaults().toBuilder().idleFrames(3).build())) {
			for (int i = 0; i < 3; i++) {
				server.feed(frame(FrameKind.CANCEL, 999, 1));
			}
			assertThat(server.listener.violations).isEmpty();
			server.feed(frame(FrameKind.CANCEL, 999, 1));
			assertThat(server.listener.violations).hasSize(1);
		}
	}

	@Test
	void aRefusedUploadMayGoOnToItsEnd() {
		try (Wire server = Wire.server()) {
			server.listener.intake = (request) -> BodyDelivery.ITEMS;
			server.feed(open(MessageType.CALL, 1, 1, NONE, NONE), frame(FrameKind.DATA, 1, 77, utf8("wrong")));
			server.session.respond(server.listener.request(), StatusCode.SYSTEM, utf8("refused"));
			for (int i = 0; i < 10_000; i++) {
				server.feed(frame(FrameKind.DATA, 1, 78 + i, utf8("x")));
			}
			server.feed(frame(FrameKind.END, 1, 10_078));
			assertThat(server.listener.violations).isEmpty();
			for (int i = 0; i < 101; i++) {
				server.feed(frame(FrameKind.DATA, 1, 10_079 + i, utf8("x")));
			}
			assertThat(server.listener.violations).hasSize(1);
		}
	}

	@Test
	void anUploadAnsweredEarlyMayGoOnToItsEnd() {
		try (Wire server = Wire.server()) {
			server.listener.intake = (request) -> BodyDelivery.ITEMS;
			server.feed(open(MessageType.CALL, 1, 1, NONE, NONE));
			server.session.respond(server.listener.request(), StatusCode.OK, utf8("enough"));
			for (int i = 0; i < 10_000; i++) {
				server.feed(frame(FrameKind.DATA, 1, 1 + i, utf8("x")));
			}
			server.feed(frame(FrameKind.END, 1, 10_001));
			assertThat(server.listener.violations).isEmpty();
		}
	}

	@Test
	void whatIsOverHereAndNotThereIsBounded() {
		try (Wire server = new Wire(Side.ACCEPTING, ProtocolLimits.defaults().toBuilder().callsInFlight(10).build())) {
			server.listener.intake = (request) -> BodyDelivery.ITEMS;
			for (int id = 1; id <= 20; id++) {
				server.feed(open(MessageType.CALL, id, id, NONE, NONE));
				server.session.respond(server.listener.request(), StatusCode.OK, NONE);
			}
			for (int i = 0; i < 101; i++) {
				server.feed(frame(FrameKind.DATA, 20, 1 + i, utf8("x")));
			}
			assertThat(server.listener.violations).isEmpty();
			for (int i = 0; i < 101; i++) {
				server.feed(frame(FrameKind.DATA, 1, 1 + i, utf8("x")));
			}
			assertThat(server.listener.violations).hasSize(1);
		}
	}

	@Test
	void cancelsThatCrossAnswersAreTaken() {
		try (Wire server = Wire.server()) {
			for (int id = 1; id <= 1000; id++) {
				server.feed(Frames.call(id, id, "x"));
				server.session.respond(server.listener.request(), StatusCode.OK, NONE);
			}
			for (int id = 1; id <= 1000; id++) {
				server.feed(frame(FrameKind.CANCEL, id, 2));
			}
			assertThat(server.listener.violations).isEmpty();
			for (int i = 0; i < 101; i++) {
				server.feed(frame(FrameKind.CANCEL, 1, 2));
			}
			assertThat(server.listener.violations).hasSize(1);
		}
	}

	@Test
	void answersToCallsThatWereGivenUpAreTaken() {
		try (Wire client = Wire.client()) {
			List<OutboundCall> calls = new ArrayList<>();
			for (int i = 0; i < 500; i++) {
				calls.add(client.session.call(Frames.ECHO, NONE, ResponseMode.STREAM, "caller"));
			}
			calls.forEach(client.session::cancel);
			for (int i = 0; i < 500; i++) {
				client.feed(
						open(MessageType.RESPONSE, 0x8000_0001 + i, calls.get(i).requestId(), new byte[1], utf8("x")),
						frame(FrameKind.DATA, 0x8000_0001 + i, 1, utf8("y")), frame(FrameKind.END, 0x8000_0001 + i, 2));
			}
			assertThat(client.listener.violations).isEmpty();
		}
	}

	@Test
	void aStreamThatWasGivenUpMayGoOn() {
		try (Wire client = Wire.client()) {
			OutboundCall call = client.session.call(Frames.ECHO, NONE, ResponseMode.STREAM, "caller");
			client.feed(open(MessageType.RESPONSE, 0x8000_0001, 1, new byte[1], utf8("x")));
			client.session.cancel(call);
			for (int i = 0; i < 10_000; i++) {
				client.feed(frame(FrameKind.DATA, 0x8000_0001, 1 + i, utf8("y")));
			}
			assertThat(client.listener.violations).isEmpty();
		}
	}

	@Test
	void streamsThatFailAfterItemsAreTaken() {
		try (Wire client = Wire.client()) {
			for (int id = 1; id <= 500; id++) {
				client.session.call(Frames.ECHO, NONE, ResponseMode.STREAM, "caller");
				int stream = 0x8000_0000 + 2 * id;
				client.feed(open(MessageType.RESPONSE, stream, id, new byte[1], utf8("x")),
						response(stream + 1, id, 2, "enough"), frame(FrameKind.CANCEL, stream, 1));
			}
			assertThat(client.listener.violations).isEmpty();
		}
	}

	/** Opened and cancelled before anything was done: a call, a half of one, a header. */
	static Stream<Arguments> openedAndCancelled() {
		return Stream.of(floods("call", (id) -> join(Frames.call(id, id, "x"), frame(FrameKind.CANCEL, id, 2))),
				floods("half a call",
						(id) -> join(open(MessageType.CALL, id, id, NONE, NONE), frame(FrameKind.CANCEL, id, 1))),
				floods("half a cast",
						(id) -> join(open(MessageType.EVENT, id, id, NONE, NONE), frame(FrameKind.CANCEL, id, 1))),
				floods("half a header",
						(id) -> join(frame(FrameKind.OPEN, id, 0, new byte[3]), frame(FrameKind.CANCEL, id, 1))));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("openedAndCancelled")
	void openingOnlyToCancelIsBounded(String what, IntFunction<byte[]> frames) {
		ProtocolLimits limits = ProtocolLimits.defaults()
			.toBuilder()
			.cancels(50)
			.callsInFlight(100)
			.cancelWindow(Duration.ofSeconds(10))
			.build();
		try (Wire server = new Wire(Side.ACCEPTING, limits)) {
			server.listener.then = (event) -> {
				if (event.startsWith("cancelled")) {
					server.session.release(server.listener.request());
				}
			};
			int id = 1;
			for (int window = 0; window < 2; window++) {
				for (int i = 0; i < 150; i++) {
					server.feed(frames.apply(id++));
				}
				server.passSeconds(10);
			}
			assertThat(server.listener.violations).isEmpty();
			for (int i = 0; i < 151; i++) {
				server.feed(frames.apply(id++));
			}
			assertThat(server.listener.violations).singleElement()
				.extracting(CloseReason::code)
				.isEqualTo(CloseCode.RATE);
		}
	}

	/** In ext mode: what is sent. Stream 1 is a call that is over, stream 2 is open. */
	static Stream<Arguments> ext() {
		return Stream.of(floods("CANCEL of a past stream", (i) -> frame(FrameKind.CANCEL, 1, 0)),
				floods("CANCEL of a past stream of ours", (i) -> frame(FrameKind.CANCEL, 0x8000_0001, 0)),
				floods("ERROR of a past stream", (i) -> frame(ExtFrame.ERROR, 1, 0, new byte[] { 2 })),
				floods("DATA without bytes of a past stream", (i) -> frame(FrameKind.DATA, 1, 1 + i)),
				floods("DATA of a past stream", (i) -> frame(FrameKind.DATA, 1, 1 + i, utf8("x"))),
				floods("END of a past stream", (i) -> frame(FrameKind.END, 1, 1 + i)),
				floods("WINDOW for a past stream", (i) -> window(1, 1_000_000, 1000)),
				floods("WINDOW of nothing for a past stream", (i) -> window(1, 0, 0)),
				floods("WINDOW of nothing", (i) -> window(2, 0, 0)),
				floods("WINDOW of nothing for the connection", (i) -> window(0, 0, 0)),
				floods("WINDOW of items that are there", (i) -> window(3, 0, 1)),
				floods("WINDOW of nothing for a stream without credit", (i) -> window(3, 0, 0)),
				floods("DATA without bytes that goes on", (i) -> frame(FrameKind.DATA | MORE, 2, 1 + i)));
	}

	private static byte[] window(int stream, int bytes, int items) {
		byte[] payload = new byte[8];
		LittleEndian.setInt(payload, 0, bytes);
		LittleEndian.setInt(payload, 4, items);
		return frame(ExtFrame.WINDOW, stream, 0, payload);
	}

	private static byte[] extOpen(int flags, int id, byte[] metadata) {
		return frame(FrameKind.OPEN | flags, id, 0, Frames.header(MessageType.CALL, id, Frames.ECHO, metadata));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("ext")
	void inExtModeAHundredASecondAreTaken(String what, IntFunction<byte[]> frames) {
		try (ExtWire server = ExtWire.server()) {
			OutboundCall ours = server.session.call(Frames.ECHO, NONE, ResponseMode.UNARY, "caller");
			server.output();
			if (what.endsWith("of ours")) {
				server.session.cancel(ours);
			}
			server.feed(extOpen(FIN, 1, NONE));
			server.session.respond(server.listener.request(), StatusCode.OK, NONE);
			server.output();
			// Its answer counts items, of which none may be sent yet.
			server.feed(extOpen(MORE, 2, NONE), extOpen(FIN, 3, new byte[] { 7, 4, 0, 0, 0, 0 }));
			int sent = 0;
			// What may have crossed the end of a stream.
			for (int i = 0; i < (what.endsWith("of ours") ? 6 : 3); i++) {
				server.feed(frame(FrameKind.CANCEL, 1, 0));
			}
			for (int second = 0; second < 3; second++) {
				for (int i = 0; i < 100; i++) {
					server.feed(frames.apply(sent++));
				}
				server.passMillis(1000);
			}
			assertThat(server.listener.violations).isEmpty();
			for (int i = 0; i < 101; i++) {
				server.feed(frames.apply(sent++));
			}
			assertThat(server.listener.violations).singleElement()
				.extracting(CloseReason::code)
				.isEqualTo(CloseCode.RATE);
			byte[] last = server.output();
			assertThat(last[12]).isEqualTo((byte) ExtFrame.GOAWAY);
			assertThat(LittleEndian.getUnsignedShort(last, 17)).isEqualTo(GoAway.CALM_DOWN);
		}
	}

	@Test
	void inExtModeOpeningOnlyToCancelIsBounded() {
		ProtocolLimits limits = ProtocolLimits.defaults().toBuilder().cancels(50).callsInFlight(100).build();
		for (int flags : new int[] { FIN, 0, MORE }) {
			try (ExtWire server = new ExtWire(Side.ACCEPTING, limits, ExtLimits.defaults(), ExtSettings.ASSUMED, 1)) {
				server.begun();
				server.listener.then = (event) -> {
					if (event.startsWith("cancelled")) {
						server.session.release(server.listener.request());
					}
				};
				for (int id = 1; id <= 150; id++) {
					server.feed(extOpen(flags, id, NONE), frame(FrameKind.CANCEL, id, 0));
				}
				assertThat(server.listener.violations).isEmpty();
				server.feed(extOpen(flags, 151, NONE), frame(FrameKind.CANCEL, 151, 0));
				assertThat(server.listener.violations).hasSize(1);
			}
		}
	}

	@Test
	void inExtModeWhatCrossesTheEndOfAStreamIsTaken() {
		try (ExtWire server = ExtWire.server()) {
			server.listener.intake = (request) -> BodyDelivery.ITEMS;
			for (int id = 1; id <= 500; id++) {
				server.feed(extOpen(0, id, NONE));
				server.session.respond(server.listener.request(), StatusCode.OK, NONE);
			}
			server.output();
			for (int id = 1; id <= 500; id++) {
				for (int i = 0; i < 20; i++) {
					server.feed(frame(FrameKind.DATA, id, 1 + i, utf8("an item")));
				}
				server.feed(frame(FrameKind.END, id, 21), frame(FrameKind.CANCEL, id, 0));
			}
			assertThat(server.listener.violations).isEmpty();
		}
	}

	@Test
	void inExtModeItemsGivenOneByOneAsTheyAreConsumedAreTaken() {
		try (ExtWire server = ExtWire.server()) {
			server.feed(extOpen(FIN, 1, new byte[] { 7, 4, 1, 0, 0, 0 }));
			InboundRequest request = server.listener.request();
			for (int i = 0; i < 1000; i++) {
				server.session.respondItem(request, utf8("x"));
				server.output();
				server.feed(window(1, 0, 1));
			}
			assertThat(server.listener.violations).isEmpty();
		}
	}

	@Test
	void inExtModeCallsAfterOurGoAwayAreTakenOnce() {
		ProtocolLimits limits = ProtocolLimits.defaults().toBuilder().callsInFlight(200).build();
		try (ExtWire server = new ExtWire(Side.ACCEPTING, limits, ExtLimits.defaults(), ExtSettings.ASSUMED, 1)) {
			server.begun();
			server.session.goAway(GoAway.SHUTDOWN, 1000, "bye");
			int id = 1;
			for (int i = 0; i < 300; i++) {
				server.feed(extOpen(FIN, id++, NONE));
			}
			assertThat(server.listener.violations).isEmpty();
			server.feed(extOpen(FIN, id++, NONE));
			assertThat(server.listener.violations).hasSize(1);
		}
	}

	/** Writers that end each message, or each piece of it, with one without bytes. */
	@Test
	void inBaseModeAnEmptyPieceBehindEachOtherIsTaken() {
		try (Wire server = Wire.server()) {
			for (int id = 1; id <= 1000; id++) {
				server.feed(open(MessageType.CALL, id, id, NONE, NONE), frame(FrameKind.DATA, id, 1, utf8("x")),
						frame(FrameKind.DATA, id, 2), frame(FrameKind.DATA, id, 3, utf8("y")),
						frame(FrameKind.DATA, id, 4), frame(FrameKind.END, id, 5));
				server.session.respond(server.listener.request(), StatusCode.OK, NONE);
				server.feed(open(MessageType.CALL, 5000 + id, 5000 + id, NONE, NONE),
						frame(FrameKind.DATA, 5000 + id, 1), frame(FrameKind.END, 5000 + id, 2));
				server.session.respond(server.listener.request(), StatusCode.OK, NONE);
			}
			assertThat(server.listener.violations).isEmpty();
		}
	}

	@Test
	void inBaseModeTwoEmptyPiecesAreOneTooMany() {
		try (Wire server = Wire.server()) {
			server.feed(open(MessageType.CALL, 1, 1, NONE, NONE));
			int seq = 1;
			for (int i = 0; i < 101; i++) {
				assertThat(server.listener.violations).isEmpty();
				server.feed(frame(FrameKind.DATA, 1, seq++, utf8("x")), frame(FrameKind.DATA, 1, seq++),
						frame(FrameKind.DATA, 1, seq++));
			}
			assertThat(server.listener.violations).hasSize(1);
		}
	}

	@Test
	void inExtModeAnEmptyPieceBehindEachOtherIsTaken() {
		try (ExtWire server = ExtWire.server()) {
			for (int id = 1; id <= 500; id++) {
				server.feed(extOpen(0, id, NONE), frame(FrameKind.DATA | MORE, id, 1, utf8("x")),
						frame(FrameKind.DATA | MORE, id, 2), frame(FrameKind.DATA | MORE, id, 3, utf8("y")),
						frame(FrameKind.DATA, id, 4), frame(FrameKind.END, id, 5));
				server.session.respond(server.listener.request(), StatusCode.OK, NONE);
				server.output();
			}
			assertThat(server.listener.violations).isEmpty();
		}
	}

	@Test
	void inExtModeTwoEmptyPiecesAreOneTooMany() {
		try (ExtWire server = ExtWire.server()) {
			server.feed(extOpen(MORE, 1, NONE));
			int seq = 1;
			for (int i = 0; i < 101; i++) {
				assertThat(server.listener.violations).isEmpty();
				server.feed(frame(FrameKind.DATA | MORE, 1, seq++, utf8("x")), frame(FrameKind.DATA | MORE, 1, seq++),
						frame(FrameKind.DATA | MORE, 1, seq++));
			}
			assertThat(server.listener.violations).hasSize(1);
		}
	}

	/** What gives credit for each item: its bytes, an item, both, or those of all. */
	static Stream<Arguments> returned() {
		return Stream.of(floods("bytes", (id) -> window(id, 9, 0)), floods("an item", (id) -> window(id, 0, 1)),
				floods("both", (id) -> window(id, 9, 1)), floods("of the connection", (id) -> window(0, 9, 0)),
				floods("one after the other", (id) -> join(window(id, 9, 0), window(id, 0, 1), window(0, 9, 0))));
	}

	/** Far below the windows, so that each of these gives next to nothing. */
	@ParameterizedTest(name = "{0}")
	@MethodSource("returned")
	void inExtModeCreditForWhatWasSentIsTakenHoweverSmall(String what, IntFunction<byte[]> windows) {
		try (ExtWire server = ExtWire.server()) {
			server.feed(extOpen(FIN, 1, new byte[] { 7, 4, (byte) 0xe8, 3, 0, 0 }));
			InboundRequest request = server.listener.request();
			for (int i = 0; i < 1000; i++) {
				server.session.respondItem(request, utf8("an item"));
			}
			server.output();
			for (int i = 0; i < 1000; i++) {
				server.feed(windows.apply(1));
			}
			assertThat(server.listener.violations).isEmpty();
			// Two for each item at most, and a hundred.
			for (int i = 0; i < 1101; i++) {
				server.feed(windows.apply(1));
			}
			assertThat(server.listener.violations).hasSize(1);
		}
	}

	@Test
	void inExtModeCreditForItemsOfAStreamThatHasEndedIsTaken() {
		try (ExtWire server = ExtWire.server()) {
			server.feed(extOpen(FIN, 1, new byte[] { 7, 4, (byte) 0xe8, 3, 0, 0 }));
			InboundRequest request = server.listener.request();
			for (int i = 0; i < 1000; i++) {
				server.session.respondItem(request, utf8("an item"));
			}
			server.session.respondEnd(request);
			server.output();
			for (int i = 0; i < 1000; i++) {
				server.feed(window(1, 9, 1));
			}
			assertThat(server.listener.violations).isEmpty();
			for (int i = 0; i < 5000; i++) {
				server.feed(window(1, 9, 1));
			}
			assertThat(server.listener.violations).hasSize(1);
		}
	}

	/** What was sent is no leave to send what does nothing. */
	@Test
	void inExtModeCreditOfNothingIsCountedWhateverWasSent() {
		try (ExtWire server = ExtWire.server()) {
			server.feed(extOpen(FIN, 1, new byte[] { 7, 4, (byte) 0xe8, 3, 0, 0 }));
			for (int i = 0; i < 1000; i++) {
				server.session.respondItem(server.listener.request(), utf8("an item"));
			}
			server.output();
			for (int i = 0; i < 101; i++) {
				assertThat(server.listener.violations).isEmpty();
				server.feed(window(1, 0, 0));
			}
			assertThat(server.listener.violations).hasSize(1);
		}
	}

}
