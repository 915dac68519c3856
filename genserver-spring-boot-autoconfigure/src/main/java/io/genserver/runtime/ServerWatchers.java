package io.genserver.runtime;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.genserver.log.SafeLogger;

/**
 * Reports servers that are added and removed at run time to those that keep something for
 * each server. Reports of that are made under one lock, so watchers see them one at a
 * time.
 */
final class ServerWatchers {

	private static final SafeLogger logger = SafeLogger.of(ServerWatchers.class);

	private final List<ServerWatcher> watchers = new CopyOnWriteArrayList<>();

	void add(ServerWatcher watcher) {
		this.watchers.add(watcher);
	}

	/** A server was added; fails if a watcher refuses it. */
	synchronized void added(Server server) {
		try {
			each((watcher) -> watcher.added(server));
		}
		catch (RuntimeException ex) {
			removed(server);
			throw ex;
		}
	}

	/** A server is forgotten. A watcher that fails does not keep it from the others. */
	synchronized void removed(Server server) {
		each((watcher) -> {
			try {
				watcher.removed(server);
			}
			catch (Throwable ex) {
				logger.error("Watcher {} failed to forget server {}", watcher.getClass().getName(), server.name(), ex);
			}
		});
	}

	/** A handler, constructor or stream has failed. Throws nothing. */
	void failed(Server server, String operation) {
		for (ServerWatcher watcher : this.watchers) {
			try {
				watcher.failed(server, operation);
			}
			catch (Throwable ex) {
				logger.error("Watcher {} failed to count a failure of server {}", watcher.getClass().getName(),
						server.name(), ex);
			}
		}
	}

	private void each(Consumer<ServerWatcher> report) {
		this.watchers.forEach(report);
	}

}
