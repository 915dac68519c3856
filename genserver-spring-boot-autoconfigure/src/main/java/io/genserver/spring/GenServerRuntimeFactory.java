package io.genserver.spring;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

import io.genserver.DeadLetterListener;
import io.genserver.GenServerInterceptor;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.RuntimeSettings;
import io.genserver.runtime.ServerDefinition;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Makes the runtime of an application context, with all servers that are beans. They are
 * addressable at once.
 */
public final class GenServerRuntimeFactory {

	private final ServerBeanDefinitions definitions;

	private final ReflectiveContracts contracts;

	private final ServerEventPublisher events;

	private final ServerExecutors executors;

	/**
	 * Create.
	 * @param definitions the servers
	 * @param contracts knows what they can be asked to do
	 * @param events publishes what happens in their lives
	 * @param executors run those that name one
	 */
	public GenServerRuntimeFactory(ServerBeanDefinitions definitions, ReflectiveContracts contracts,
			ServerEventPublisher events, ServerExecutors executors) {
		this.definitions = definitions;
		this.contracts = contracts;
		this.events = events;
		this.executors = executors;
	}

	/**
	 * Make a runtime that is not started. The calling thread counts as the one that
	 * starts the application.
	 * @param settings settings of all servers together
	 * @param perServer settings of each server
	 * @param interceptors see every message; they are made when the first is sent, and
	 * may use servers themselves
	 * @param deadLetterListeners get messages that are refused or discarded; they are
	 * made when the first is, and may use servers themselves
	 * @param scheduler has the time and the threads, {@code null} for real ones
	 * @param classLoader where to look for optional libraries
	 * @return the runtime
	 */
	public GenServerRuntime create(RuntimeSettings settings, Function<ServerBean, ServerSettings> perServer,
			@Nullable Supplier<List<GenServerInterceptor>> interceptors,
			ObjectProvider<DeadLetterListener> deadLetterListeners, @Nullable Scheduler scheduler,
			@Nullable ClassLoader classLoader) {
		List<DeadLetterListener> deadLetters = List.of(new LateDeadLetterListeners(deadLetterListeners));
		BooleanSupplier nonBlocking = NonBlockingThreads.detect(classLoader);
		RuntimeSettings complete = settings.withClassLoader(classLoader);
		GenServerRuntime runtime = (scheduler != null)
				? new GenServerRuntime(complete, interceptors, deadLetters, nonBlocking, this.events, scheduler)
				: new GenServerRuntime(complete, interceptors, deadLetters, nonBlocking, this.events);
		runtime.orderBy(this.definitions.dependencies());
		boolean security = SecuredMethods.canBeSecured(classLoader);
		for (ServerBean server : this.definitions.servers()) {
			runtime.add(new ServerDefinition(server.name(), server.serverClass(), server.contracts(),
					server.annotation().keyed(),
					this.contracts.operationsOf(server.serverClass(), server.type().getType()),
					new BeanInstanceFactory(server, this.definitions.instances(), security), perServer.apply(server),
					this.contracts.timersOf(server.serverClass()), this.executors.of(server)));
		}
		return runtime;
	}

}
