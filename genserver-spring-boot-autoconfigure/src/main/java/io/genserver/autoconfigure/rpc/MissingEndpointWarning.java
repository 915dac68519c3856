package io.genserver.autoconfigure.rpc;

import java.util.Arrays;

import io.genserver.log.SafeLogger;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ApplicationContext;
import org.springframework.util.ClassUtils;

/**
 * Logs why there is no RPC endpoint although one is enabled. Needs nothing whose absence
 * may be the reason.
 */
final class MissingEndpointWarning implements SmartInitializingSingleton {

	private static final SafeLogger logger = SafeLogger.of(MissingEndpointWarning.class);

	private static final String RUNTIME = "io.genserver.runtime.GenServerRuntime";

	private static final String WEBFLUX = "org.springframework.web.reactive.DispatcherHandler";

	private static final String SERVER = "org.springframework.boot.web.server.reactive.ReactiveWebServerFactory";

	private final ApplicationContext context;

	MissingEndpointWarning(ApplicationContext context) {
		this.context = context;
	}

	@Override
	public void afterSingletonsInstantiated() {
		logger.warn("There is no RPC endpoint, though genserver.rpc.enabled is true: {}", reason(this.context));
	}

	private static String reason(ApplicationContext context) {
		if (beans(context, RUNTIME).length == 0) {
			return "there is no GenServerRuntime, as when genserver.enabled is false";
		}
		if (!ClassUtils.isPresent(WEBFLUX, context.getClassLoader())) {
			return "it needs WebFlux, add spring-boot-starter-webflux";
		}
		String[] servers = beans(context, SERVER);
		if (servers.length == 0) {
			return "it needs a WebFlux application with an embedded web server, and this application is none"
					+ " (where Spring MVC is on the class path too, set spring.main.web-application-type to 'reactive')";
		}
		return "it needs Reactor Netty as web server (spring-boot-starter-reactor-netty), this application has "
				+ String.join(", ", Arrays.stream(servers).map((each) -> typeName(context, each)).toList());
	}

	private static String[] beans(ApplicationContext context, String typeName) {
		try {
			return context.getBeanNamesForType(ClassUtils.forName(typeName, context.getClassLoader()), true, false);
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return new String[0];
		}
	}

	private static String typeName(ApplicationContext context, String bean) {
		Class<?> type = context.getType(bean);
		return (type != null) ? type.getSimpleName() : bean;
	}

}
