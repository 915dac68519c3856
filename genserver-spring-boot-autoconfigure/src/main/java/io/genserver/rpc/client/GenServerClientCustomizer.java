package io.genserver.rpc.client;

/**
 * A bean that changes the clients configured by properties before they connect, after the
 * properties were applied.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface GenServerClientCustomizer {

	/**
	 * Change a client's settings.
	 * @param name name of the client, as under {@code genserver.clients}
	 * @param builder its settings
	 */
	void customize(String name, GenServerClientBuilder builder);

}
