package io.genserver.protocol.base;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.genserver.protocol.FrameDecoder;
import io.genserver.protocol.FrameHandler;
import io.genserver.protocol.FrameKind;
import io.genserver.protocol.Frames;
import io.genserver.protocol.MessageType;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.RecordingListener;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.Side;
import io.genserver.protocol.Vectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What the Rust implementation sends is understood, in whatever pieces it comes. */
class DecodingVectorsTest {

	private static final String MALFORMED = "metadata_65536_truncated_len";

	static Stream<Vectors.Entry> wellFormed() {
		return Vectors.entries("cases").stream().filter((entry) -> !entry.name().equals(MALFORMED));
	}

	@Test
	void allButOneEntryIsWellFormed() {
		assertThat(wellFormed()).hasSize(60);
		assertThat(wellFormed().filter((entry) -> entry.api().startsWith("FrameCodec"))).hasSize(12);
	}

	/**
	 * Its length field says 0, so all 65536 bytes are payload; inputs are not told apart.
	 */
	@Test
	void metadataWhoseLengthWrappedIsReadAsItsHeaderSays() {
		Vectors.Entry entry = Vectors.entry("cases", MALFORMED);
		byte[] metadata = entry.metadata();
		byte[] message = Frames.join(Frames.header(MessageType.CALL, 1, entry.methodId(), new byte[0]), metadata);
		byte[] wire = Frames.join(Frames.frame(FrameKind.OPEN, 1, 0, Arrays.copyOfRange(message, 0, 65536)),
				Frames.frame(FrameKind.DATA, 1, 1, Arrays.copyOfRange(message, 65536, message.length)),
				Frames.frame(FrameKind.END, 1, 2));
		assertThat(Wire.hash(wire)).isEqualTo(entry.node().required("wire_xxh3_64").asString());
		try (Wire server = Wire.server()) {
			server.feed(wire);
			assertThat(server.events).containsExactly("opened call 1 9158a853f4693f47 []",
					"complete 1 [" + RecordingListener.show(metadata) + "]");
		}
	}

	@ParameterizedTest
	@MethodSource("wellFormed")
	void theInputsComeOutOfTheBytes(Vectors.Entry entry) {
		byte[] wire = wire(entry);
		if (entry.api().equals("FrameCodec::encode")) {
			assertFrame(entry, wire);
			return;
		}
		List<String> expected = expected(entry);
		assertEvents(entry, expected, (receiver) -> receiver.feed(wire));
		assertEvents(entry, expected, (receiver) -> receiver.feedByteByByte(wire));
		for (int seed = 0; seed < 20; seed++) {
			Random random = new Random(seed);
			assertEvents(entry, expected, (receiver) -> receiver.feedSplit(wire, random));
		}
		for (int at = 1; at < Math.min(wire.length, 300); at++) {
			byte[] head = Arrays.copyOfRange(wire, 0, at);
			byte[] tail = Arrays.copyOfRange(wire, at, wire.length);
			assertEvents(entry, expected, (receiver) -> receiver.feed(head, tail));
		}
	}

	private static void assertEvents(Vectors.Entry entry, List<String> expected, Consumer<Wire> feeding) {
		boolean response = entry.inputs().path("msg_type").asInt(-1) == MessageType.RESPONSE;
		int firstId = response ? entry.id("request_id") : 1;
		Side side = entry.node().required("direction").asString().startsWith("client") ? Side.ACCEPTING
				: Side.CONNECTING;
		try (Wire receiver = new Wire(side, ProtocolLimits.defaults(), firstId)) {
			if (response) {
				receiver.session.call(1, new byte[0], ResponseMode.UNARY, "caller");
			}
			feeding.accept(receiver);
			assertThat(receiver.events).isEqualTo(expected);
		}
	}

	private static List<String> expected(Vectors.Entry entry) {
		if (entry.name().equals("interleaved_two_streams")) {
			return List.of("opened call 100 e0a1ef0cfe0175f2 []", "opened call 101 e0a1ef0cfe0175f2 []",
					"complete 101 [" + Vectors.hex(Frames.utf8("B".repeat(20))) + "]",
					"complete 100 [" + Vectors.hex(Frames.utf8("AAAA" + "a".repeat(15))) + "]");
		}
		String id = Integer.toUnsignedString(entry.id("request_id"));
		int type = entry.inputs().required("msg_type").asInt();
		if (type == MessageType.RESPONSE) {
			int status = entry.inputs().required("status").asInt(0);
			byte[] payload = entry.inputs().has("writes") ? Frames.utf8("onetwo") : entry.payload();
			return List.of("answering " + id + " " + status,
					"answered " + id + " " + status + " [" + RecordingListener.show(payload) + "]");
		}
		if (entry.name().equals("stream_cancel_before_header")) {
			return List.of();
		}
		List<String> events = new ArrayList<>();
		String opened = "opened " + ((type == MessageType.CALL) ? "call " : "event ") + id + " "
				+ MethodId.toHex(entry.methodId());
		events.add(opened + " [" + RecordingListener.show(entry.metadata()) + "]");
		if (entry.name().equals("stream_cancel_mid")) {
			events.add("cancelled " + id);
			return events;
		}
		byte[] payload = entry.inputs().has("ops") ? written(entry) : entry.payload();
		byte[] arguments = (payload.length > 0) ? payload : entry.metadata();
		events.add("complete " + id + " [" + RecordingListener.show(arguments) + "]");
		return events;
	}

	private static byte[] written(Vectors.Entry entry) {
		byte[] written = new byte[0];
		for (JsonNode op : entry.inputs().required("ops")) {
			if (op.required("op").asString().equals("write") && op.required("result").asString().startsWith("Ok")) {
				written = Frames.join(written, Vectors.bytes(op.required("payload")));
			}
		}
		return written;
	}

	private static void assertFrame(Vectors.Entry entry, byte[] wire) {
		UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
		for (int at = 0; at <= wire.length; at++) {
			List<String> frames = new ArrayList<>();
			FrameDecoder decoder = new FrameDecoder(allocator, new FrameHandler() {

				@Override
				public boolean frameHeader(int streamId, int seq, int kind, int length) {
					return true;
				}

				@Override
				public boolean frame(int streamId, int seq, int kind, ByteBuf payload, int length) {
					frames.add(streamId + " " + seq + " " + kind + " "
							+ ByteBufUtil.hexDump(payload, payload.readerIndex(), length));
					return true;
				}

			});
			decoder.decode(Unpooled.wrappedBuffer(wire, 0, at));
			decoder.decode(Unpooled.wrappedBuffer(wire, at, wire.length - at));
			assertThat(frames).containsExactly(entry.id("stream_id") + " " + entry.id("seq_id") + " " + entry.id("kind")
					+ " " + Vectors.hex(entry.payload()));
			assertThat(decoder.isMidFrame()).isFalse();
			decoder.release();
		}
		Wire.assertNothingInUse(allocator);
	}

	/** The bytes as given, or made again where only their digest is. */
	private static byte[] wire(Vectors.Entry entry) {
		JsonNode node = entry.node();
		if (!node.path("wire_hex").asString("").isEmpty()) {
			return Vectors.bytes(node.required("wire_hex").asString());
		}
		boolean response = entry.inputs().required("msg_type").asInt() == MessageType.RESPONSE;
		byte[] metadata = response ? new byte[] { (byte) entry.inputs().required("status").asInt() } : entry.metadata();
		byte[] message = Frames.join(Frames.header(response ? MessageType.RESPONSE : MessageType.CALL,
				entry.id("request_id"), entry.methodId(), metadata), entry.payload());
		int chunk = entry.chunkSize();
		List<byte[]> frames = new ArrayList<>();
		for (int offset = 0; offset < message.length; offset += chunk) {
			byte[] piece = Arrays.copyOfRange(message, offset, Math.min(message.length, offset + chunk));
			frames.add(Frames.frame((offset == 0) ? FrameKind.OPEN : FrameKind.DATA, entry.id("stream_id"),
					frames.size(), piece));
		}
		frames.add(Frames.frame(FrameKind.END, entry.id("stream_id"), frames.size()));
		byte[] wire = Frames.join(frames.toArray(byte[][]::new));
		assertThat(Wire.hash(wire)).isEqualTo(node.required("wire_xxh3_64").asString());
		return wire;
	}

}
