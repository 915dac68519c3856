package io.genserver.rpc.socket;

import io.genserver.rpc.Transport;

/** Lets a test decide when a connection looks at the time. */
public final class Ticks {

	private Ticks() {
	}

	/**
	 * Has a connection look at the time.
	 * @param transport the connection; its owner waits for its event loop
	 */
	public static void tick(WebSocketTransport transport) {
		((Transport) transport).execute(transport::tick);
	}

}
