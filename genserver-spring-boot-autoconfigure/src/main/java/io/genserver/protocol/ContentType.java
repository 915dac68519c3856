package io.genserver.protocol;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * How a value is encoded: one of the numbered codecs, or a registered one by name.
 *
 * @param code the number, {@value #NAMED} for a named one
 * @param name the name, at least two ASCII characters; null for a numbered one
 */
public record ContentType(int code, @Nullable String name) {

	/** The code of types that have a name instead. */
	public static final int NAMED = -1;

	/** Bytes as they are. */
	public static final ContentType RAW = new ContentType(0, null);

	/** JSON text. */
	public static final ContentType JSON = new ContentType(1, null);

	/** CBOR. */
	public static final ContentType CBOR = new ContentType(2, null);

	/**
	 * Checks that the type can be written.
	 * @throws IllegalArgumentException if it has neither a number of one byte nor a name
	 * of 2 to 255 ASCII characters
	 */
	public ContentType {
		boolean numbered = name == null && code >= 0 && code <= 0xff;
		boolean named = name != null && code == NAMED && name.length() >= 2 && name.length() <= 0xff
				&& name.chars().allMatch((character) -> character > 0x20 && character < 0x7f);
		if (!numbered && !named) {
			throw new IllegalArgumentException("Content type " + code + " " + name
					+ " must be a number of one byte, or have a name of 2 to 255 ASCII characters");
		}
	}

	/**
	 * Returns the type of a number.
	 * @param code 0 to 255
	 * @return the type
	 */
	public static ContentType of(int code) {
		return switch (code) {
			case 0 -> RAW;
			case 1 -> JSON;
			case 2 -> CBOR;
			default -> new ContentType(code, null);
		};
	}

	/**
	 * Returns the type of a registered codec.
	 * @param name its name
	 * @return the type
	 */
	public static ContentType of(String name) {
		return new ContentType(NAMED, name);
	}

	public byte[] encode() {
		return (this.name != null) ? this.name.getBytes(StandardCharsets.US_ASCII) : new byte[] { (byte) this.code };
	}

	public static ContentType decode(byte[] bytes, int offset, int length) {
		if (length == 1) {
			return of(bytes[offset] & 0xff);
		}
		return of(new String(bytes, offset, length, StandardCharsets.ISO_8859_1));
	}

}
