package io.genserver.spring.remote;

import org.jspecify.annotations.Nullable;

/**
 * A server of another process, as configuration speaks of it.
 *
 * @param client name of the client that reaches it
 * @param name its name
 * @param contract name of its contract; may be left out if this application has the
 * server's class
 * @param keyed whether it has an instance per key; may be left out for no, or if this
 * application has the server's class
 */
public record RemoteServer(String client, String name, @Nullable String contract, @Nullable Boolean keyed) {

	/** The property that speaks of it, for messages. */
	String property() {
		return "genserver.clients." + this.client + ".servers." + this.name;
	}

}
