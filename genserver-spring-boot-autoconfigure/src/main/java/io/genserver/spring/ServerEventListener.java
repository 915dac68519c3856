package io.genserver.spring;

import java.lang.reflect.Method;
import java.util.Set;

import io.genserver.GenServerUnavailableException;
import io.genserver.Keyed;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.Server;
import io.genserver.runtime.contract.HandlerMethod;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.ApplicationListenerMethodAdapter;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.StringUtils;

/**
 * An event listener method of a server. What it listens to and when is said and decided
 * as for any other bean, on the thread that publishes; then the event is a cast, with the
 * server's overflow policy: the publisher waits for room, or gets what a sender gets.
 * Events for a server that has ended are dead letters and none of the publisher's
 * business.
 */
final class ServerEventListener extends ApplicationListenerMethodAdapter {

	private static final SafeLogger log = SafeLogger.of(ServerEventListener.class);

	private final Server server;

	private final HandlerMethod operation;

	private final EventExpressions expressions;

	/** Says which instances of a keyed server an event is for. */
	private final @Nullable String key;

	ServerEventListener(Server server, Class<?> type, Method method, EventExpressions expressions) {
		super(server.name(), type, method);
		this.server = server;
		this.operation = new HandlerMethod(method);
		this.expressions = expressions;
		this.key = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY)
			.get(Keyed.By.class)
			.getValue(MergedAnnotation.VALUE, String.class)
			.orElse(null);
	}

	@Override
	public void processEvent(ApplicationEvent event) {
		@Nullable Object[] arguments = resolveArguments(event);
		if (arguments == null || !holds(event, arguments)) {
			return;
		}
		if (this.key == null) {
			cast(null, event, arguments);
		}
		else {
			castToEach(this.expressions.keys(this.key, event, getTargetMethod(), arguments), event, arguments);
		}
	}

	/** Each instance gets its cast, whatever becomes of those of others. */
	private void castToEach(Set<String> keys, ApplicationEvent event, @Nullable Object[] arguments) {
		RuntimeException refusal = null;
		for (String each : keys) {
			try {
				if (each.isEmpty()) {
					throw new IllegalArgumentException("@Keyed.By(\"" + this.key + "\") of " + this.operation
							+ " gives an empty key for the event " + event.getClass().getName());
				}
				cast(each, event, arguments.clone());
			}
			catch (RuntimeException ex) {
				if (refusal == null) {
					refusal = ex;
				}
				else if (refusal != ex) {
					refusal.addSuppressed(ex);
				}
			}
		}
		if (refusal != null) {
			throw refusal;
		}
	}

	private void cast(@Nullable String to, ApplicationEvent event, @Nullable Object[] arguments) {
		try {
			this.server.cast(to, this.operation, this.operation.payload(arguments));
		}
		catch (GenServerUnavailableException ex) {
			log.debug("Event {} came too late", event, ex);
		}
	}

	@Override
	public boolean shouldHandle(ApplicationEvent event) {
		@Nullable Object[] arguments = resolveArguments(event);
		return arguments != null && holds(event, arguments);
	}

	private boolean holds(ApplicationEvent event, @Nullable Object[] arguments) {
		String condition = getCondition();
		return !StringUtils.hasText(condition) || this.expressions.hold(condition, event, getTargetMethod(), arguments);
	}

}
