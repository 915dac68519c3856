package io.genserver.autoconfigure.rpc;

import java.util.List;

import io.genserver.GenServerRegistry;
import io.genserver.MissingLibraryException;
import io.genserver.autoconfigure.server.GenServerProperties.UnknownServers;
import io.genserver.log.SafeLogger;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.rpc.inbound.ExposedOperations;
import io.genserver.rpc.server.BuiltInMethods;
import io.genserver.rpc.server.BuiltInMethods.Describe;
import io.genserver.rpc.server.ExposurePatterns;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.spring.RemoteServerNames;

import org.springframework.beans.factory.ObjectProvider;

/**
 * The operations that the endpoint exposes: those of servers that properties list, and
 * the endpoint's own.
 */
final class EndpointOperations {

	private static final SafeLogger logger = SafeLogger.of(EndpointOperations.class);

	private final GenServerRuntime runtime;

	private final ExposedOperations exposed;

	EndpointOperations(GenServerRuntime runtime, ExposurePatterns patterns, ObjectProvider<RpcCodec> codecs,
			ObjectProvider<RemoteServerNames> elsewhere, UnknownServers unknownServers) {
		this.runtime = runtime;
		ExposureCheck.check(patterns, runtime.servers(),
				elsewhere.stream().flatMap((each) -> each.names().stream()).toList(), unknownServers);
		List<RpcCodec> known = codecs.orderedStream().toList();
		if (known.isEmpty()) {
			throw new MissingLibraryException(
					"The RPC endpoint (genserver.rpc.enabled) has no RpcCodec bean to decode"
							+ " arguments with; the one for JSON",
					List.of("org.springframework.boot:spring-boot-starter-jackson"));
		}
		this.exposed = ExposedOperations.following(runtime, patterns, known);
	}

	/** All operations, once those of the endpoint itself are among them. */
	ExposedOperations offer(String path, GenServerRegistry registry, Describe describe) {
		logger.info("RPC endpoint at path '{}' exposes {} operations", path, this.exposed.wireNames().size());
		BuiltInMethods.offer(this.exposed, registry, this.runtime.settings().stuckHandlerLimit(), describe,
				System::nanoTime);
		return this.exposed;
	}

}
