package io.genserver.protocol;

/**
 * Who takes the events of one session, by what they concern. Belongs to the connection's
 * thread.
 */
public final class WireListeners {

	private InboundListener inbound = new InboundListener() {
	};

	private OutboundListener outbound = new OutboundListener() {
	};

	private ConnectionListener connection = new ConnectionListener() {
	};

	/**
	 * Sets those that take the events from now on.
	 * @param inbound takes what concerns requests of the peer
	 * @param outbound takes what concerns calls and casts of this end
	 * @param connection takes what concerns the connection as a whole
	 */
	public void set(InboundListener inbound, OutboundListener outbound, ConnectionListener connection) {
		this.inbound = inbound;
		this.outbound = outbound;
		this.connection = connection;
	}

	/**
	 * Returns who takes what concerns requests of the peer.
	 * @return the listener
	 */
	public InboundListener inbound() {
		return this.inbound;
	}

	/**
	 * Returns who takes what concerns calls and casts of this end.
	 * @return the listener
	 */
	public OutboundListener outbound() {
		return this.outbound;
	}

	/**
	 * Returns who takes what concerns the connection as a whole.
	 * @return the listener
	 */
	public ConnectionListener connection() {
		return this.connection;
	}

}
