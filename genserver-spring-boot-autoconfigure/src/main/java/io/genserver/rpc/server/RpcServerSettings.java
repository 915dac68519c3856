package io.genserver.rpc.server;

import java.time.Duration;
import java.util.List;

/**
 * How the endpoint admits connections and keeps them.
 *
 * @param path where connections are accepted
 * @param allowedOrigins origins, or patterns of them, that may connect in addition to the
 * endpoint's own
 * @param requireOrigin whether to refuse requests that do not say their origin, as those
 * of most clients that are no browsers
 * @param ext whether ext mode is spoken with clients that offer it
 * @param maxConnections connections there may be at once
 * @param maxPerPrincipal connections of one principal there may be at once, 0 for any
 * number; those without a principal do not count
 * @param maxPerAddress connections from one address there may be at once, 0 for any
 * number
 * @param totalBuffer bytes that all connections together may hold, received and not
 * handled or to be sent and not read
 * @param keepAliveInterval silence after which a peer is sent a ping
 * @param keepAliveTimeout silence after a ping that ends the connection
 */
public record RpcServerSettings(String path, List<String> allowedOrigins, boolean requireOrigin, boolean ext,
		int maxConnections, int maxPerPrincipal, int maxPerAddress, long totalBuffer, Duration keepAliveInterval,
		Duration keepAliveTimeout) {

	/**
	 * Copies the origins, and checks that the endpoint can work.
	 * @throws IllegalArgumentException naming the setting that does not
	 */
	public RpcServerSettings {
		allowedOrigins = List.copyOf(allowedOrigins);
		if (!path.startsWith("/")) {
			throw new IllegalArgumentException("The path of the RPC endpoint must begin with /, not be '" + path + "'");
		}
		if (maxConnections < 1) {
			throw new IllegalArgumentException("There must be room for 1 connection or more, not " + maxConnections);
		}
		if (totalBuffer < 1) {
			throw new IllegalArgumentException("totalBuffer must be 1 byte or more, not " + totalBuffer);
		}
		requirePositive(keepAliveInterval, "keepAliveInterval");
		requirePositive(keepAliveTimeout, "keepAliveTimeout");
	}

	private static void requirePositive(Duration value, String name) {
		if (value.isNegative() || value.isZero()) {
			throw new IllegalArgumentException(name + " must be longer than zero, not " + value);
		}
	}

}
