package io.genserver.protocol;

/**
 * An item is too long for the wire. Nothing was written, the stream is as it was: the
 * sender may send smaller items or give the stream up.
 */
public final class OversizedItemException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	private final int limit;

	public OversizedItemException(String what, int length, int limit) {
		super(what + " of " + length + " bytes exceeds the " + limit
				+ " bytes that fit: split it, or send it as the argument or result of a unary call");
		this.limit = limit;
	}

	/**
	 * Returns how long it may be.
	 * @return bytes
	 */
	public int limit() {
		return this.limit;
	}

}
