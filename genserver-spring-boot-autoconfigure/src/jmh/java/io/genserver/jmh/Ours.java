package io.genserver.jmh;

import java.util.List;
import java.util.function.Supplier;

import io.genserver.GenServerRef;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.LocalRegistry;
import io.genserver.runtime.ReflectiveContracts;
import io.genserver.runtime.ReplyAdapters;
import io.genserver.runtime.RuntimeSettings;
import io.genserver.runtime.ServerSettings;

/**
 * A runtime as an application has it: default settings, hence bounded mailboxes that block
 * their senders, deadlines of five seconds, supervision.
 */
final class Ours implements AutoCloseable {

	private final GenServerRuntime runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS, null, List.of(),
			() -> false);

	private final LocalRegistry registry = new LocalRegistry(this.runtime, new ReflectiveContracts(ReplyAdapters.JDK),
			ServerSettings.DEFAULTS);

	Ours() {
		this.runtime.start();
	}

	<S> GenServerRef<S> start(String name, Class<S> type, Supplier<S> factory) {
		return this.registry.start(name, type, factory);
	}

	<C> C contract(String name, Class<C> contract) {
		return this.registry.contract(name, contract);
	}

	@Override
	public void close() {
		this.runtime.shutdown();
	}

}
