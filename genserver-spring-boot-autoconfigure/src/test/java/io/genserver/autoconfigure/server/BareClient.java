package io.genserver.autoconfigure.server;

import io.genserver.rpc.client.GenServerClient;

/**
 * A program without Spring that uses a client.
 */
final class BareClient {

	private BareClient() {
	}

	/** Connect to where nobody is, and return what is thrown. */
	static String standaloneFailure() {
		try (GenServerClient client = GenServerClient.connect("ws://localhost:1/ws")) {
			return client.toString();
		}
		catch (RuntimeException ex) {
			return ex.getClass().getSimpleName() + ": " + ex.getMessage();
		}
	}

}
