package io.genserver.spring;

import java.lang.reflect.Method;

import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.Server;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Lets the {@link org.springframework.context.event.EventListener} methods of servers
 * listen to the events of an application context, not later than those of other beans do,
 * and before the servers start: events that come early wait in the mailboxes.
 */
public final class ServerEventListeners implements InitializingBean {

	private final ServerBeanDefinitions definitions;

	private final GenServerRuntime runtime;

	private final ConfigurableApplicationContext context;

	/**
	 * Create.
	 * @param definitions the servers
	 * @param runtime where they are
	 * @param context publishes the events
	 */
	public ServerEventListeners(ServerBeanDefinitions definitions, GenServerRuntime runtime,
			ConfigurableApplicationContext context) {
		this.definitions = definitions;
		this.runtime = runtime;
		this.context = context;
	}

	@Override
	public void afterPropertiesSet() {
		EventExpressions expressions = new EventExpressions(this.context.getBeanFactory());
		for (ServerBean bean : this.definitions.servers()) {
			for (Method method : this.definitions.listening(bean)) {
				Server server = this.runtime.server(bean.name());
				this.context
					.addApplicationListener(new ServerEventListener(server, bean.serverClass(), method, expressions));
			}
		}
	}

}
