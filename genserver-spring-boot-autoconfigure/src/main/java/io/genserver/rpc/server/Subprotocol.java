package io.genserver.rpc.server;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.genserver.protocol.WireMode;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what is spoken on a connection from what its client offers. The same offer may
 * carry a bearer token, since that is where a browser can put one; it must be found
 * neither in the answer nor in a log.
 */
final class Subprotocol {

	private Subprotocol() {
	}

	/**
	 * Choose.
	 * @param offered the values of the header, each a comma-separated list
	 * @param ext whether ext mode is spoken here
	 * @return the mode to answer with; null if there is none among those offered, which
	 * leaves it to the client whether it goes on, in base mode
	 */
	static @Nullable WireMode select(List<String> offered, boolean ext) {
		Set<String> names = new HashSet<>();
		for (String list : offered) {
			for (String name : list.split(",")) {
				names.add(name.trim());
			}
		}
		if (ext && names.contains(WireMode.EXT.subprotocol())) {
			return WireMode.EXT;
		}
		return names.contains(WireMode.BASE.subprotocol()) ? WireMode.BASE : null;
	}

}
