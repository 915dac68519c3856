package io.genserver.rpc.server;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Chooses what is spoken on a connection from what its client offers. The same offer may
 * carry a bearer token, since that is where a browser can put one; it must be found
 * neither in the answer nor in a log.
 */
final class Subprotocol {

	/** The base mode, spoken also with a client that offers nothing. */
	static final String MUXIO = "muxio";

	private Subprotocol() {
	}

	/**
	 * Choose.
	 * @param offered the values of the header, each a comma-separated list
	 * @return the one to answer with; null if there is none among those offered, which
	 * leaves it to the client whether it goes on
	 */
	static @Nullable String select(List<String> offered) {
		for (String list : offered) {
			for (String name : list.split(",")) {
				if (name.trim().equals(MUXIO)) {
					return MUXIO;
				}
			}
		}
		return null;
	}

}
