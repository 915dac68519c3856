package io.genserver.rpc.server;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.regex.Pattern;

import io.genserver.runtime.Server;
import io.genserver.runtime.ServerNames;
import io.genserver.runtime.contract.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Which operations peers may call, as configured: names of servers ({@code kv}) or of
 * operations ({@code kv.get}), in which {@code *} stands for any characters. Of a
 * server's name, case, dashes and underscores do not matter. A server's own setting
 * outweighs the patterns. Immutable.
 */
public final class ExposurePatterns implements BiPredicate<Server, Operation> {

	private final List<OperationPattern> patterns;

	private final Function<String, @Nullable Boolean> perServer;

	/**
	 * Create.
	 * @param patterns names or patterns
	 * @param perServer whether a server of a name is exposed, {@code null} if the
	 * patterns decide that
	 */
	public ExposurePatterns(List<String> patterns, Function<String, @Nullable Boolean> perServer) {
		List<OperationPattern> parsed = new ArrayList<>();
		patterns.forEach((each) -> parsed.add(OperationPattern.of(each.trim())));
		this.patterns = List.copyOf(parsed);
		this.perServer = perServer;
	}

	@Override
	public boolean test(Server server, Operation operation) {
		Boolean own = this.perServer.apply(server.name());
		if (own != null) {
			return own;
		}
		return this.patterns.stream().anyMatch((each) -> each.matches(server, operation));
	}

	/**
	 * Return the patterns that no operation matches: they are mistakes, unless they match
	 * everything there may be.
	 * @param servers the servers there are
	 * @return patterns as they were given
	 */
	public List<String> unmatched(Iterable<Server> servers) {
		List<String> unmatched = new ArrayList<>();
		for (OperationPattern pattern : this.patterns) {
			if (!pattern.text().equals("*") && !pattern.matchesAny(servers)) {
				unmatched.add(pattern.text());
			}
		}
		return unmatched;
	}

	/** One pattern, taken apart at its first dot. */
	private record OperationPattern(String text, Pattern server, Pattern operation) {

		static OperationPattern of(String text) {
			int dot = text.indexOf('.');
			String server = (dot < 0) ? text : text.substring(0, dot);
			String operation = (dot < 0) ? "*" : text.substring(dot + 1);
			return new OperationPattern(text, wildcards(ServerNames.uniform(server)), wildcards(operation));
		}

		private static Pattern wildcards(String text) {
			StringBuilder regex = new StringBuilder();
			for (String literal : text.split("\\*", -1)) {
				regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(literal));
			}
			return Pattern.compile(regex.toString());
		}

		boolean matches(Server server, Operation operation) {
			return this.server.matcher(ServerNames.uniform(server.name())).matches()
					&& this.operation.matcher(operation.name()).matches();
		}

		boolean matchesAny(Iterable<Server> servers) {
			for (Server server : servers) {
				if (server.definition().operations().stream().anyMatch((each) -> matches(server, each))) {
					return true;
				}
			}
			return false;
		}

	}

}
