package io.genserver.spring.propagation;

import java.util.Locale;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;

/**
 * Registers the diagnostic context of the log with context propagation, unless that is
 * done. It stays registered, as Reactor's own hooks do: other applications in the JVM may
 * rely on it by then.
 */
public final class DiagnosticAccessor {

	/**
	 * Register.
	 * @param registry the registry that Reactor looks at
	 */
	public DiagnosticAccessor(ContextRegistry registry) {
		boolean known = registry.getThreadLocalAccessors()
			.stream()
			.anyMatch((accessor) -> Slf4jThreadLocalAccessor.KEY.equals(accessor.key())
					|| String.valueOf(accessor.key()).toLowerCase(Locale.ROOT).contains("mdc"));
		if (!known) {
			registry.registerThreadLocalAccessor(new Slf4jThreadLocalAccessor());
		}
	}

}
