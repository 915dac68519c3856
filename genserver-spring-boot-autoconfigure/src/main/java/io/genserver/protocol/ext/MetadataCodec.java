package io.genserver.protocol.ext;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.CallMetadata.Header;
import io.genserver.protocol.ContentType;
import io.genserver.protocol.LittleEndian;
import io.genserver.protocol.Utf8;
import io.netty.buffer.ByteBuf;

/** {@link CallMetadata} as bytes. */
final class MetadataCodec {

	/** Longer metadata is not kept for the next message that may have the same. */
	static final int KEPT_BYTES = 256;

	/** Where the deadline's value is in encoded metadata that has one. */
	static final int DEADLINE_OFFSET = 2;

	private static final int U32 = 4;

	/** Entries a request or a response may have; each costs many times its bytes. */
	static final int MOST_ENTRIES = 64;

	/** What an entry takes in addition to its text, and its text for each byte. */
	private static final int ENTRY_WEIGHT = 128;

	private static final int BYTE_WEIGHT = 2;

	private MetadataCodec() {
	}

	/** Encodes all but the method name, which is sent once; the deadline comes first. */
	static byte[] encode(CallMetadata metadata, Tlv.Writer out) {
		out.begin();
		if (metadata.deadlineMillis() >= 0) {
			out.u32(Tlv.DEADLINE, metadata.deadlineMillis());
		}
		if (metadata.traceParent() != null) {
			out.entry(Tlv.TRACEPARENT, TraceParent.encode(metadata.traceParent()));
		}
		if (metadata.traceState() != null) {
			out.entry(Tlv.TRACESTATE, Utf8.bytes(metadata.traceState()));
		}
		ContentType contentType = metadata.contentType();
		if (contentType != null && contentType.name() == null) {
			out.u8(Tlv.CONTENT_TYPE, contentType.code());
		}
		else if (contentType != null) {
			out.entry(Tlv.CONTENT_TYPE, contentType.encode());
		}
		if (!metadata.accept().isEmpty()) {
			out.entry(Tlv.ACCEPT, accept(metadata.accept()));
		}
		if (metadata.streamWindow() >= 0) {
			out.u32(Tlv.STREAM_WINDOW, metadata.streamWindow());
		}
		if (metadata.itemCredit() >= 0) {
			out.u32(Tlv.ITEM_CREDIT, metadata.itemCredit());
		}
		if (metadata.key() != null) {
			out.entry(Tlv.KEY, Utf8.bytes(metadata.key()));
		}
		for (Header header : metadata.headers()) {
			out.entry(Tlv.HEADER, header(header));
		}
		return out.take();
	}

	/** Encodes a method name; empty if there is none. */
	static byte[] encodeName(CallMetadata metadata, Tlv.Writer out) {
		if (metadata.methodName() == null) {
			return ByteAssembler.EMPTY;
		}
		out.begin();
		out.entry(Tlv.METHOD_NAME, Utf8.bytes(metadata.methodName()));
		return out.take();
	}

	/** Sets the deadline of metadata that was written into a frame and has one. */
	static void setDeadline(ByteBuf frame, int start, long millis) {
		frame.setIntLE(start + DEADLINE_OFFSET, (int) Math.min(millis, 0xffff_ffffL));
	}

	static Decoded decode(byte[] bytes, int start) {
		if (start == bytes.length) {
			return Decoded.NOTHING;
		}
		CallMetadata.Builder metadata = CallMetadata.NONE.toBuilder();
		int unknownCritical = 0;
		long seen = 0;
		int entries = 0;
		Tlv.Reader entry = new Tlv.Reader(bytes, start);
		while (entry.next()) {
			entries += 1 + ((entry.type == Tlv.ACCEPT) ? entry.length : 0);
			if (entries > MOST_ENTRIES) {
				return new Decoded(CallMetadata.NONE, 0, Decoded.TOO_MANY);
			}
			int type = entry.type & ~Tlv.CRITICAL;
			if (type < Tlv.DEADLINE || type > Tlv.HEADER || (type > Tlv.KEY && type < Tlv.HEADER)) {
				if (type != entry.type) {
					unknownCritical = entry.type;
				}
				continue;
			}
			if (type != Tlv.HEADER && (seen & (1L << type)) != 0) {
				throw ExtViolation.protocol("metadata entry " + type + " comes twice");
			}
			seen |= 1L << type;
			take(metadata, type, bytes, entry);
		}
		return new Decoded(metadata.build(), unknownCritical,
				entries * ENTRY_WEIGHT + BYTE_WEIGHT * (bytes.length - start));
	}

	private static void take(CallMetadata.Builder metadata, int type, byte[] bytes, Tlv.Reader entry) {
		int offset = entry.offset;
		int length = entry.length;
		switch (type) {
			case Tlv.DEADLINE -> metadata.deadlineMillis(u32(bytes, entry));
			case Tlv.TRACEPARENT -> {
				require(length == TraceParent.BYTES, entry);
				metadata.traceParent(TraceParent.decode(bytes, offset));
			}
			case Tlv.TRACESTATE -> metadata.traceState(strict(bytes, offset, length));
			case Tlv.CONTENT_TYPE -> metadata.contentType(contentType(bytes, offset, length));
			case Tlv.ACCEPT -> {
				List<ContentType> accept = new ArrayList<>();
				for (int i = 0; i < length; i++) {
					accept.add(ContentType.of(bytes[offset + i] & 0xff));
				}
				metadata.accept(accept);
			}
			case Tlv.STREAM_WINDOW -> metadata.streamWindow((int) Math.min(u32(bytes, entry), Integer.MAX_VALUE));
			case Tlv.ITEM_CREDIT -> metadata.itemCredit((int) Math.min(u32(bytes, entry), Integer.MAX_VALUE));
			case Tlv.METHOD_NAME -> metadata.methodName(strict(bytes, offset, length));
			case Tlv.KEY -> metadata.key(strict(bytes, offset, length));
			default -> {
				require(length > 0, entry);
				int name = bytes[offset] & 0xff;
				require(name < length, entry);
				metadata.header(strict(bytes, offset + 1, name), strict(bytes, offset + 1 + name, length - 1 - name));
			}
		}
	}

	private static byte[] accept(List<ContentType> types) {
		byte[] value = new byte[types.size()];
		for (int i = 0; i < value.length; i++) {
			ContentType type = types.get(i);
			if (type.name() != null) {
				throw new IllegalArgumentException("Only numbered content types can be listed, not " + type.name());
			}
			value[i] = (byte) type.code();
		}
		return value;
	}

	private static byte[] header(Header header) {
		byte[] name = Utf8.bytes(header.name());
		byte[] value = Utf8.bytes(header.value());
		if (name.length > 0xff) {
			throw new IllegalArgumentException("Header name of " + name.length + " bytes exceeds 255");
		}
		byte[] entry = new byte[1 + name.length + value.length];
		entry[0] = (byte) name.length;
		System.arraycopy(name, 0, entry, 1, name.length);
		System.arraycopy(value, 0, entry, 1 + name.length, value.length);
		return entry;
	}

	private static long u32(byte[] bytes, Tlv.Reader entry) {
		require(entry.length == U32, entry);
		return Integer.toUnsignedLong(LittleEndian.getInt(bytes, entry.offset));
	}

	private static void require(boolean holds, Tlv.Reader entry) {
		if (!holds) {
			throw ExtViolation.protocol("metadata entry " + entry.type + " of " + entry.length + " bytes is malformed");
		}
	}

	/**
	 * Metadata as received.
	 *
	 * @param metadata what is known of it
	 * @param unknownCritical an entry that must not be ignored and is not known, or 0
	 * @param weight about how many bytes of memory it takes, or {@link #TOO_MANY}
	 */
	record Decoded(CallMetadata metadata, int unknownCritical, int weight) {

		/** What no entries are decoded to. */
		static final Decoded NOTHING = new Decoded(CallMetadata.NONE, 0, 0);

		/** It has more entries than it may have. */
		static final int TOO_MANY = -1;

		boolean isTooMany() {
			return this.weight == TOO_MANY;
		}
	}

	/** Decodes text that must not change on its way, such as a key. */
	private static String strict(byte[] bytes, int offset, int length) {
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length)).toString();
		}
		catch (CharacterCodingException ex) {
			throw ExtViolation.protocol("metadata holds text that is not UTF-8");
		}
	}

	private static ContentType contentType(byte[] bytes, int offset, int length) {
		try {
			return ContentType.decode(bytes, offset, length);
		}
		catch (IllegalArgumentException ex) {
			throw ExtViolation.protocol("content type is neither a number nor an ASCII name");
		}
	}

}
