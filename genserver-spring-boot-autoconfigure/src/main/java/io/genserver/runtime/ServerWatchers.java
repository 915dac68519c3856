package io.genserver.runtime;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells watchers of servers that come and go at run time. Stopping one and letting it go
 * on may meet, so all is told under one lock: whoever comes second sees that the other
 * was there.
 */
final class ServerWatchers {

	private static final Logger logger = LoggerFactory.getLogger(ServerWatchers.class);

	private final List<ServerWatcher> watchers = new CopyOnWriteArrayList<>();

	/** Servers started one by one, not with all others. */
	private final Set<Server> late = new HashSet<>();

	/** Those of them that have stopped. */
	private final Set<Server> gone = new HashSet<>();

	void add(ServerWatcher watcher) {
		this.watchers.add(watcher);
	}

	/** A server was added; fails if a watcher does not want it. */
	synchronized void added(Server server) {
		try {
			this.watchers.forEach((each) -> each.added(server));
		}
		catch (RuntimeException ex) {
			this.watchers.forEach((each) -> each.removed(server));
			throw ex;
		}
	}

	/** A server is started after the others. */
	synchronized void starting(Server server) {
		this.late.add(server);
	}

	/** It did not start, and is no more. */
	synchronized void dropped(Server server) {
		this.gone.remove(server);
		if (this.late.remove(server)) {
			this.watchers.forEach((each) -> each.removed(server));
		}
	}

	synchronized void started(Server server) {
		if (this.gone.remove(server)) {
			try {
				added(server);
			}
			catch (RuntimeException ex) {
				logger.error("Server {} goes on, but not everybody will know it", server.name(), ex);
			}
		}
	}

	synchronized void stopped(ServerCell cell) {
		Server server = cell.server();
		if (this.late.contains(server) && server.instances().single() == cell && this.gone.add(server)) {
			this.watchers.forEach((each) -> each.removed(server));
		}
	}

}
