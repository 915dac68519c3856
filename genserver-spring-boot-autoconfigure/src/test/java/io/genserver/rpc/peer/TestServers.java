package io.genserver.rpc.peer;

import java.util.List;
import java.util.function.Supplier;

import io.genserver.GenServerInterceptor;
import io.genserver.GenServerRegistry;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ext.ExtLimits;
import io.genserver.rpc.codec.CborCodec;
import io.genserver.rpc.codec.JsonCodec;
import io.genserver.rpc.inbound.ExposedOperations;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.LocalRegistry;
import io.genserver.runtime.RuntimeSettings;
import io.genserver.runtime.ServerDefinition;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.runtime.contract.ReplyAdapters;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.testsupport.PeerContexts;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORMapper;

/** Servers without a container, exposed to peers. */
public final class TestServers implements AutoCloseable {

	private final GenServerRuntime runtime;

	private final ReflectiveContracts contracts = new ReflectiveContracts(ReplyAdapters.JDK);

	public TestServers(GenServerInterceptor... interceptors) {
		this.runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS,
				(interceptors.length > 0) ? () -> List.of(interceptors) : null, List.of(), () -> false);
	}

	/**
	 * With the time and the threads of a given scheduler.
	 * @param scheduler closed with the servers
	 * @param interceptors see every message
	 */
	TestServers(Scheduler scheduler, GenServerInterceptor... interceptors) {
		this.runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS,
				(interceptors.length > 0) ? () -> List.of(interceptors) : null, List.of(), () -> false, (event) -> {
				}, scheduler);
	}

	public TestServers add(String name, Object instance) {
		return add(name, instance.getClass(), () -> instance, false, ServerSettings.DEFAULTS);
	}

	public TestServers add(String name, Class<?> type, Supplier<Object> factory, boolean keyed,
			ServerSettings settings) {
		this.runtime.add(new ServerDefinition(name, type, this.contracts.contractsOf(type), keyed,
				this.contracts.operationsOf(name, type), factory::get, settings));
		return this;
	}

	public TestServers start() {
		this.runtime.start();
		return this;
	}

	public GenServerRuntime runtime() {
		return this.runtime;
	}

	public GenServerRegistry registry() {
		return new LocalRegistry(this.runtime, this.contracts, ServerSettings.DEFAULTS);
	}

	/** All servers but those whose name begins with "hidden". */
	public ExposedOperations exposed() {
		return ExposedOperations.of(this.runtime, (server, operation) -> !server.name().startsWith("hidden"),
				List.of(new JsonCodec(JsonMapper.builder().build()), new CborCodec(CBORMapper.shared())));
	}

	public PeerContext context(ProtocolLimits limits) {
		return PeerContexts.of(limits, ExtLimits.defaults(), StreamFailure.ERROR, exposed(), this.runtime::execute,
				System::nanoTime);
	}

	@Override
	public void close() {
		this.runtime.shutdown();
	}

}
