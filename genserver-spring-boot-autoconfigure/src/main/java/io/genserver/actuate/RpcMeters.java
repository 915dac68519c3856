package io.genserver.actuate;

import java.util.function.ToDoubleFunction;

import io.genserver.rpc.server.HandshakeTimeout;
import io.genserver.rpc.server.RpcConnection;
import io.genserver.rpc.server.RpcConnections;
import io.genserver.rpc.server.RpcWebHandler;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters of the RPC endpoint: what its connections hold at the moment, all together, how
 * many requests could not be decoded, and how many connections sent none. They are read
 * when they are asked for and cost nothing otherwise.
 */
public final class RpcMeters implements MeterBinder {

	private final RpcConnections connections;

	private final RpcWebHandler endpoint;

	private final HandshakeTimeout handshakes;

	/**
	 * Create the meters of an endpoint.
	 * @param connections its connections
	 * @param endpoint the endpoint itself
	 * @param handshakes ends connections without a request
	 */
	public RpcMeters(RpcConnections connections, RpcWebHandler endpoint, HandshakeTimeout handshakes) {
		this.connections = connections;
		this.endpoint = endpoint;
		this.handshakes = handshakes;
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
		FunctionCounter.builder("genserver.rpc.handshakes.expired", this.handshakes, HandshakeTimeout::expired)
			.description("Connections of the web server closed because their first request did not come in time")
			.baseUnit("connections")
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
