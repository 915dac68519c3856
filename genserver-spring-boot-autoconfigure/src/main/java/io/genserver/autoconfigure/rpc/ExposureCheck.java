package io.genserver.autoconfigure.rpc;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import io.genserver.autoconfigure.server.ConfiguredServerNames;
import io.genserver.autoconfigure.server.GenServerProperties.UnknownServers;
import io.genserver.log.SafeLogger;
import io.genserver.rpc.server.ExposurePatterns;
import io.genserver.runtime.Server;
import io.genserver.runtime.ServerNames;
import io.genserver.runtime.contract.Operation;

/**
 * Checks that everything listed as exposed exists.
 */
final class ExposureCheck {

	private static final SafeLogger logger = SafeLogger.of(ExposureCheck.class);

	private ExposureCheck() {
	}

	/**
	 * Servers that are elsewhere are exposed there: a pattern may stay when its server
	 * has moved.
	 */
	static void check(ExposurePatterns patterns, Collection<Server> servers, List<String> elsewhere,
			UnknownServers unknownServers) {
		List<String> moved = elsewhere.stream().map(ServerNames::uniform).toList();
		for (String pattern : patterns.unmatched(servers)) {
			if (moved.contains(ServerNames.uniform(serverOf(pattern)))) {
				continue;
			}
			UnmatchedExposureException unmatched = unmatched(pattern, servers);
			if (unknownServers == UnknownServers.FAIL) {
				throw unmatched;
			}
			logger.warn("{}", unmatched.getMessage());
		}
	}

	private static UnmatchedExposureException unmatched(String pattern, Collection<Server> servers) {
		int dot = pattern.indexOf('.');
		String name = serverOf(pattern);
		List<String> operations = new ArrayList<>();
		for (Server server : servers) {
			if (ServerNames.uniform(server.name()).equals(ServerNames.uniform(name))) {
				for (Operation operation : server.definition().operations()) {
					operations.add(server.name() + "." + operation.name());
				}
			}
		}
		if (!operations.isEmpty()) {
			return new UnmatchedExposureException(pattern, operations,
					ConfiguredServerNames.nearest(pattern, operations));
		}
		List<String> names = servers.stream().map(Server::name).toList();
		String nearest = ConfiguredServerNames.nearest(name, names);
		return new UnmatchedExposureException(pattern, names,
				(nearest != null && dot >= 0) ? nearest + pattern.substring(dot) : nearest);
	}

	private static String serverOf(String pattern) {
		int dot = pattern.indexOf('.');
		return (dot < 0) ? pattern : pattern.substring(0, dot);
	}

}
