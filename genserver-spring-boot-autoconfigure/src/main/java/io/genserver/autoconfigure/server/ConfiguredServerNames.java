package io.genserver.autoconfigure.server;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.genserver.autoconfigure.server.GenServerProperties.UnknownServers;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.Server;
import io.genserver.runtime.ServerNames;
import io.genserver.spring.RemoteServerNames;
import io.genserver.spring.ServerBean;
import io.genserver.spring.ServerBeanDefinitions;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;

/**
 * Checks that every server and background service that properties speak of exists.
 */
public final class ConfiguredServerNames {

	private static final SafeLogger logger = SafeLogger.of(ConfiguredServerNames.class);

	private ConfiguredServerNames() {
	}

	/**
	 * Check the names of servers. Known are the servers of the context, those of other
	 * processes, and those of parent contexts, whose properties the context inherits.
	 */
	static void check(GenServerProperties properties, ServerBeanDefinitions definitions,
			ObjectProvider<RemoteServerNames> serversElsewhere, ApplicationContext context) {
		Stream<String> here = definitions.servers().stream().map(ServerBean::name);
		Stream<String> elsewhere = serversElsewhere.stream().flatMap((each) -> each.names().stream());
		Stream<String> all = Stream.concat(here, Stream.concat(elsewhere, above(context.getParent())));
		check("server", "genserver.servers", properties.getServers().keySet(), all.toList(),
				properties.getUnknownServers());
	}

	private static Stream<String> above(@Nullable ApplicationContext parent) {
		return (parent == null) ? Stream.empty()
				: Stream.concat(parent.getBeanProvider(GenServerRuntime.class)
					.stream()
					.flatMap((each) -> each.servers().stream())
					.map(Server::name), above(parent.getParent()));
	}

	/**
	 * Check some names.
	 * @param what what bears the names
	 * @param prefix where the properties are
	 */
	public static void check(String what, String prefix, Set<String> configured, List<String> existing,
			UnknownServers unknownServers) {
		List<String> known = existing.stream().map(ServerNames::uniform).toList();
		for (String name : configured) {
			if (!known.contains(ServerNames.uniform(name))) {
				UnknownServerException unknown = new UnknownServerException(what, prefix, name, existing,
						nearest(name, existing));
				if (unknownServers == UnknownServers.FAIL) {
					throw unknown;
				}
				logger.warn("{}", unknown.getMessage());
			}
		}
	}

	/** The one that takes the fewest edits, unless that is most of the name. */
	public static @Nullable String nearest(String name, List<String> servers) {
		String wanted = ServerNames.uniform(name);
		return servers.stream()
			.filter((each) -> distance(wanted, ServerNames.uniform(each)) <= Math.max(wanted.length(), 2) / 2)
			.min(Comparator.comparingInt((each) -> distance(wanted, ServerNames.uniform(each))))
			.orElse(null);
	}

	/** Insertions, deletions and replacements that lead from one to the other. */
	private static int distance(String one, String other) {
		int[] row = new int[other.length() + 1];
		for (int j = 0; j < row.length; j++) {
			row[j] = j;
		}
		for (int i = 1; i <= one.length(); i++) {
			int diagonal = row[0];
			row[0] = i;
			for (int j = 1; j < row.length; j++) {
				int replaced = diagonal + ((one.charAt(i - 1) != other.charAt(j - 1)) ? 1 : 0);
				diagonal = row[j];
				row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
			}
		}
		return row[other.length()];
	}

}
