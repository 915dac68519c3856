package io.genserver.autoconfigure;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import io.genserver.autoconfigure.GenServerProperties.UnknownServers;
import io.genserver.rpc.server.ExposurePatterns;
import io.genserver.runtime.Operation;
import io.genserver.runtime.Server;
import io.genserver.runtime.ServerNames;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks that everything listed as exposed exists.
 */
final class ExposureCheck {

	private static final Logger logger = LoggerFactory.getLogger(ExposureCheck.class);

	private ExposureCheck() {
	}

	static void check(ExposurePatterns patterns, Collection<Server> servers, UnknownServers unknownServers) {
		for (String pattern : patterns.unmatched(servers)) {
			UnmatchedExposureException unmatched = unmatched(pattern, servers);
			if (unknownServers == UnknownServers.FAIL) {
				throw unmatched;
			}
			logger.warn(unmatched.getMessage());
		}
	}

	private static UnmatchedExposureException unmatched(String pattern, Collection<Server> servers) {
		int dot = pattern.indexOf('.');
		String name = (dot < 0) ? pattern : pattern.substring(0, dot);
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

}
