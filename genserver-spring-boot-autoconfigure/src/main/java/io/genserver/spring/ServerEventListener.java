package io.genserver.spring;

import java.lang.reflect.Method;

import io.genserver.GenServerUnavailableException;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.Server;
import io.genserver.runtime.contract.HandlerMethod;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.ApplicationListenerMethodAdapter;
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

	private final EventConditions conditions;

	ServerEventListener(Server server, Class<?> type, Method method, EventConditions conditions) {
		super(server.name(), type, method);
		this.server = server;
		this.operation = new HandlerMethod(method);
		this.conditions = conditions;
	}

	@Override
	public void processEvent(ApplicationEvent event) {
		@Nullable Object[] arguments = resolveArguments(event);
		if (arguments != null && holds(event, arguments)) {
			try {
				this.server.cast(null, this.operation, this.operation.payload(arguments));
			}
			catch (GenServerUnavailableException ex) {
				log.debug("Event {} came too late", event, ex);
			}
		}
	}

	@Override
	public boolean shouldHandle(ApplicationEvent event) {
		@Nullable Object[] arguments = resolveArguments(event);
		return arguments != null && holds(event, arguments);
	}

	private boolean holds(ApplicationEvent event, @Nullable Object[] arguments) {
		String condition = getCondition();
		return !StringUtils.hasText(condition) || this.conditions.hold(condition, event, getTargetMethod(), arguments);
	}

}
