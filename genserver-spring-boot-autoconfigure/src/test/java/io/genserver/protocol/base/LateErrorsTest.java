package io.genserver.protocol.base;

import java.util.List;
import java.util.Random;

import io.genserver.protocol.ExtError;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.FrameKind;
import io.genserver.protocol.Frames;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.MessageType;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.Side;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.genserver.protocol.Frames.ECHO;
import static io.genserver.protocol.Frames.frame;
import static io.genserver.protocol.Frames.join;
import static io.genserver.protocol.Frames.open;
import static io.genserver.protocol.Frames.response;
import static io.genserver.protocol.Frames.utf8;
import static org.assertj.core.api.Assertions.assertThat;

/** In base mode: an error after items of a response. */
class LateErrorsTest {

	private static final byte[] OK = { 0 };

	private static OutboundCall call(Wire client, ResponseMode mode) {
		OutboundCall call = client.session.call(ECHO, utf8("hi"), mode, "caller");
		client.output();
		return call;
	}

	private static byte[] firstItem(String item) {
		return open(MessageType.RESPONSE, 9, 1, OK, utf8(item));
	}

	@ParameterizedTest
	@EnumSource
	void itIsASecondResponseAndTheCancelOfTheFirst(ResponseMode mode) {
		try (Wire client = Wire.client()) {
			call(client, mode);
			client.feed(firstItem("a"), response(11, 1, 2, "enough"), frame(FrameKind.CANCEL, 9, 1));
			assertThat(client.events).last().isEqualTo("answered 1 2 [656e6f756768]");
			assertThat(client.events).filteredOn((event) -> event.startsWith("result item"))
				.hasSize((mode == ResponseMode.STREAM) ? 1 : 0);
			assertThat(client.listener.dropped).containsExactly("LATE_CANCEL 9");
			assertThat(client.session.openCalls()).isZero();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4, 255 })
	void anyStatusButSuccessIsOne(int status) {
		try (Wire client = Wire.client()) {
			call(client, ResponseMode.STREAM);
			client.feed(firstItem("a"), response(11, 1, status, ""));
			assertThat(client.events).last().isEqualTo("answered 1 " + status + " []");
		}
	}

	@Test
	void theAnswerGoesOnUntilTheErrorIsComplete() {
		try (Wire client = Wire.client()) {
			call(client, ResponseMode.STREAM);
			client.feed(firstItem("a"), open(MessageType.RESPONSE, 11, 1, new byte[] { 2 }, utf8("en")),
					frame(FrameKind.DATA, 9, 1, utf8("b")), frame(FrameKind.DATA, 11, 1, utf8("ough")),
					frame(FrameKind.END, 11, 2), frame(FrameKind.DATA, 9, 2, utf8("c")));
			assertThat(client.events).containsExactly("answering 1 0", "result item 1 [61]", "result item 1 [62]",
					"answered 1 2 [656e6f756768]");
		}
	}

	@Test
	void anAnswerThatEndsBeforeItsErrorIsComplete() {
		try (Wire client = Wire.client()) {
			call(client, ResponseMode.STREAM);
			client.feed(firstItem("a"), open(MessageType.RESPONSE, 11, 1, new byte[] { 2 }, utf8("en")),
					frame(FrameKind.END, 9, 1), frame(FrameKind.END, 11, 1));
			assertThat(client.events).containsExactly("answering 1 0", "result item 1 [61]", "answered 1 0 []");
		}
	}

	@Test
	void anAnswerCancelledBeforeItsErrorIsCompleteHasNoText() {
		try (Wire client = Wire.client()) {
			call(client, ResponseMode.STREAM);
			client.feed(firstItem("a"), open(MessageType.RESPONSE, 11, 1, new byte[] { 2 }, utf8("en")),
					frame(FrameKind.CANCEL, 9, 1), frame(FrameKind.END, 11, 1));
			assertThat(client.events).last().isEqualTo("failed 1 CANCELLED_BY_PEER");
		}
	}

	@Test
	void anErrorThatIsCancelledIsNone() {
		try (Wire client = Wire.client()) {
			call(client, ResponseMode.STREAM);
			client.feed(firstItem("a"), open(MessageType.RESPONSE, 11, 1, new byte[] { 2 }, utf8("en")),
					frame(FrameKind.CANCEL, 11, 1), frame(FrameKind.DATA, 9, 1, utf8("b")),
					response(13, 1, 2, "enough"));
			assertThat(client.events).containsExactly("answering 1 0", "result item 1 [61]", "result item 1 [62]",
					"answered 1 2 [656e6f756768]");
		}
	}

	@Test
	void aBrokenErrorFailsTheCall() {
		try (Wire client = Wire.client()) {
			call(client, ResponseMode.STREAM);
			client.feed(firstItem("a"), open(MessageType.RESPONSE, 11, 1, new byte[] { 2 }, utf8("en")),
					frame(FrameKind.DATA, 11, 7, utf8("ough")));
			assertThat(client.events).last().isEqualTo("failed 1 OUT_OF_SEQUENCE");
			assertThat(client.session.openCalls()).isZero();
		}
	}

	@Test
	void anErrorThatIsTooLongFailsTheCall() {
		ProtocolLimits limits = ProtocolLimits.defaults().toBuilder().itemBytes(10).build();
		try (Wire client = new Wire(Side.CONNECTING, limits)) {
			call(client, ResponseMode.STREAM);
			client.feed(firstItem("a"), response(11, 1, 2, "longer than that"));
			assertThat(client.events).last().isEqualTo("failed 1 TOO_BIG");
		}
	}

	@Test
	void onlyTheFirstErrorCounts() {
		try (Wire client = Wire.client()) {
			call(client, ResponseMode.STREAM);
			client.feed(firstItem("a"), open(MessageType.RESPONSE, 11, 1, new byte[] { 2 }, utf8("first")),
					response(13, 1, 2, "second"), frame(FrameKind.END, 11, 1));
			assertThat(client.events).last().isEqualTo("answered 1 2 [6669727374]");
			assertThat(client.listener.dropped).startsWith("UNMATCHED_RESPONSE 13");
		}
	}

	@Test
	void anErrorIsNotFollowedByAnother() {
		try (Wire client = Wire.client()) {
			call(client, ResponseMode.STREAM);
			client.feed(open(MessageType.RESPONSE, 9, 1, new byte[] { 1 }, utf8("mistake")),
					response(11, 1, 2, "second"), frame(FrameKind.END, 9, 1));
			assertThat(client.events).last().isEqualTo("answered 1 1 [6d697374616b65]");
		}
	}

	@Test
	void aCallGivenUpForgetsItsError() {
		try (Wire client = Wire.client()) {
			OutboundCall call = call(client, ResponseMode.STREAM);
			client.feed(firstItem("a"), open(MessageType.RESPONSE, 11, 1, new byte[] { 2 }, utf8("en")));
			client.session.cancel(call);
			assertThat(client.session.bufferedBytes()).isZero();
			client.feed(frame(FrameKind.END, 11, 1));
			assertThat(client.events).containsExactly("answering 1 0", "result item 1 [61]");
		}
	}

	@Test
	void anErrorAfterItemsIsWrittenSo() {
		try (Wire server = Wire.server()) {
			server.feed(Frames.call(1, 7, "hi"));
			InboundRequest request = server.listener.request();
			server.session.respondItem(request, utf8("a"));
			server.output();
			assertThat(server.session.respondError(request, ExtError.of(ExtStatus.INVALID_ARGUMENT, "enough")))
				.isTrue();
			assertThat(server.output()).isEqualTo(
					join(withoutMethod(response(0x80000002, 7, 2, "enough")), frame(FrameKind.CANCEL, 0x80000001, 1)));
			assertThat(server.session.respondError(request, ExtError.of(ExtStatus.INTERNAL, "again"))).isFalse();
			assertThat(server.session.respondEnd(request)).isFalse();
			assertThat(server.session.callsInFlight()).isZero();
		}
	}

	@Test
	void theCancelIsTheLastOfItsMessage() {
		try (Wire server = Wire.server()) {
			server.feed(Frames.call(1, 7, "hi"), Frames.call(3, 8, "ho"));
			InboundRequest first = server.listener.requests.get(0);
			server.session.respondItem(first, utf8("a"));
			server.session.respondError(first, ExtError.of(ExtStatus.INTERNAL, "enough"));
			server.session.respond(server.listener.requests.get(1), 0, utf8("ho"));
			List<byte[]> messages = server.messages();
			assertThat(messages).hasSize(2);
			assertThat(messages.get(0)).endsWith(frame(FrameKind.CANCEL, 0x80000001, 1));
		}
	}

	@Test
	void bothOfOurEndsUnderstandEachOtherInAnySplit() {
		Random random = new Random(4);
		for (int i = 0; i < 200; i++) {
			try (Wire server = Wire.server(); Wire client = Wire.client()) {
				client.session.call(ECHO, utf8("hi"), ResponseMode.STREAM, "caller");
				server.feed(client.output());
				InboundRequest request = server.listener.request();
				server.session.respondItem(request, utf8("a"));
				server.session.respondItem(request, new byte[0]);
				server.session.respondError(request, ExtError.of(ExtStatus.INTERNAL, "enough"));
				client.feedSplit(server.output(), random);
				assertThat(client.events).containsExactly("answering 1 0", "result item 1 [61]", "result item 1 []",
						"answered 1 2 [656e6f756768]");
			}
		}
	}

	/** Responses of ours leave the method out. */
	private static byte[] withoutMethod(byte[] response) {
		byte[] bytes = response.clone();
		for (int i = 0; i < 8; i++) {
			bytes[13 + 5 + i] = 0;
		}
		return bytes;
	}

}
