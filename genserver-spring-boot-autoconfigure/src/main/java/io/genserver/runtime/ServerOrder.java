package io.genserver.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts servers into the order of their starts, which is the reverse of the order in which
 * they stop: each after the servers it depends on, and otherwise as they were.
 * <p>
 * Servers that depend on each other in a circle cannot each be before the others. Among
 * themselves they stay in the order as it was, so the same servers always have the same
 * order, and ordering them again changes nothing: they stop in the reverse of the order
 * in which they started.
 */
public final class ServerOrder {

	private final Map<String, Server> servers = new LinkedHashMap<>();

	private final Map<String, Integer> positions = new HashMap<>();

	private final Map<String, Set<String>> dependencies;

	private final Set<String> seen = new HashSet<>();

	private final List<Server> ordered = new ArrayList<>();

	private ServerOrder(Collection<Server> servers, Map<String, Set<String>> dependencies) {
		this.dependencies = dependencies;
		for (Server server : servers) {
			this.positions.put(server.name(), this.positions.size());
			this.servers.put(server.name(), server);
		}
	}

	/**
	 * Order some servers.
	 * @param servers the servers, in the order to keep where nothing is known
	 * @param dependencies by the name of each server the names of those that it depends
	 * on; names of servers that are not to be ordered are ignored
	 * @return their order
	 */
	static ServerOrder of(Collection<Server> servers, Map<String, Set<String>> dependencies) {
		ServerOrder order = new ServerOrder(servers, dependencies);
		order.servers.keySet().forEach(order::add);
		return order;
	}

	/** The servers, each after those that it depends on. */
	List<Server> ofStart() {
		return List.copyOf(this.ordered);
	}

	/** The servers, each before those that it depends on. */
	List<Server> ofStop() {
		return List.copyOf(this.ordered).reversed();
	}

	/** The servers that stop earlier than one since they depend on it. */
	List<Server> dependents(Server server) {
		if (this.dependencies.values().stream().noneMatch((each) -> each.contains(server.name()))) {
			return List.of();
		}
		int position = this.ordered.indexOf(server);
		return this.ordered.subList(position + 1, this.ordered.size())
			.stream()
			.filter((each) -> leadsTo(this.dependencies, each.name(), server.name()))
			.toList();
	}

	private void add(String name) {
		Server server = this.servers.get(name);
		if (server == null || !this.seen.add(name)) {
			return;
		}
		reachable(this.dependencies, name).stream()
			.filter((each) -> counts(name, each))
			.sorted(Comparator.comparing(this::position))
			.forEach(this::add);
		this.ordered.add(server);
	}

	private boolean counts(String name, String other) {
		return this.servers.containsKey(other)
				&& (position(other) < position(name) || !leadsTo(this.dependencies, other, name));
	}

	private int position(String name) {
		return this.positions.getOrDefault(name, 0);
	}

	/**
	 * Tell whether one server depends on another, directly or through others.
	 * @param dependencies by the name of each server the names of those that it depends
	 * on
	 * @param from name of one server
	 * @param to name of the other
	 * @return whether it does; a server depends on itself
	 */
	public static boolean leadsTo(Map<String, Set<String>> dependencies, String from, String to) {
		return from.equals(to) || (dependencies.containsKey(from) && reachable(dependencies, from).contains(to));
	}

	private static Set<String> reachable(Map<String, Set<String>> dependencies, String from) {
		Set<String> met = new LinkedHashSet<>(List.of(from));
		Deque<String> open = new ArrayDeque<>(met);
		while (!open.isEmpty()) {
			for (String each : dependencies.getOrDefault(open.remove(), Set.of())) {
				if (met.add(each)) {
					open.add(each);
				}
			}
		}
		return met;
	}

}
