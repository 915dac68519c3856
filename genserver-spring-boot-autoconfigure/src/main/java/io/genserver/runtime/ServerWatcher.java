package io.genserver.runtime;

/**
 * Is notified of servers that are added and removed while others run. What it does must
 * be quick, and must use no server.
 */
public interface ServerWatcher {

	/**
	 * A server was added and will start.
	 * @param server the server
	 * @throws RuntimeException if there cannot be such a server: it is not added
	 */
	void added(Server server);

	/**
	 * A server that was added at run time has stopped, or did not start, and is no longer
	 * known. Its name is free once all watchers have returned. Not called when all
	 * servers stop.
	 * @param server the server
	 */
	void removed(Server server);

	/**
	 * A handler, constructor or stream has failed. On the thread where it failed.
	 * @param server the server
	 * @param operation the operation, or what else failed
	 */
	default void failed(Server server, String operation) {
	}

}
