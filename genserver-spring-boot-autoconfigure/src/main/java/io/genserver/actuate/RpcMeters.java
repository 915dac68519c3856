package io.genserver.actuate;

import java.util.function.ToDoubleFunction;

import io.genserver.rpc.server.RpcConnection;
import io.genserver.rpc.server.RpcConnections;
import io.genserver.rpc.server.RpcWebHandler;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters of the RPC endpoint: what its connections hold at the moment, all together, and
 * how many requests could not be decoded. They are read when they are asked for and cost
 * nothing otherwise.
 *
 * @since 0.1.0
 */
public final class RpcMeters implements MeterBinder {

	private final RpcConnections connections;

	private final RpcWebHandler endpoint;

	/**
	 * Create the meters of an endpoint.
	 * @param connections its connections
	 * @param endpoint the endpoint itself
	 */
	public RpcMeters(RpcConnections connections, RpcWebHandler endpoint) {
		this.connections = connections;
		this.endpoint = endpoint;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Gauge.builder("genserver.rpc.connections", this.connections, RpcConnections::size)
			.description("Open connections")
			.register(registry);
		sum(registry, "genserver.rpc.calls.inflight", "Calls of peers that hold a place", "calls",
				RpcConnection::callsInFlight);
		FunctionCounter.builder("genserver.rpc.bad.arguments", this.endpoint, RpcWebHandler::badArguments)
			.description("Requests of peers whose arguments could not be decoded")
			.baseUnit("requests")
			.register(registry);
		sum(registry, "genserver.rpc.unhandled", "Bytes received that wait to be handled", "bytes",
				RpcConnection::bytesUnhandled);
		sum(registry, "genserver.rpc.unsent", "Bytes that wait to be sent", "bytes", RpcConnection::bytesUnsent);
	}

	private void sum(MeterRegistry registry, String name, String description, String unit,
			ToDoubleFunction<RpcConnection> value) {
		Gauge.builder(name, this.connections, (all) -> all.list().stream().mapToDouble(value).sum())
			.description(description)
			.baseUnit(unit)
			.register(registry);
	}

}
