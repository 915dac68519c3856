package io.genserver.runtime.message;

import java.util.Map;

/**
 * The payload of a message that came from a peer.
 */
public interface RemotePayload {

	/**
	 * Return what came in addition to the arguments.
	 * @return headers by their names
	 */
	Map<String, String> headers();

}
