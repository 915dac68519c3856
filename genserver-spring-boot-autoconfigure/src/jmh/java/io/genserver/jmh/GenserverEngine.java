package io.genserver.jmh;

import java.util.List;
import java.util.function.Supplier;

import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.LocalRegistry;
import io.genserver.runtime.ReflectiveContracts;
import io.genserver.runtime.ReplyAdapters;
import io.genserver.runtime.RuntimeSettings;
import io.genserver.runtime.ServerSettings;

/**
 * An engine as the starter makes it without any property set: mailboxes of 1024 that
 * block their senders when full, calls that end after 5 seconds, supervision, slow
 * handlers watched. Without meters, as the peer.
 */
final class GenserverEngine implements AutoCloseable {

	private final GenServerRuntime runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS, null, List.of(),
			() -> false);

	final GenServerRegistry registry = new LocalRegistry(this.runtime, new ReflectiveContracts(ReplyAdapters.JDK),
			ServerSettings.DEFAULTS);

	GenserverEngine() {
		this.runtime.start();
	}

	<S> GenServerRef<S> start(String name, Class<S> type, Supplier<S> factory) {
		return this.registry.start(name, type, factory);
	}

	@Override
	public void close() {
		this.runtime.shutdown();
	}

}
