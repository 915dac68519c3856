package io.genserver.jmh;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.LocalRegistry;
import io.genserver.runtime.RuntimeSettings;
import io.genserver.runtime.ServerDefinition;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.runtime.contract.ReplyAdapters;
import org.jspecify.annotations.Nullable;

/**
 * An engine as the starter makes it without any property set: mailboxes of 1024 that
 * block their senders when full, calls that end after 5 seconds, supervision, slow
 * handlers watched. Without meters, as the peer.
 */
final class GenserverEngine implements AutoCloseable {

	private final ReflectiveContracts contracts = new ReflectiveContracts(ReplyAdapters.JDK);

	private final GenServerRuntime runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS, null, List.of(),
			() -> false);

	final GenServerRegistry registry = new LocalRegistry(this.runtime, this.contracts, ServerSettings.DEFAULTS);

	GenserverEngine() {
		this.runtime.start();
	}

	<S> GenServerRef<S> start(String name, Class<S> type, Supplier<S> factory) {
		return this.registry.start(name, type, factory);
	}

	/** A keyed server, which only an annotation or this can start. */
	<S> Keyed<S> startKeyed(String name, Class<S> type, Supplier<S> factory, int maxInstances,
			@Nullable Duration idleTimeout) {
		ServerSettings defaults = ServerSettings.DEFAULTS;
		ServerSettings settings = new ServerSettings(defaults.capacity(), defaults.overflow(), defaults.callTimeout(),
				defaults.supervision(), maxInstances, idleTimeout, defaults.startFailure());
		this.runtime.add(new ServerDefinition(name, type, this.contracts.contractsOf(type), true,
				this.contracts.operationsOf(name, type), factory::get, settings));
		return this.registry.keyed(name, type);
	}

	@Override
	public void close() {
		this.runtime.shutdown();
	}

}
