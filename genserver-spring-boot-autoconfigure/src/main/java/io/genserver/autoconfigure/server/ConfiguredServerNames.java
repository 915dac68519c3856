package io.genserver.autoconfigure.server;

import java.util.Comparator;
import java.util.List;
import java.util.Set;

import io.genserver.autoconfigure.server.GenServerProperties.UnknownServers;
import io.genserver.runtime.SafeLogger;
import io.genserver.runtime.ServerNames;
import org.jspecify.annotations.Nullable;

/**
 * Checks that every server and background service that properties speak of exists.
 */
public final class ConfiguredServerNames {

	private static final SafeLogger logger = SafeLogger.of(ConfiguredServerNames.class);

	private ConfiguredServerNames() {
	}

	static void check(GenServerProperties properties, List<String> servers) {
		check("server", "genserver.servers", properties.getServers().keySet(), servers, properties.getUnknownServers());
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
