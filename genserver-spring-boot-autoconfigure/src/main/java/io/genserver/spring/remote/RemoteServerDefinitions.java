package io.genserver.spring.remote;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;

import io.genserver.Keyed;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.runtime.ServerNames;
import io.genserver.spring.DefinitionChanger;
import io.genserver.spring.DefinitionChanges;
import io.genserver.spring.InvalidServerException;
import io.genserver.spring.RemoteServerNames;
import io.genserver.spring.ServerContracts;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Puts a proxy of a remote server where code expects a server of this application, so
 * that a server moves to another process without its callers changing. If this
 * application has the server's class, its bean definition gives way, and tells the
 * contract.
 */
public final class RemoteServerDefinitions
		implements BeanDefinitionRegistryPostProcessor, PriorityOrdered, RemoteServerNames, DefinitionChanger {

	private final Set<String> clients;

	private final List<RemoteServer> servers;

	private final BiFunction<BeanFactory, String, GenServerClient> connect;

	private final Set<Class<?>> contracts = new LinkedHashSet<>();

	private @Nullable DefinitionChanges changes;

	/**
	 * Create.
	 * @param clients names of the clients there are
	 * @param servers the servers they reach
	 * @param connect makes the client of a name
	 */
	public RemoteServerDefinitions(Set<String> clients, List<RemoteServer> servers,
			BiFunction<BeanFactory, String, GenServerClient> connect) {
		this.clients = new LinkedHashSet<>(clients);
		this.servers = List.copyOf(servers);
		this.connect = connect;
	}

	@Override
	public List<String> names() {
		return this.servers.stream().map(RemoteServer::name).toList();
	}

	/**
	 * Return the contracts of the servers.
	 * @return the interfaces that proxies of remote servers have
	 */
	public Set<Class<?>> contracts() {
		return Set.copyOf(this.contracts);
	}

	@Override
	public DefinitionChanges changes() {
		return Objects.requireNonNull(this.changes, "not part of a bean factory");
	}

	/** After those that find definitions, before those that change them. */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
		// The servers' definitions may still be to come.
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		replace((DefaultListableBeanFactory) beanFactory);
	}

	private void replace(DefaultListableBeanFactory beanFactory) {
		DefinitionChanges made = new DefinitionChanges(beanFactory);
		this.changes = made;
		for (String client : this.clients) {
			register(beanFactory, made, client);
		}
		for (RemoteServer server : this.servers) {
			register(beanFactory, made, server);
		}
	}

	private void register(DefaultListableBeanFactory beanFactory, DefinitionChanges made, String client) {
		RootBeanDefinition definition = new RootBeanDefinition(GenServerClient.class);
		definition.setInstanceSupplier(() -> this.connect.apply(beanFactory, client));
		definition.setDestroyMethodName("close");
		qualify(definition, client);
		made.register(beanName(client), definition);
	}

	private void register(DefaultListableBeanFactory beanFactory, DefinitionChanges made, RemoteServer server) {
		String local = local(beanFactory, server.name());
		ServerContracts known = (local != null) ? known(beanFactory, server, local) : null;
		Class<?> contract = contract(beanFactory, server, known);
		boolean keyed = (server.keyed() != null) ? server.keyed() : known != null && known.keyed();
		String name = (local != null) ? local : server.name();
		ResolvableType type = keyed ? ResolvableType.forClassWithGenerics(Keyed.class, contract)
				: ResolvableType.forClass(contract);
		RootBeanDefinition definition = new RootBeanDefinition();
		definition.setTargetType(type);
		definition.setSynthetic(true);
		definition.setInstanceSupplier(() -> {
			GenServerClient client = beanFactory.getBean(beanName(server.client()), GenServerClient.class);
			return keyed ? client.keyed(name, contract) : client.server(name, contract);
		});
		qualify(definition, name);
		if (local != null) {
			definition.setPrimary(made.remove(local).isPrimary());
		}
		made.register(name, definition);
		this.contracts.add(contract);
	}

	private static void qualify(RootBeanDefinition definition, String name) {
		definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, name));
		definition.addQualifier(new AutowireCandidateQualifier("jakarta.inject.Named", name));
	}

	private static String beanName(String client) {
		return client + "GenServerClient";
	}

	/** The bean of this application that bears the server's name. */
	private static @Nullable String local(DefaultListableBeanFactory beanFactory, String name) {
		for (String each : beanFactory.getBeanDefinitionNames()) {
			BeanDefinition definition = beanFactory.getBeanDefinition(each);
			if (!definition.isAbstract() && ServerNames.uniform(each).equals(ServerNames.uniform(name))) {
				return each;
			}
		}
		return null;
	}

	private static ServerContracts known(DefaultListableBeanFactory beanFactory, RemoteServer server, String local) {
		ServerContracts known = ServerContracts.find(beanFactory, local);
		if (known == null) {
			throw new InvalidServerException("Bean '" + local + "' has the name of a remote server, "
					+ server.property() + ", but is no server itself and would not be the same to its users.",
					"Rename the bean.");
		}
		return known;
	}

	private static Class<?> contract(DefaultListableBeanFactory beanFactory, RemoteServer server,
			@Nullable ServerContracts known) {
		if (server.contract() != null) {
			return named(server, server.contract(), beanFactory.getBeanClassLoader());
		}
		if (known == null) {
			throw new InvalidServerException(
					"This application has no server named '" + server.name() + "', so the contract of the remote one"
							+ " is not known.",
					"Name the interface: " + server.property() + "=<fully qualified name of the contract>.");
		}
		List<Class<?>> contracts = known.leaves();
		if (contracts.size() != 1) {
			throw new InvalidServerException(
					"Server '" + server.name() + "' (" + known.serverClass().getName() + ") has "
							+ (contracts.isEmpty() ? "no contract" : "several contracts")
							+ ", so it is not clear as what the remote one is to be injected.",
					contracts.isEmpty() ? "Let the class implement an interface with its operations."
							: "Name one of " + contracts.stream().map(Class::getName).toList() + " in "
									+ server.property() + ".contract.");
		}
		return contracts.getFirst();
	}

	private static Class<?> named(RemoteServer server, String contract, @Nullable ClassLoader classLoader) {
		try {
			Class<?> type = ClassUtils.forName(contract, classLoader);
			if (type.isInterface()) {
				return type;
			}
		}
		catch (ClassNotFoundException | LinkageError ex) {
			throw new InvalidServerException(
					server.property() + " names the contract " + contract + ", which cannot be loaded: " + ex + ".",
					"Name an interface on the class path, fully qualified.");
		}
		throw new InvalidServerException(server.property() + " names " + contract + ", which is no interface.",
				"Name the contract, not the server's class.");
	}

}
