package io.genserver.protocol;

import java.nio.charset.StandardCharsets;

import com.dynatrace.hash4j.hashing.Hashing;

/**
 * A method's number on the wire: XXH3-64, seed 0, of its UTF-8 name.
 */
public final class MethodId {

	/** What every Response carries, so that no peer mistakes it for a call. */
	public static final long NONE = 0;

	private MethodId() {
	}

	/**
	 * Computes the id of a wire name such as {@code kv.get}.
	 * @param name the wire name
	 * @return all 64 bits of the hash, to be read as unsigned
	 */
	public static long of(String name) {
		return Hashing.xxh3_64().hashBytesToLong(name.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Renders an id the way logs and error texts show it.
	 * @param id a method id
	 * @return sixteen hexadecimal digits
	 */
	public static String toHex(long id) {
		return String.format("%016x", id);
	}

}
