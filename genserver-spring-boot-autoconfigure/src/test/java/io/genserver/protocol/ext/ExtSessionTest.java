package io.genserver.protocol.ext;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.ContentType;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.FrameKind;
import io.genserver.protocol.Frames;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.LittleEndian;
import io.genserver.protocol.MessageType;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.OversizedItemException;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.RequestRefusal;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.Side;
import io.genserver.protocol.StatusCode;
import org.junit.jupiter.api.Test;

import static io.genserver.protocol.Frames.frame;
import static io.genserver.protocol.Frames.header;
import static io.genserver.protocol.Frames.join;
import static io.genserver.protocol.Frames.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What a session in ext mode does beside writing and reading single frames. */
class ExtSessionTest {

	private static final byte[] NONE = new byte[0];

	private static ProtocolLimits.Builder limits() {
		return ProtocolLimits.defaults().toBuilder();
	}

	private static ExtWire server(ProtocolLimits limits) {
		return new ExtWire(Side.ACCEPTING, limits, ExtLimits.defaults(), ExtSettings.ASSUMED, 1).begun();
	}

	private static byte[] call(int flags, int id, byte[] payload) {
		return frame(FrameKind.OPEN | flags, id, 0, join(header(MessageType.CALL, id, Frames.ECHO, NONE), payload));
	}

	private static byte[] cast(int flags, int id, byte[] payload) {
		return frame(FrameKind.OPEN | flags, id, 0, join(header(MessageType.EVENT, id, Frames.ECHO, NONE), payload));
	}

	private static byte[] data(int flags, int id, int seq, int length) {
		return frame(FrameKind.DATA | flags, id, seq, new byte[length]);
	}

	private static byte[] answer(int flags, int id, String payload) {
		return frame(FrameKind.OPEN | flags, id, 0,
				join(header(MessageType.RESPONSE, id, MethodId.NONE, new byte[1]), utf8(payload)));
	}

	private static byte[] setting(int id, int value) {
		byte[] entry = new byte[5];
		entry[0] = (byte) id;
		LittleEndian.setInt(entry, 1, value);
		return frame(ExtFrame.SETTINGS, 0, 0, entry);
	}

	/** Kind and flags, stream and payload length of everything that can be written. */
	private static List<String> written(ExtWire wire) {
		List<String> frames = new ArrayList<>();
		for (byte[] frame : Frames.cut(wire.output())) {
			frames.add(String.format("%02x", frame[12]) + " " + (Frames.streamOf(frame) & 0x7fff_ffff) + " "
					+ (frame.length - 13));
		}
		return frames;
	}

	@Test
	void aPeerIsTakenToAcceptLittleUntilItSaysMore() {
		try (ExtWire client = new ExtWire(Side.CONNECTING)) {
			client.session.call(1, new byte[300_000], ResponseMode.UNARY, "caller");
			written(client);
			assertThat(client.session.sender().credit()).isZero();
			assertThat(client.session.hasOutput()).isFalse();
			client.feed(setting(5, 300_000));
			assertThat(client.session.sender().credit()).isEqualTo(300_000 - 65_536);
			assertThat(client.session.hasOutput()).isFalse();
		}
		try (ExtWire client = new ExtWire(Side.CONNECTING)) {
			client.session.call(1, new byte[100_000], ResponseMode.UNARY, "caller");
			written(client);
			client.feed(frame(ExtFrame.SETTINGS, 0, 0,
					join(new byte[] { 4, 0, 0, 4, 0 }, new byte[] { 5, 0, 0, 4, 0 }, new byte[] { 99, 1, 2, 3, 4 })));
			assertThat(written(client)).last().isEqualTo("81 1 " + (100_015 - 65_536 - 2 * 16_371));
		}
	}

	@Test
	void callsThatAreDescribedAlikeHaveEachItsOwnTimeLeft() {
		try (ExtWire client = new ExtWire(Side.CONNECTING)) {
			client.output();
			CallMetadata metadata = CallMetadata.NONE.toBuilder()
				.deadlineMillis(5000)
				.contentType(ContentType.JSON)
				.build();
			List<Long> left = new ArrayList<>();
			for (int second : new int[] { 0, 1, 3 }) {
				client.session.now(Duration.ofSeconds(second).toNanos());
				client.session.call(1, NONE, ResponseMode.UNARY, "caller", metadata);
			}
			for (byte[] frame : Frames.cut(client.output())) {
				byte[] entries = Arrays.copyOfRange(frame, 13 + 15, frame.length);
				left.add(MetadataCodec.decode(entries, 0).metadata().deadlineMillis());
			}

			assertThat(left).containsExactly(2000L, 3000L, 5000L);
		}
	}

	@Test
	void callsWaitUntilThePeerLetsThemOpen() {
		try (ExtWire client = new ExtWire(Side.CONNECTING)) {
			client.output();
			List<OutboundCall> calls = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				calls.add(client.session.call(1, NONE, ResponseMode.UNARY, "caller"));
			}
			assertThat(written(client)).hasSize(16).last().isEqualTo("80 16 15");
			assertThat(client.session.waitingCalls()).isEqualTo(4);
			assertThat(client.session.openCalls()).isEqualTo(20);
			assertThat(calls.get(16).requestId()).isZero();
			client.feed(ExtWire.NO_SETTINGS, answer(ExtFrame.FIN, 3, ""));
			assertThat(written(client)).containsExactly("80 17 15");
			client.session.cancel(calls.get(17));
			client.session.cancel(calls.get(0));
			assertThat(written(client)).containsExactly("03 1 0", "80 18 15");
			assertThat(calls.get(18).requestId()).isEqualTo(18);
			assertThat(client.session.waitingCalls()).isOne();
		}
	}

	@Test
	void aPeerMayAllowMoreStreams() {
		try (ExtWire client = new ExtWire(Side.CONNECTING)) {
			client.output();
			for (int i = 0; i < 20; i++) {
				client.session.cast(1, utf8("x"));
				client.session.call(1, NONE, ResponseMode.UNARY, "caller");
			}
			client.feed(setting(3, 18));
			assertThat(written(client)).hasSize(36);
			assertThat(client.session.waitingCalls()).isEqualTo(4);
		}
	}

	@Test
	void idsEndAndTheSessionWithThem() {
		try (ExtWire client = new ExtWire(Side.CONNECTING, ProtocolLimits.defaults(), ExtLimits.defaults(),
				ExtSettings.ASSUMED, Integer.MAX_VALUE)) {
			client.begun();
			client.session.call(1, NONE, ResponseMode.UNARY, "first");
			OutboundCall second = client.session.call(1, NONE, ResponseMode.UNARY, "second");
			assertThat(written(client)).containsExactly("80 2147483647 15");
			assertThat(client.session.hasOutput()).isFalse();
			client.tick();
			assertThat(client.events).containsExactly("failed 0 CONNECTION_CLOSED");
			assertThat(second.isNotExecuted()).isTrue();
			assertThat(client.session.acceptsCalls()).isFalse();
			assertThat(written(client)).containsExactly("07 0 " + (10 + "no stream ids left".length()));
			client.feed(answer(ExtFrame.FIN, Integer.MAX_VALUE, "x"));
			assertThat(client.events).last().isEqualTo("answered 2147483647 0 [78]");
			assertThatIllegalStateException()
				.isThrownBy(() -> client.session.call(1, NONE, ResponseMode.UNARY, "third"))
				.withMessageContaining("open another");
		}
	}

	@Test
	void whatWasNotSentWhenThePeerLeavesWasNotExecuted() {
		try (ExtWire client = ExtWire.client()) {
			OutboundCall waiting = client.session.call(1, NONE, ResponseMode.UNARY, "caller");
			client.feed(frame(ExtFrame.GOAWAY, 0, 0, new byte[10]));
			assertThat(client.events).containsExactly("failed 0 CONNECTION_CLOSED", "leaving 0 0 0 ");
			assertThat(waiting.isNotExecuted()).isTrue();
			assertThat(client.session.hasOutput()).isFalse();
			assertThat(client.session.acceptsCalls()).isFalse();
		}
	}

	@Test
	void castsThatThePeerAcceptsNoMoreAreToldOfInOrder() {
		try (ExtWire client = ExtWire.client()) {
			for (int i = 1; i <= 4; i++) {
				client.session.cast(1, NONE, CallMetadata.NONE, "cast " + i);
			}
			client.output();
			client.session.cast(1, NONE, CallMetadata.NONE, "unwritten");
			client.session.cast(1, NONE);
			client.feed(frame(ExtFrame.GOAWAY, 0, 0, new byte[] { 2, 0, 0, 0, 0, 0, 0, 0, 0, 0 }));
			assertThat(client.events).containsExactly("not executed cast 3", "not executed cast 4",
					"not executed unwritten", "leaving 2 0 0 ");
		}
	}

	@Test
	void castsThatWereWrittenWhenTheConnectionIsLostMayHaveBeenExecuted() {
		try (ExtWire client = ExtWire.client()) {
			client.session.cast(1, NONE, CallMetadata.NONE, "written");
			client.output();
			client.session.cast(1, NONE, CallMetadata.NONE, "unwritten");
			client.session.close("lost");
			assertThat(client.events).containsExactly("not executed unwritten");
		}
	}

	@Test
	void aClosedSessionTellsEverybody() {
		try (ExtWire both = ExtWire.server()) {
			both.session.call(1, NONE, ResponseMode.UNARY, "sent");
			both.output();
			OutboundCall unsent = both.session.call(1, NONE, ResponseMode.UNARY, "unsent");
			both.feed(call(0, 1, NONE));
			both.session.close("gone");
			assertThat(both.events).contains("failed 0 CONNECTION_CLOSED", "failed 2147483649 CONNECTION_CLOSED",
					"cancelled 1");
			assertThat(unsent.isNotExecuted()).isTrue();
			assertThat(both.session.respond(both.listener.request(), StatusCode.OK, NONE)).isFalse();
			assertThatIllegalStateException().isThrownBy(() -> both.session.cast(1, NONE));
		}
	}

	@Test
	void aLargeReplyDoesNotHoldUpSmallOnes() {
		try (ExtWire server = ExtWire.server()) {
			server.feed(call(ExtFrame.FIN, 1, NONE), call(ExtFrame.FIN, 2, NONE));
			server.session.respond(server.listener.requests.get(0), StatusCode.OK, new byte[50_000]);
			server.session.respond(server.listener.requests.get(1), StatusCode.OK, new byte[10]);
			server.feed(frame(FrameKind.PING, 0, 0, new byte[8]));
			assertThat(written(server)).containsExactly("04 0 8", "40 1 16371", "80 2 26", "41 1 16371", "41 1 16371",
					"81 1 " + (50_016 - 3 * 16_371));
		}
	}

	@Test
	void aPlaceIsFreeWhenTheAnswerIsWritten() {
		try (ExtWire server = server(limits().callsInFlight(1).build())) {
			server.feed(call(ExtFrame.FIN, 1, NONE), call(ExtFrame.FIN, 2, NONE));
			assertThat(server.events).containsExactly("opened call 1 9158a853f4693f47 []", "complete 1 []",
					"refused 2 24");
			assertThat(server.listener.refusals.get(0).executed()).isFalse();
			server.session.respond(server.listener.requests.get(0), StatusCode.OK, NONE);
			assertThat(server.session.callsInFlight()).isOne();
			server.output();
			assertThat(server.session.callsInFlight()).isZero();
		}
	}

	@Test
	void aCancelledCallKeepsItsPlaceUntilItsHandlerStopped() {
		try (ExtWire server = server(limits().callsInFlight(1).build())) {
			server.feed(call(ExtFrame.FIN, 1, NONE), frame(FrameKind.CANCEL, 1, 0), call(ExtFrame.FIN, 2, NONE));
			assertThat(server.events).endsWith("cancelled 1", "refused 2 24");
			server.session.release(server.listener.requests.get(0));
			server.feed(call(ExtFrame.FIN, 3, NONE));
			assertThat(server.events).endsWith("complete 3 []");
		}
	}

	@Test
	void anAnswerThatWaitsForCreditIsDroppedByACancel() {
		try (ExtWire server = ExtWire.server()) {
			server.feed(call(ExtFrame.FIN, 1, NONE));
			server.session.respond(server.listener.request(), StatusCode.OK, new byte[100_000]);
			server.output();
			assertThat(server.session.queuedBytes(server.listener.request())).isPositive();
			server.feed(frame(FrameKind.CANCEL, 1, 0));
			assertThat(server.session.queuedBytes(server.listener.request())).isZero();
			assertThat(server.session.callsInFlight()).isZero();
			assertThat(server.events).doesNotContain("cancelled 1");
			assertThat(server.session.streams().size()).isZero();
		}
	}

	@Test
	void anErrorFollowsTheItemsBeforeIt() {
		try (ExtWire server = ExtWire.server()) {
			server.feed(frame(ExtFrame.FIN, 1, 0,
					header(MessageType.CALL, 1, Frames.ECHO, new byte[] { 7, 4, 1, 0, 0, 0 })));
			InboundRequest request = server.listener.request();
			server.session.respondItem(request, utf8("a"));
			server.session.respondItem(request, utf8("b"));
			server.session.respondError(request, ExtError.of(ExtStatus.INTERNAL, "boom"));
			assertThat(written(server)).containsExactly("00 1 17");
			byte[] oneItem = new byte[8];
			oneItem[4] = 1;
			server.feed(frame(ExtFrame.WINDOW, 1, 0, oneItem));
			assertThat(written(server)).containsExactly("01 1 1", "09 1 " + (1 + 2 + 2 + 2 + 4 + 1));
			assertThat(server.session.streams().size()).isZero();
		}
	}

	@Test
	void aResponseCanBeBrokenOff() {
		try (ExtWire server = ExtWire.server()) {
			server.feed(call(ExtFrame.FIN, 1, NONE));
			InboundRequest request = server.listener.request();
			assertThat(server.session.respondCancel(request)).isFalse();
			server.session.respondItem(request, utf8("a"));
			assertThat(server.session.respondCancel(request)).isTrue();
			assertThat(written(server)).containsExactly("03 1 0");
			assertThat(server.session.respondEnd(request)).isFalse();
		}
	}

	@Test
	void anItemOverTheLimitIsRefused() {
		try (ExtWire server = server(limits().itemBytes(100_000).build())) {
			server.feed(call(ExtFrame.MORE, 1, new byte[60_000]), data(ExtFrame.MORE, 1, 1, 40_000),
					data(ExtFrame.MORE, 1, 2, 1), data(ExtFrame.FIN, 1, 3, 7));
			assertThat(server.events).endsWith("refused 1 24");
			assertThat(server.listener.refusals.get(0).text()).isEqualTo("item exceeds the limit of 100000 bytes");
			assertThat(server.session.bufferedBytes()).isZero();
			assertThat(server.listener.violations).isEmpty();
		}
	}

	@Test
	void metadataOverTheLimitIsRefused() {
		try (ExtWire server = ExtWire.server()) {
			server.feed(callWithMetadata(1, 8192), callWithMetadata(2, 8193));
			assertThat(server.listener.refusals).containsExactly(new RequestRefusal(ExtStatus.RESOURCE_EXHAUSTED, false,
					"metadata of 8193 bytes exceeds the limit of 8192"));
			assertThat(server.events).endsWith("refused 2 24");
			assertThat(server.listener.violations).isEmpty();
		}
	}

	/** One entry of a kind nobody knows, with a long length. */
	private static byte[] callWithMetadata(int id, int length) {
		byte[] metadata = new byte[length];
		metadata[0] = 0x7f;
		metadata[1] = -1;
		metadata[2] = (byte) (length - 4);
		metadata[3] = (byte) ((length - 4) >> 8);
		return frame(ExtFrame.FIN, id, 0, Frames.header(MessageType.CALL, id, Frames.ECHO, metadata));
	}

	@Test
	void aRefusedCastIsCancelledSoThatItsSenderDoesNotWait() {
		try (ExtWire server = server(limits().itemBytes(100_000).build())) {
			server.feed(cast(ExtFrame.MORE, 1, new byte[60_000]), data(ExtFrame.MORE, 1, 1, 40_001));
			assertThat(server.events).endsWith("refused 1 24");
			assertThat(written(server)).first().asString().startsWith("03 1 ");
			assertThat(server.session.streams().size()).isZero();
			server.feed(data(ExtFrame.MORE, 1, 2, 10));
			assertThat(server.listener.dropped).containsExactly("LATE_FRAME 1");
		}
		try (ExtWire client = ExtWire.client()) {
			client.session.cast(1, new byte[100_000]);
			client.output();
			client.feed(frame(FrameKind.CANCEL, 1, 0));
			assertThat(client.session.streams().size()).isZero();
			assertThat(client.session.hasOutput()).isFalse();
		}
	}

	@Test
	void aUnaryMessageIsOneItem() {
		try (ExtWire server = ExtWire.server()) {
			server.feed(call(0, 1, utf8("a")), data(0, 1, 1, 1), data(ExtFrame.FIN, 1, 2, 1));
			assertThat(server.events).endsWith("refused 1 19");
		}
		try (ExtWire client = ExtWire.client()) {
			client.session.call(1, NONE, ResponseMode.UNARY, "caller");
			client.output();
			client.feed(answer(0, 1, "a"), data(ExtFrame.FIN, 1, 1, 1));
			assertThat(client.events).endsWith("failed 1 OUT_OF_SEQUENCE");
			assertThat(written(client)).first().asString().startsWith("03 1 ");
		}
	}

	@Test
	void whatALateStreamSendsIsCredited() {
		try (ExtWire server = ExtWire.server()) {
			server.feed(call(0, 1, NONE));
			server.session.respond(server.listener.request(), StatusCode.OK, NONE);
			server.output();
			server.feed(data(0, 1, 1, 60_000));
			assertThat(server.listener.dropped).containsExactly("LATE_FRAME 1");
			assertThat(server.session.credit().isBalanced()).isTrue();
			assertThat(server.session.credit().available()).isEqualTo(1024 * 1024 - 60_000 - 15);
			for (int seq = 2; seq < 10; seq++) {
				server.feed(data(0, 1, seq, 60_000));
			}
			assertThat(written(server)).containsExactly("06 0 8");
			assertThat(server.session.credit().available()).isEqualTo(1024 * 1024);
		}
	}

	@Test
	void aStreamOfLongItemsIsSlowedDownToo() {
		try (ExtWire server = server(limits().itemBytes(200_000).build())) {
			server.listener.intake = (request) -> BodyDelivery.ITEMS;
			server.feed(call(0, 1, NONE));
			long credit = 262_144 - 15;
			long sent = 0;
			int seq = 1;
			// Items of just more than a frame, none of which is ever consumed.
			while (credit >= 50_001 && sent < 5_000_000) {
				server.feed(data(ExtFrame.MORE, 1, seq++, 50_000), data(0, 1, seq++, 1));
				credit -= 50_001;
				sent += 50_001;
				credit += granted(server, 1);
			}
			assertThat(sent).isBetween(262_144L - 50_001, 262_144L + 200_000);
		}
	}

	private static long granted(ExtWire wire, int stream) {
		long granted = 0;
		for (byte[] frame : Frames.cut(wire.output())) {
			if (frame[12] == ExtFrame.WINDOW && Frames.streamOf(frame) == stream) {
				granted += LittleEndian.getInt(frame, 13);
			}
		}
		return granted;
	}

	@Test
	void anItemMayBeLongerThanTheWindow() {
		try (ExtWire server = ExtWire.server()) {
			server.feed(call(0, 1, NONE));
			int seq = 1;
			long credit = 262_144 - 15;
			for (int left = 4 * 1024 * 1024; left > 0;) {
				int length = (int) Math.min(left, Math.min(credit, 65_536));
				assertThat(length).isPositive();
				left -= length;
				server.feed(data((left > 0) ? ExtFrame.MORE : ExtFrame.FIN, 1, seq++, length));
				credit += granted(server, 1) - length;
			}
			assertThat(server.events).last().asString().startsWith("complete 1 [4194304 bytes");
		}
	}

	@Test
	void atTheBudgetTheStreamThatHoldsMostEndsAfterTenSeconds() {
		ExtLimits wide = new ExtLimits(1024 * 1024, 1024 * 1024, 8192, Duration.ofHours(1), Duration.ofHours(1),
				Duration.ofSeconds(10), 100);
		ProtocolLimits limits = limits().itemBytes(600_000).inboundBudgetBytes(600_000).build();
		try (ExtWire server = new ExtWire(Side.ACCEPTING, limits, wide, ExtSettings.ASSUMED, 1).begun()) {
			server.feed(call(ExtFrame.MORE, 1, new byte[60_000]), call(ExtFrame.MORE, 2, new byte[30_000]));
			for (int seq = 1; seq <= 7; seq++) {
				server.feed(data(ExtFrame.MORE, 1, seq, 60_000), data(ExtFrame.MORE, 2, seq, 30_000));
			}
			assertThat(server.session.bufferedBytes()).isEqualTo(720_000 + 2 * 512);
			server.tick().passMillis(9_000).tick();
			assertThat(server.listener.refusals).isEmpty();
			assertThat(server.session.hasOutput()).isFalse();
			server.passMillis(1_000).tick();
			assertThat(server.listener.refusals).containsExactly(new RequestRefusal(ExtStatus.RESOURCE_EXHAUSTED, false,
					"this connection buffers more than 600000 bytes"));
			assertThat(server.events).endsWith("refused 1 24");
			assertThat(server.session.bufferedBytes()).isEqualTo(240_000 + 512);
			assertThat(written(server)).contains("06 0 8");
			server.passMillis(15_000).tick();
			assertThat(server.listener.refusals).hasSize(1);
		}
	}

	@Test
	void consumingBringsTheWithheldCreditBack() {
		try (ExtWire server = server(limits().itemBytes(600_000).inboundBudgetBytes(600_000).build())) {
			for (int id = 1; id <= 11; id++) {
				server.feed(call(ExtFrame.FIN, id, new byte[60_000]));
			}
			assertThat(server.session.hasOutput()).isFalse();
			server.session.consumed(server.listener.requests.get(0), 60_000);
			assertThat(server.session.hasOutput()).isFalse();
			server.session.consumed(server.listener.requests.get(1), 60_000);
			assertThat(written(server)).containsExactly("06 0 8");
			server.session.consumed(server.listener.requests.get(1), 60_000);
			assertThat(server.session.bufferedBytes()).isEqualTo(9 * (60_064 + 512));
		}
	}

	@Test
	void emptyItemsAreNotFree() {
		try (ExtWire server = server(limits().itemBytes(1000).inboundBudgetBytes(1000).build())) {
			server.listener.intake = (request) -> BodyDelivery.ITEMS;
			server.feed(call(0, 1, NONE));
			int seq = 1;
			while (server.listener.refusals.isEmpty() && seq < 100_000) {
				server.feed(data(0, 1, seq++, 0));
			}
			assertThat(server.listener.refusals).hasSize(1);
			assertThat(server.listener.refusals.get(0).executed()).isTrue();
			assertThat(server.session.bufferedBytes()).isZero();
		}
	}

	@Test
	void aSilentPeerIsAskedAndThenGivenUp() {
		try (ExtWire server = ExtWire.server()) {
			server.passMillis(24_999).tick();
			assertThat(server.session.hasOutput()).isFalse();
			server.passMillis(1).tick().passMillis(1_000).tick();
			assertThat(written(server)).containsExactly("05 0 8");
			server.feed(frame(FrameKind.PONG, 0, 0, new byte[8]));
			server.passMillis(25_000).tick().passMillis(9_999).tick();
			assertThat(server.listener.violations).isEmpty();
			assertThat(written(server)).containsExactly("05 0 8");
			server.passMillis(1).tick();
			assertThat(server.listener.violations).singleElement()
				.extracting(CloseReason::code)
				.isEqualTo(CloseCode.IDLE);
		}
	}

	@Test
	void aPeerIsAskedBeforeItIsGivenUpHoweverLateTheTick() {
		try (ExtWire server = ExtWire.server()) {
			server.passMillis(1_000_000).tick();
			assertThat(server.listener.violations).isEmpty();
			assertThat(written(server)).containsExactly("05 0 8");
			server.passMillis(9_999).tick();
			assertThat(server.listener.violations).isEmpty();
			server.passMillis(1).tick();
			assertThat(server.listener.violations).singleElement()
				.extracting(CloseReason::code)
				.isEqualTo(CloseCode.IDLE);
		}
	}

	@Test
	void aUnaryRequestDoesNotStayHalfOpenAndAStreamMay() {
		try (ExtWire server = ExtWire.server()) {
			server.feed(call(ExtFrame.MORE, 1, NONE));
			server.listener.intake = (request) -> BodyDelivery.ITEMS;
			server.feed(call(0, 2, NONE));
			server.passMillis(20_000).feed(frame(FrameKind.PONG, 0, 0, new byte[8])).passMillis(9_999).tick();
			assertThat(server.listener.refusals).isEmpty();
			server.passMillis(1).tick();
			assertThat(server.events).last().isEqualTo("refused 1 20");
			assertThat(server.listener.refusals).hasSize(1);
		}
	}

	@Test
	void aFrameDoesNotStayHalfReceived() {
		ExtLimits patient = new ExtLimits(262_144, 1_048_576, 8192, Duration.ofHours(1), Duration.ofHours(1),
				Duration.ofSeconds(10), 100);
		try (ExtWire server = new ExtWire(Side.ACCEPTING, ProtocolLimits.defaults(), patient, ExtSettings.ASSUMED, 1)) {
			server.begun().feed(new byte[] { 1 }).passMillis(30_000).tick();
			assertThat(server.listener.violations).singleElement()
				.extracting(CloseReason::code)
				.isEqualTo(CloseCode.POLICY);
		}
	}

	@Test
	void callsThatGoOnBeyondTheLimitAreAViolation() {
		try (ExtWire server = server(limits().callsInFlight(2).build())) {
			for (int id = 1; id <= 4; id++) {
				server.feed(call(ExtFrame.FIN, id, NONE));
			}
			assertThat(server.listener.violations).isEmpty();
			server.feed(call(ExtFrame.FIN, 5, NONE));
			assertThat(server.listener.violations).singleElement()
				.extracting(CloseReason::code)
				.isEqualTo(CloseCode.RATE);
		}
	}

	@Test
	void whatThePeerDoesNotAcceptIsNotSent() {
		try (ExtWire client = new ExtWire(Side.CONNECTING)) {
			client.feed(frame(ExtFrame.SETTINGS, 0, 0, new byte[] { 2, 10, 0, 0, 0, 6, 20, 0, 0, 0 }));
			client.output();
			ExtSession session = client.session;
			assertThatExceptionOfType(OversizedItemException.class)
				.isThrownBy(() -> session.call(1, new byte[11], ResponseMode.UNARY, "caller"));
			CallMetadata key = CallMetadata.NONE.toBuilder().key("k".repeat(19)).build();
			assertThatExceptionOfType(OversizedItemException.class)
				.isThrownBy(() -> session.call(1, NONE, ResponseMode.UNARY, "caller", key));
			CallMetadata window = CallMetadata.NONE.toBuilder().streamWindow(65_535).build();
			assertThatIllegalArgumentException().isThrownBy(() -> session.cast(1, NONE, window));
			OutboundCall stream = session.openStream(1, NONE, ResponseMode.UNARY, "caller");
			assertThatExceptionOfType(OversizedItemException.class)
				.isThrownBy(() -> session.sendItem(stream, new byte[11]));
			assertThat(session.openCalls()).isOne();
			assertThat(session.waitingCalls()).isZero();
			assertThat(written(client)).containsExactly("00 1 15");
		}
	}

	@Test
	void aSmallWindowIsRefusedAndSoIsANameOfAnotherMethod() {
		try (ExtWire server = ExtWire.server()) {
			server.feed(frame(ExtFrame.FIN, 1, 0,
					header(MessageType.CALL, 1, Frames.ECHO, new byte[] { 6, 4, -1, -1, 0, 0 })));
			server.feed(frame(ExtFrame.FIN, 2, 0, header(MessageType.CALL, 2, Frames.ECHO, new byte[] { 8, 1, 'x' })));
			server.feed(frame(ExtFrame.FIN, 3, 0, header(MessageType.CALL, 3, Frames.ECHO, new byte[8200])));
			assertThat(server.listener.refusals).extracting(RequestRefusal::status)
				.containsExactly(ExtStatus.INVALID_ARGUMENT, ExtStatus.INVALID_ARGUMENT, ExtStatus.RESOURCE_EXHAUSTED);
			assertThat(server.session.callsInFlight()).isZero();
		}
	}

	@Test
	void anAnswerMayBeDescribed() {
		try (ExtWire server = ExtWire.server(); ExtWire client = ExtWire.client()) {
			OutboundCall call = client.session.call(Frames.ECHO, NONE, ResponseMode.UNARY, "caller");
			server.feed(client.output());
			CallMetadata described = CallMetadata.NONE.toBuilder()
				.contentType(ContentType.CBOR)
				.header("a", "b")
				.build();
			server.session.respond(server.listener.request(), utf8("x"), described);
			client.feed(server.output());
			assertThat(client.events).endsWith("answered 1 0 [78]");
			assertThat(call.responseDetails()).isEqualTo(described);
		}
	}

	@Test
	void theLimitsMustMakeAConnection() {
		Duration second = Duration.ofSeconds(1);
		assertThatIllegalArgumentException().isThrownBy(() -> new ExtLimits(0, 1, 1, second, second, second, 1))
			.withMessageContaining("streamWindowBytes");
		assertThatIllegalArgumentException().isThrownBy(() -> new ExtLimits(1, 1, 16_385, second, second, second, 1))
			.withMessageContaining("metadataBytes");
		assertThatIllegalArgumentException().isThrownBy(() -> new ExtLimits(1, 1, 1, Duration.ZERO, second, second, 1))
			.withMessageContaining("keepAlive");
		ExtLimits small = new ExtLimits(65_535, 65_536, 1, second, second, second, 1);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new ExtWire(Side.ACCEPTING, ProtocolLimits.defaults(), small, ExtSettings.ASSUMED, 1))
			.withMessageContaining("at least 65536");
	}

}
