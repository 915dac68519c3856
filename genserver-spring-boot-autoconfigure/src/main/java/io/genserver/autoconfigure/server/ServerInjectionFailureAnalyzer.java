package io.genserver.autoconfigure.server;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import io.genserver.spring.ServerBean;
import io.genserver.spring.ServerBeanDefinitions;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanNotOfRequiredTypeException;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;

/**
 * Says what to have injected instead of what there is not: the class of a server, the
 * contract of a keyed one, a ref of the wrong kind, or anything at all where servers are
 * switched off.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class ServerInjectionFailureAnalyzer extends AbstractInjectionFailureAnalyzer<BeansException> {

	private static final List<Class<?>> GIVEN_BY_SERVERS = List.of(GenServerRef.class, Keyed.class,
			GenServerRegistry.class, GenServerContext.class);

	private final @Nullable ConfigurableListableBeanFactory beanFactory;

	ServerInjectionFailureAnalyzer(BeanFactory beanFactory) {
		this.beanFactory = (beanFactory instanceof ConfigurableListableBeanFactory listable) ? listable : null;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BeansException first,
			@Nullable String injectionPoint) {
		Throwable cause = rootOf(first);
		ResolvableType wanted = wanted(cause);
		Advice advice = (wanted != null && this.beanFactory != null) ? advice(wanted, this.beanFactory) : null;
		if (advice == null || wanted == null) {
			return null;
		}
		return new FailureAnalysis(((injectionPoint != null) ? injectionPoint : "Something")
				+ " required a bean of type '" + wanted + "', " + advice.problem(), advice.action(), cause);
	}

	private static @Nullable Advice advice(ResolvableType wanted, ConfigurableListableBeanFactory beanFactory) {
		Class<?> type = wanted.toClass();
		List<ServerBean> servers = servers(beanFactory);
		if (GIVEN_BY_SERVERS.contains(type)) {
			if (beanFactory.getBeanNamesForType(ServerBeanDefinitions.class, true, false).length == 0) {
				return new Advice("which there is only where there are servers: they are switched off.",
						"Remove genserver.enabled=false, or the exclusion of GenServerAutoConfiguration.");
			}
			if (type == GenServerContext.class) {
				return new Advice("which only servers are given.",
						"Annotate the class @GenServer if it is to be a server. Elsewhere use "
								+ "GenServerContext.current(), which works in a server's turn.");
			}
			ResolvableType of = wanted.getGeneric();
			return (of != ResolvableType.NONE) ? face(of.toClass(), servers) : null;
		}
		for (ServerBean server : servers) {
			if (server.serverClass() == type && !type.isInterface()) {
				return new Advice(
						"which is the class of server '" + server.name() + "'. The instance of a server is never "
								+ "handed out, because it handles one message at a time.",
						"Inject " + server.injectable() + ".");
			}
			if (server.annotation().keyed() && server.contracts().contains(type)) {
				return new Advice(
						"which is a contract of the keyed server '" + server.name() + "'. A keyed server has an "
								+ "instance per key, so there is no single one to inject.",
						"Inject " + server.injectable() + ".");
			}
		}
		List<ServerBean> named = servers.stream().filter((each) -> each.contracts().contains(type)).toList();
		return named.isEmpty() ? null
				: new Advice("but none that it may be given. It is a contract of: " + names(named) + ".",
						"Use the server's name as the qualifier: @Qualifier(\"" + named.getFirst().name() + "\").");
	}

	/** Wanted as a ref, or by key, where there is no such server, or it is not so. */
	private static Advice face(Class<?> of, List<ServerBean> servers) {
		List<ServerBean> found = servers.stream()
			.filter((each) -> each.serverClass() == of || each.contracts().contains(of))
			.toList();
		if (found.isEmpty()) {
			return new Advice(
					"but no server is a " + of.getName() + ". "
							+ (servers.isEmpty() ? "There is none at all."
									: "The servers are: " + names(servers) + "."),
					"Name the class or a contract of a server, or annotate " + of.getSimpleName()
							+ " @GenServer and let it be found by component scan.");
		}
		ServerBean server = found.getFirst();
		return new Advice("but server '" + server.name() + "' is " + (server.annotation().keyed() ? "" : "not ")
				+ "keyed, or has another name than the qualifier says.", "Inject " + server.injectable() + ".");
	}

	private static String names(List<ServerBean> servers) {
		return servers.stream().map(ServerBean::name).collect(Collectors.joining(", "));
	}

	private static Throwable rootOf(Throwable failure) {
		Throwable root = failure;
		for (Throwable each = failure; each != null; each = each.getCause()) {
			if (wanted(each) != null) {
				root = each;
			}
		}
		return root;
	}

	private static @Nullable ResolvableType wanted(Throwable cause) {
		if (cause instanceof BeanNotOfRequiredTypeException mismatch) {
			return ResolvableType.forClass(mismatch.getRequiredType());
		}
		if (cause instanceof NoSuchBeanDefinitionException missing
				&& !(missing instanceof NoUniqueBeanDefinitionException)) {
			return missing.getResolvableType();
		}
		return null;
	}

	private static List<ServerBean> servers(ConfigurableListableBeanFactory beanFactory) {
		return Arrays.stream(beanFactory.getBeanDefinitionNames())
			.map(beanFactory::getBeanDefinition)
			.map(ServerBean::of)
			.filter(Objects::nonNull)
			.toList();
	}

	/**
	 * What to say.
	 *
	 * @param problem why there is no such bean
	 * @param action what to do about it
	 */
	private record Advice(String problem, String action) {
	}

}
