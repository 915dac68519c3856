package io.genserver.protocol;

/**
 * What is spoken on a connection.
 */
public enum WireMode {

	/** Exactly muxio 0.15. */
	BASE("muxio"),

	/** Flow control, deadlines, structured errors and more, where both ends agree. */
	EXT("genserver.v1");

	private final String subprotocol;

	WireMode(String subprotocol) {
		this.subprotocol = subprotocol;
	}

	/**
	 * Return what a WebSocket handshake calls it.
	 * @return the name of the subprotocol
	 */
	public String subprotocol() {
		return this.subprotocol;
	}

}
