package io.genserver.spring;

/**
 * Where the instances of a server come from.
 */
interface InstanceSource {

	/** Make one, in the server's turn. */
	Object make(ServerBean server);

	/** Destroy one, in the server's turn. */
	void destroy(ServerBean server, Object instance);

}
