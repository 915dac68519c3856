package io.genserver.protocol;

/**
 * Which end of the connection a session is. The two ends draw their ids from disjoint
 * halves, so neither ever has to ask.
 */
public enum Side {

	/** The end that opened the WebSocket: ids with the high bit clear. */
	CONNECTING(0),

	/** The end that accepted it: ids with the high bit set. */
	ACCEPTING(0x8000_0000);

	private final int idBit;

	Side(int idBit) {
		this.idBit = idBit;
	}

	/**
	 * Places a number in this side's half of the id space.
	 * @param number any number; its high bit is ignored
	 * @return the id
	 */
	public int id(int number) {
		return (number & 0x7fff_ffff) | this.idBit;
	}

}
