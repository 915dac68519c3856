package io.genserver.rpc.client;

import java.util.List;

import io.genserver.rpc.codec.RpcCodec;
import io.genserver.rpc.inbound.ExposedOperations;
import io.genserver.rpc.outbound.EventLoops;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.RuntimeSettings;
import io.genserver.runtime.Server;
import io.genserver.runtime.ServerDefinition;
import io.genserver.runtime.ServerNames;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.contract.Contract;
import org.jspecify.annotations.Nullable;

/**
 * What a client answers when the other end calls: each handler is a server of its own,
 * made when the first is added. Safe for use by many threads.
 */
final class ServedHandlers implements AutoCloseable {

	private final ExposedOperations exposed = ExposedOperations.growing();

	private final List<RpcCodec> codecs;

	private @Nullable GenServerRuntime runtime;

	private boolean closed;

	ServedHandlers(RpcCodec codec) {
		this.codecs = List.of(codec);
	}

	ExposedOperations exposed() {
		return this.exposed;
	}

	synchronized <C> void add(String name, Class<C> type, C handler) {
		ServerNames.check(name);
		if (this.closed) {
			throw new IllegalStateException("The client is closed");
		}
		Contract<C> contract = Contract.of(type, ClientReplies.ALL);
		GenServerRuntime servers = this.runtime;
		if (servers == null) {
			servers = new GenServerRuntime(RuntimeSettings.DEFAULTS, null, List.of(), EventLoops::mustNotBlock);
			servers.start();
			this.runtime = servers;
		}
		Server server = servers.add(new ServerDefinition(name, type, List.of(), false, contract.operations(),
				() -> handler, ServerSettings.DEFAULTS));
		servers.start(server);
		this.exposed.add(servers, server, this.codecs);
	}

	@Override
	public synchronized void close() {
		this.closed = true;
		if (this.runtime != null) {
			this.runtime.shutdown();
		}
	}

}
