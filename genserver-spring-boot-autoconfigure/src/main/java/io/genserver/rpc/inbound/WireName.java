package io.genserver.rpc.inbound;

/**
 * What an operation is called on the wire.
 *
 * @param server name of its server
 * @param operation its own name
 */
record WireName(String server, String operation) {

	@Override
	public String toString() {
		return this.server + "." + this.operation;
	}

}
