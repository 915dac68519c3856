package io.genserver.protocol.base;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.genserver.protocol.FrameDecoder;
import io.genserver.protocol.Frames;
import io.genserver.protocol.LittleEndian;
import io.genserver.protocol.MessageBatcher;
import io.genserver.protocol.MessageType;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.RpcHeader;
import io.genserver.protocol.Vectors;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What we send is what the Rust implementation sends, byte for byte. */
class EncodingVectorsTest {

	private static final String EMPTY_END = "an END is sent empty";

	private static final String NO_PING = "PONG and PING are never sent in base mode";

	private static final String STATUS = "a response always carries a status byte";

	private static final String ITEM_PER_FRAME = "a request stream is one item a frame";

	/** Entries that section 4 does not let us send, each with its rule. */
	private static final Map<String, String> NEVER_SENT = Map.ofEntries(
			Map.entry("response_status_none_no_payload", STATUS), Map.entry("response_status_none_payload", STATUS),
			Map.entry("stream_writes_coalesced", EMPTY_END), Map.entry("stream_end_without_flush", EMPTY_END),
			Map.entry("stream_cancel_before_header", "a CANCEL is sent for a call, and a call begins with its header"),
			Map.entry("stream_chunk16", ITEM_PER_FRAME),
			Map.entry("metadata_65536_truncated_len", "metadata is at most 65535 bytes"),
			Map.entry("codec_end_3", EMPTY_END), Map.entry("codec_cancel_3", "a CANCEL has nothing to say"),
			Map.entry("codec_pong_0", NO_PING), Map.entry("codec_pong_3", NO_PING), Map.entry("codec_ping_0", NO_PING),
			Map.entry("codec_ping_3", NO_PING));

	private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);

	private final MessageBatcher out = new MessageBatcher(this.allocator);

	@AfterEach
	void nothingIsInUse() {
		this.out.release();
		Wire.assertNothingInUse(this.allocator);
	}

	static Stream<Vectors.Entry> sent() {
		return Vectors.entries("cases").stream().filter((entry) -> !NEVER_SENT.containsKey(entry.name()));
	}

	@Test
	void everyEntryIsEitherSentOrHasARuleAgainstIt() {
		List<Vectors.Entry> all = Vectors.entries("cases");
		assertThat(all).hasSize(61);
		Set<String> names = new HashSet<>(all.stream().map(Vectors.Entry::name).toList());
		assertThat(names).hasSize(61).containsAll(NEVER_SENT.keySet());
		assertThat(NEVER_SENT).hasSize(13);
		assertThat(sent()).hasSize(48);
	}

	@ParameterizedTest
	@MethodSource("sent")
	void theBytesAreTheSame(Vectors.Entry entry) {
		switch (entry.api()) {
			case "RpcDispatcher::call finalized" -> message(entry, MessageType.CALL, entry.metadata());
			case "RpcDispatcher::respond finalized" ->
				message(entry, MessageType.RESPONSE, new byte[] { (byte) entry.inputs().required("status").asInt() });
			case "RpcDispatcher::create_response_writer" -> responseStream(entry);
			case "RpcStreamEncoder" -> requestStream(entry);
			case "FrameCodec::encode" -> frame(entry);
			case "RpcStreamEncoder x2" -> {
				interleaved(entry);
				return;
			}
			default -> throw new IllegalArgumentException(entry.api());
		}
		assertWire(entry, output());
	}

	private void message(Vectors.Entry entry, int type, byte[] metadata) {
		long methodId = (type == MessageType.RESPONSE) ? MethodId.NONE : entry.methodId();
		encoder(entry).message(type, entry.id("stream_id"), entry.id("request_id"), methodId, metadata,
				entry.payload());
	}

	private void responseStream(Vectors.Entry entry) {
		BaseEncoder encoder = encoder(entry);
		int stream = entry.id("stream_id");
		int seq = 0;
		for (JsonNode write : entry.inputs().required("writes")) {
			byte[] item = Vectors.bytes(write);
			if (seq == 0) {
				seq = encoder.openWithItem(MessageType.RESPONSE, stream, entry.id("request_id"), MethodId.NONE,
						new byte[] { (byte) entry.inputs().required("status").asInt() }, item);
			}
			else if (item.length > 0) {
				encoder.item(stream, seq++, item);
			}
			else {
				encoder.end(stream, seq++);
			}
		}
	}

	/** What was written until a flush is one item. */
	private void requestStream(Vectors.Entry entry) {
		BaseEncoder encoder = encoder(entry);
		int stream = entry.id("stream_id");
		int type = entry.inputs().required("msg_type").asInt();
		int seq = 0;
		byte[] written = new byte[0];
		for (JsonNode op : entry.inputs().required("ops")) {
			if (op.required("result").asString().startsWith("Err")) {
				continue;
			}
			switch (op.required("op").asString()) {
				case "write" -> written = Frames.join(written, Vectors.bytes(op.required("payload")));
				case "flush" -> {
					if (seq == 0 && written.length == 0) {
						seq = encoder.open(type, stream, entry.id("request_id"), entry.methodId(), entry.metadata());
					}
					else if (seq == 0) {
						seq = encoder.openWithItem(type, stream, entry.id("request_id"), entry.methodId(),
								entry.metadata(), written);
					}
					else if (written.length > 0) {
						encoder.item(stream, seq++, written);
					}
					written = new byte[0];
				}
				case "end" -> encoder.end(stream, seq++);
				case "cancel" -> encoder.cancel(stream, seq++);
				default -> throw new IllegalArgumentException(op.toString());
			}
		}
	}

	private void frame(Vectors.Entry entry) {
		int kind = entry.inputs().required("kind").asInt();
		byte[] payload = entry.payload();
		this.out.frame(entry.id("stream_id"), entry.id("seq_id"), kind, payload.length).writeBytes(payload);
		this.out.endFrame(kind);
	}

	/** We write a message in one go, so the two are compared stream by stream. */
	private void interleaved(Vectors.Entry entry) {
		BaseEncoder encoder = encoder(entry);
		encoder.message(MessageType.CALL, 10, 100, entry.methodId(), new byte[0], Frames.utf8("AAAA" + "a".repeat(15)));
		encoder.message(MessageType.CALL, 11, 101, entry.methodId(), new byte[0], Frames.utf8("B".repeat(20)));
		List<byte[]> expected = new ArrayList<>(Frames.cut(wire(entry)));
		expected.sort(Comparator.comparingInt(Frames::streamOf));
		assertThat(Vectors.hex(output())).isEqualTo(Vectors.hex(Frames.join(expected.toArray(byte[][]::new))));
	}

	private BaseEncoder encoder(Vectors.Entry entry) {
		return new BaseEncoder(this.out, entry.chunkSize());
	}

	private byte[] output() {
		return Frames.join(Wire.drain(this.out).toArray(byte[][]::new));
	}

	private static byte[] wire(Vectors.Entry entry) {
		return Vectors.bytes(entry.node().required("wire_hex").asString());
	}

	private static void assertWire(Vectors.Entry entry, byte[] actual) {
		JsonNode node = entry.node();
		boolean response = entry.inputs().path("msg_type").asInt(-1) == MessageType.RESPONSE;
		if (!node.path("wire_hex").asString("").isEmpty()) {
			byte[] expected = wire(entry);
			if (response) {
				withoutMethodId(expected);
			}
			assertThat(Vectors.hex(actual)).isEqualTo(Vectors.hex(expected));
			return;
		}
		assertThat(actual).hasSize(node.required("wire_len").asInt());
		List<String> headers = Frames.cut(actual).stream().map((frame) -> Vectors.hex(frame).substring(0, 26)).toList();
		assertThat(headers).isEqualTo(node.required("frame_headers").valueStream().map(JsonNode::asString).toList());
		if (response) {
			// The digest is that of a Response with its method id: put it there.
			byte[] withMethodId = Vectors.bytes(Vectors.hex(actual));
			LittleEndian.setLong(withMethodId, FrameDecoder.HEADER_BYTES + RpcHeader.METHOD_ID, entry.methodId());
			assertThat(Wire.hash(withMethodId)).isEqualTo(node.required("wire_xxh3_64").asString());
			return;
		}
		assertThat(Wire.hash(actual)).isEqualTo(node.required("wire_xxh3_64").asString());
	}

	/** A Response of ours carries method id 0, the one difference there is. */
	private static void withoutMethodId(byte[] wire) {
		LittleEndian.setLong(wire, FrameDecoder.HEADER_BYTES + RpcHeader.METHOD_ID, MethodId.NONE);
	}

}
