package io.genserver.autoconfigure;

import io.genserver.spring.ServerBean;
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
 * Says what to have injected instead of the class of a server, or instead of the contract
 * of a keyed one.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class ServerInjectionFailureAnalyzer extends AbstractInjectionFailureAnalyzer<BeansException> {

	private final @Nullable ConfigurableListableBeanFactory beanFactory;

	ServerInjectionFailureAnalyzer(BeanFactory beanFactory) {
		this.beanFactory = (beanFactory instanceof ConfigurableListableBeanFactory listable) ? listable : null;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BeansException first,
			@Nullable String injectionPoint) {
		Throwable cause = rootOf(first);
		Class<?> wanted = wanted(cause);
		ServerBean server = (wanted != null) ? server(wanted) : null;
		if (server == null || wanted == null) {
			return null;
		}
		boolean contract = server.contracts().contains(wanted);
		String description = ((injectionPoint != null) ? injectionPoint : "Something") + " required a bean of type '"
				+ wanted.getName() + "', which is "
				+ (contract ? "a contract of the keyed server '" : "the class of server '") + server.name() + "'. "
				+ (contract ? "A keyed server has an instance per key, so there is no single one to inject."
						: "The instance of a server is never handed out, because it handles one message at a time.");
		return new FailureAnalysis(description, "Inject " + server.injectable() + ".", cause);
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

	private static @Nullable Class<?> wanted(Throwable cause) {
		if (cause instanceof BeanNotOfRequiredTypeException mismatch) {
			return mismatch.getRequiredType();
		}
		if (cause instanceof NoSuchBeanDefinitionException missing
				&& !(missing instanceof NoUniqueBeanDefinitionException)) {
			ResolvableType type = missing.getResolvableType();
			return (type != null) ? type.resolve() : null;
		}
		return null;
	}

	private @Nullable ServerBean server(Class<?> wanted) {
		if (this.beanFactory == null) {
			return null;
		}
		for (String name : this.beanFactory.getBeanDefinitionNames()) {
			ServerBean server = ServerBean.of(this.beanFactory.getBeanDefinition(name));
			if (server != null && ((server.serverClass() == wanted && !wanted.isInterface())
					|| (server.annotation().keyed() && server.contracts().contains(wanted)))) {
				return server;
			}
		}
		return null;
	}

}
