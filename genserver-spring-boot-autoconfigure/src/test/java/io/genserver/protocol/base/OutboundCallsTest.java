package io.genserver.protocol.base;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.FrameKind;
import io.genserver.protocol.MessageType;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.OversizedItemException;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.RecordingListener;
import io.genserver.protocol.ResponseFailure;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.Side;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.genserver.protocol.Frames.ECHO;
import static io.genserver.protocol.Frames.call;
import static io.genserver.protocol.Frames.frame;
import static io.genserver.protocol.Frames.header;
import static io.genserver.protocol.Frames.join;
import static io.genserver.protocol.Frames.open;
import static io.genserver.protocol.Frames.response;
import static io.genserver.protocol.Frames.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Calls of ours: what goes out, and what may come back. */
class OutboundCallsTest {

	private static final byte[] NONE = new byte[0];

	private static OutboundCall unary(Wire client) {
		OutboundCall call = client.session.call(ECHO, utf8("hi"), ResponseMode.UNARY, "caller");
		client.output();
		return call;
	}

	private static OutboundCall stream(Wire client) {
		OutboundCall call = client.session.call(ECHO, utf8("hi"), ResponseMode.STREAM, "caller");
		client.output();
		return call;
	}

	@ParameterizedTest
	@EnumSource(Side.class)
	void aCallUsesAnIdOfItsSide(Side side) {
		try (Wire wire = new Wire(side)) {
			OutboundCall call = wire.session.call(ECHO, utf8("hi"), ResponseMode.UNARY, "caller");
			assertThat(wire.output()).isEqualTo(call(side.id(1), side.id(1), "hi"));
			assertThat(call.requestId()).isEqualTo(side.id(1));
			assertThat(call.methodId()).isEqualTo(ECHO);
			assertThat(call.attachment()).isEqualTo("caller");
			assertThat(wire.session.openCalls()).isEqualTo(1);
		}
	}

	@Test
	void argumentsUnder64KiBTravelInTheMetadata() {
		try (Wire client = Wire.client()) {
			client.session.call(ECHO, new byte[65535], ResponseMode.UNARY, "caller");
			byte[] message = header(MessageType.CALL, 1, ECHO, new byte[65535]);
			assertThat(client.output()).isEqualTo(join(frame(FrameKind.OPEN, 1, 0, Arrays.copyOf(message, 65536)),
					frame(FrameKind.DATA, 1, 1, new byte[14]), frame(FrameKind.END, 1, 2)));
		}
	}

	@Test
	void longerArgumentsTravelInThePayload() {
		try (Wire client = Wire.client()) {
			client.session.call(ECHO, new byte[65536], ResponseMode.UNARY, "caller");
			byte[] message = join(header(MessageType.CALL, 1, ECHO, NONE), new byte[65536]);
			assertThat(client.output()).isEqualTo(join(frame(FrameKind.OPEN, 1, 0, Arrays.copyOf(message, 65536)),
					frame(FrameKind.DATA, 1, 1, new byte[15]), frame(FrameKind.END, 1, 2)));
		}
	}

	@Test
	void aCastIsAnEventNobodyRemembers() {
		try (Wire client = Wire.client()) {
			client.session.cast(ECHO, utf8("x"));
			assertThat(client.output())
				.isEqualTo(join(open(MessageType.EVENT, 1, 1, utf8("x"), NONE), frame(FrameKind.END, 1, 1)));
			assertThat(client.session.openCalls()).isZero();
			client.feed(response(0x80000001, 1, 0, "nobody asked"));
			assertThat(client.events).isEmpty();
			assertThat(client.listener.dropped).startsWith("UNMATCHED_RESPONSE 2147483649");
		}
	}

	@Test
	void aRequestStreamIsOneItemAFrame() {
		try (Wire client = Wire.client()) {
			OutboundCall call = client.session.openStream(ECHO, utf8("to"), ResponseMode.UNARY, "caller");
			assertThat(client.session.sendItem(call, utf8("a"))).isTrue();
			assertThat(client.session.sendItem(call, new byte[65536])).isTrue();
			assertThat(client.session.sendEnd(call)).isTrue();
			assertThat(client.output())
				.isEqualTo(join(open(MessageType.CALL, 1, 1, utf8("to"), NONE), frame(FrameKind.DATA, 1, 1, utf8("a")),
						frame(FrameKind.DATA, 1, 2, new byte[65536]), frame(FrameKind.END, 1, 3)));
			assertThat(client.session.sendItem(call, utf8("late"))).isFalse();
			assertThat(client.session.sendEnd(call)).isFalse();
			assertThat(client.output()).isEmpty();
			client.feed(response(0x80000001, 1, 0, "done"));
			assertThat(client.events).endsWith("answered 1 0 [646f6e65]");
		}
	}

	@Test
	void anItemOver65536BytesIsRefusedAndTheStreamGoesOn() {
		try (Wire client = Wire.client()) {
			OutboundCall call = client.session.openStream(ECHO, NONE, ResponseMode.UNARY, "caller");
			client.output();
			assertThatExceptionOfType(OversizedItemException.class)
				.isThrownBy(() -> client.session.sendItem(call, new byte[65537]));
			assertThatExceptionOfType(OversizedItemException.class)
				.isThrownBy(() -> client.session.openStream(ECHO, new byte[65536], ResponseMode.UNARY, "caller"));
			assertThat(client.output()).isEmpty();
			assertThat(client.session.sendEnd(call)).isTrue();
			assertThat(client.output()).isEqualTo(frame(FrameKind.END, 1, 1));
		}
	}

	@Test
	void aStreamWhoseHeaderTakesTwoFramesCountsOn() {
		try (Wire client = Wire.client()) {
			OutboundCall call = client.session.openStream(ECHO, new byte[65535], ResponseMode.UNARY, "caller");
			client.session.sendItem(call, utf8("a"));
			byte[] output = client.output();
			try (Wire server = Wire.server()) {
				server.listener.intake = (request) -> BodyDelivery.ITEMS;
				server.feed(output);
				assertThat(server.events).hasSize(2).endsWith("item 1 [61]");
				assertThat(server.listener.request().metadata()).hasSize(65535);
			}
		}
	}

	@Test
	void aUnaryResponseIsJoinedFromAllItsFrames() {
		try (Wire client = Wire.client()) {
			unary(client);
			byte[] part = new byte[65000];
			client.feed(open(MessageType.RESPONSE, 9, 1, new byte[1], part), frame(FrameKind.DATA, 9, 1, part),
					frame(FrameKind.END, 9, 2, utf8("end")));
			assertThat(client.events).containsExactly("answering 1 0",
					"answered 1 0 [" + RecordingListener.show(join(part, part, utf8("end"))) + "]");
			assertThat(client.session.openCalls()).isZero();
			assertThat(client.session.bufferedBytes()).isZero();
		}
	}

	@Test
	void aStreamedResponseIsDeliveredItemByItem() {
		try (Wire client = Wire.client()) {
			stream(client);
			client.feed(open(MessageType.RESPONSE, 9, 1, new byte[1], utf8("a")), frame(FrameKind.DATA, 9, 1),
					frame(FrameKind.DATA, 9, 2, utf8("b")), frame(FrameKind.END, 9, 3));
			assertThat(client.events).containsExactly("answering 1 0", "result item 1 [61]", "result item 1 []",
					"result item 1 [62]", "answered 1 0 []");
			assertThat(client.session.bufferedBytes()).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource(ResponseMode.class)
	void aFailureIsDeliveredWholeWhateverTheMode(ResponseMode mode) {
		try (Wire client = Wire.client()) {
			client.session.call(ECHO, NONE, mode, "caller");
			client.feed(open(MessageType.RESPONSE, 9, 1, new byte[] { 2 }, utf8("bo")),
					frame(FrameKind.DATA, 9, 1, utf8("om")), frame(FrameKind.END, 9, 2));
			assertThat(client.events).containsExactly("answering 1 2", "answered 1 2 [626f6f6d]");
		}
	}

	@Test
	void anUnknownStatusIsNoSuccess() {
		try (Wire client = Wire.client()) {
			stream(client);
			client.feed(response(9, 1, 0xfe, "x"));
			assertThat(client.events).containsExactly("answering 1 254", "answered 1 254 [78]");
		}
	}

	@Test
	void aSecondResponseIsDropped() {
		try (Wire client = Wire.client()) {
			unary(client);
			client.feed(response(9, 1, 0, "a"), response(11, 1, 0, "b"));
			assertThat(client.events).containsExactly("answering 1 0", "answered 1 0 [61]");
			assertThat(client.listener.dropped).containsExactly("UNMATCHED_RESPONSE 11", "LATE_FRAME 11");
		}
	}

	@Test
	void aSecondResponseStreamForOneCallIsDropped() {
		try (Wire client = Wire.client()) {
			unary(client);
			client.feed(open(MessageType.RESPONSE, 9, 1, new byte[1], utf8("a")), response(11, 1, 0, "b"),
					frame(FrameKind.END, 9, 1));
			assertThat(client.events).containsExactly("answering 1 0", "answered 1 0 [61]");
		}
	}

	@Test
	void aCancelledResponseFailsItsCall() {
		try (Wire client = Wire.client()) {
			stream(client);
			client.feed(open(MessageType.RESPONSE, 9, 1, new byte[1], utf8("a")), frame(FrameKind.CANCEL, 9, 7),
					frame(FrameKind.DATA, 9, 1, utf8("late")));
			assertThat(client.events).containsExactly("answering 1 0", "result item 1 [61]",
					"failed 1 CANCELLED_BY_PEER");
			assertThat(client.session.openCalls()).isZero();
		}
	}

	@Test
	void aResponseOutOfSequenceFailsItsCall() {
		try (Wire client = Wire.client()) {
			unary(client);
			client.feed(open(MessageType.RESPONSE, 9, 1, new byte[1], utf8("a")), frame(FrameKind.END, 9, 2));
			assertThat(client.events).containsExactly("answering 1 0", "failed 1 OUT_OF_SEQUENCE");
			assertThat(client.listener.failures.get(0).text())
				.isEqualTo("frame out of sequence: 1 expected, 2 received");
		}
	}

	@Test
	void cancellingTellsThePeerAndNobodyElse() {
		try (Wire client = Wire.client()) {
			OutboundCall call = unary(client);
			assertThat(client.session.cancel(call)).isTrue();
			assertThat(client.output()).isEqualTo(frame(FrameKind.CANCEL, 1, 1));
			assertThat(call.isOver()).isTrue();
			assertThat(client.session.cancel(call)).isFalse();
			client.feed(response(9, 1, 0, "late"));
			assertThat(client.output()).isEmpty();
			assertThat(client.events).isEmpty();
			assertThat(client.session.openCalls()).isZero();
		}
	}

	@Test
	void cancellingAStreamLetsGoOfWhatCameOfIt() {
		try (Wire client = Wire.client()) {
			OutboundCall call = unary(client);
			client.feed(open(MessageType.RESPONSE, 9, 1, new byte[1], new byte[1000]));
			assertThat(client.session.bufferedBytes()).isPositive();
			client.session.cancel(call);
			assertThat(client.session.bufferedBytes()).isZero();
			client.feed(frame(FrameKind.DATA, 9, 1, new byte[1000]), frame(FrameKind.END, 9, 2));
			assertThat(client.events).containsExactly("answering 1 0");
		}
	}

	@Test
	void cancellingARequestStreamCountsItsItems() {
		try (Wire client = Wire.client()) {
			OutboundCall call = client.session.openStream(ECHO, NONE, ResponseMode.UNARY, "caller");
			client.session.sendItem(call, utf8("a"));
			client.output();
			client.session.cancel(call);
			assertThat(client.output()).isEqualTo(frame(FrameKind.CANCEL, 1, 2));
			assertThat(client.session.sendItem(call, utf8("b"))).isFalse();
			assertThat(client.session.sendEnd(call)).isFalse();
		}
	}

	@Test
	void closingFailsEveryOpenCallAtOnce() {
		try (Wire client = Wire.client()) {
			OutboundCall call = unary(client);
			stream(client);
			client.feed(open(MessageType.RESPONSE, 9, 2, new byte[1], utf8("a")));
			client.session.close("the connection dropped");
			assertThat(client.events.subList(2, 4)).containsExactlyInAnyOrder("failed 1 CONNECTION_CLOSED",
					"failed 2 CONNECTION_CLOSED");
			assertThat(client.listener.failures).extracting(ResponseFailure::text)
				.containsOnly("the connection dropped");
			assertThat(call.isOver()).isTrue();
			assertThat(client.session.cancel(call)).isFalse();
			assertThatIllegalStateException().isThrownBy(() -> unary(client));
			assertThatIllegalStateException().isThrownBy(() -> client.session.cast(ECHO, NONE));
		}
	}

	@Test
	void bothEndsMayCallOneAnother() {
		try (Wire client = Wire.client(); Wire server = Wire.server()) {
			client.session.call(ECHO, utf8("to the server"), ResponseMode.UNARY, "caller");
			server.session.call(ECHO, utf8("to the client"), ResponseMode.UNARY, "caller");
			server.feed(client.output());
			client.feed(server.output());
			client.session.respond(client.listener.request(), StatusCode.OK, utf8("from the client"));
			server.session.respond(server.listener.request(), StatusCode.OK, utf8("from the server"));
			server.feed(client.output());
			client.feed(server.output());
			assertThat(client.events).endsWith("answered 1 0 [" + Vectors.hex(utf8("from the server")) + "]");
			assertThat(server.events).endsWith("answered 2147483649 0 [" + Vectors.hex(utf8("from the client")) + "]");
		}
	}

	@Test
	void idsWrapAndSkipThoseStillOpen() {
		try (Wire client = new Wire(Side.CONNECTING, ProtocolLimits.defaults(), 0x7ffffffe)) {
			List<Integer> ids = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				ids.add(unary(client).requestId());
			}
			assertThat(ids).containsExactly(0x7ffffffe, 0x7fffffff, 0, 1);
		}
		int[] tested = { 0 };
		IdSequence ids = new IdSequence(Side.ACCEPTING, 0x7fffffff, (id) -> {
			tested[0]++;
			return id == 0x80000000 || id == 0x80000001;
		});
		assertThat(ids.next()).isEqualTo(0xffffffff);
		assertThat(ids.next()).isEqualTo(0x80000002);
		assertThat(tested[0]).isEqualTo(4);
	}

	@Test
	void anOpenResponseStreamKeepsItsId() {
		try (Wire server = new Wire(Side.ACCEPTING, ProtocolLimits.defaults(), 5)) {
			server.feed(call(1, 7, ""));
			server.session.respondItem(server.listener.request(), utf8("a"));
			server.output();
			BaseSender sender = server.session.sender();
			assertThat(sender.isIdOpen(0x80000005)).isTrue();
			server.session.respondEnd(server.listener.request());
			assertThat(sender.isIdOpen(0x80000005)).isFalse();
		}
	}

}
