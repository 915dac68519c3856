package io.genserver.spring;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import io.genserver.runtime.ServerOrder;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;

/**
 * Finds out which servers depend on which: a server depends on those whose contract, ref
 * or {@code Keyed} it has injected, or a bean has that it has injected, and on those it
 * names in {@code @DependsOn}. What Spring has injected so far counts, and what is
 * declared: servers are ordered before their instances are made, and an
 * {@code ObjectProvider} is asked late or never.
 * <p>
 * A bean that a method makes depends on the bean that has the method, too, which may have
 * servers injected that this bean never gets. Such a dependency counts unless servers
 * would depend on each other by it.
 */
final class ServerDependencies implements Supplier<Map<String, Set<String>>> {

	private final List<ServerBean> servers;

	private final DefaultListableBeanFactory beanFactory;

	private final DeclaredDependencies declared;

	/** The name of the server, by the name of each bean that stands for it. */
	private final Map<String, String> faces = new HashMap<>();

	/**
	 * Create.
	 * @param servers the servers
	 * @param beanFactory has their definitions
	 */
	ServerDependencies(List<ServerBean> servers, DefaultListableBeanFactory beanFactory) {
		this.servers = servers;
		this.beanFactory = beanFactory;
		this.declared = new DeclaredDependencies(beanFactory);
		for (ServerBean server : servers) {
			this.faces.put(server.name(), server.name());
			server.faces().forEach((face) -> this.faces.put(server.refName(face), server.name()));
		}
	}

	/**
	 * Return which servers each server depends on, by their names, as far as it is known
	 * now. Makes no beans.
	 */
	@Override
	public synchronized Map<String, Set<String>> get() {
		Map<String, Set<String>> certain = new LinkedHashMap<>();
		Map<String, Set<String>> all = new LinkedHashMap<>();
		for (ServerBean server : this.servers) {
			certain.put(server.name(), of(server, false));
			all.put(server.name(), of(server, true));
		}
		Map<String, Set<String>> result = new LinkedHashMap<>();
		all.forEach((name, others) -> {
			Set<String> counted = new LinkedHashSet<>(certain.getOrDefault(name, Set.of()));
			others.stream().filter((other) -> !ServerOrder.leadsTo(all, other, name)).forEach(counted::add);
			result.put(name, counted);
		});
		return result;
	}

	private Set<String> of(ServerBean server, boolean throughFactories) {
		Set<String> found = new LinkedHashSet<>();
		// Its method may call those of other beans, which Spring notes of its own bean.
		Deque<String> open = new ArrayDeque<>(List.of(server.instanceName(), server.name()));
		Set<String> met = new HashSet<>(open);
		while (!open.isEmpty()) {
			for (String bean : next(open.remove(), throughFactories)) {
				String other = this.faces.get(bean);
				if (other != null) {
					found.add(other);
				}
				else if (met.add(bean)) {
					open.add(bean);
				}
			}
		}
		found.remove(server.name());
		return found;
	}

	private Collection<String> next(String bean, boolean throughFactories) {
		Set<String> next = new LinkedHashSet<>(List.of(this.beanFactory.getDependenciesForBean(bean)));
		next.addAll(this.declared.of(bean));
		String factory = this.declared.factoryOf(bean);
		if (factory != null && throughFactories) {
			next.add(factory);
		}
		else if (factory != null) {
			next.remove(factory);
		}
		Set<String> names = new LinkedHashSet<>();
		next.forEach((each) -> names.add(this.beanFactory.canonicalName(each)));
		return names;
	}

}
