package io.genserver.spring;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.BooleanSupplier;

import io.genserver.GenServer;
import io.genserver.runtime.contract.AnnotationText;
import io.genserver.runtime.scheduling.TurnExecutor;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/**
 * The executor beans that run the turns of servers which name one.
 */
public final class ServerExecutors {

	private final ListableBeanFactory beans;

	private final int phase;

	private final AnnotationText text;

	private final Map<String, TurnExecutor> known = new ConcurrentHashMap<>();

	/**
	 * Create.
	 * @param beans where the executors are
	 * @param phase in which the servers start and stop
	 * @param text reads the attributes of annotations
	 */
	public ServerExecutors(ListableBeanFactory beans, int phase, AnnotationText text) {
		this.beans = beans;
		this.phase = phase;
		this.text = text;
	}

	/**
	 * Return what runs the turns of a server that is a bean.
	 * @param server the server
	 * @return the executor, or {@code null} for the engine's workers
	 * @throws InvalidServerException if the bean it names cannot do so
	 */
	public @Nullable TurnExecutor of(ServerBean server) {
		return find(server.name(), server.serverClass(), server.annotation().executor());
	}

	/**
	 * Return what runs the turns of a server that is started at run time.
	 * @param name its name
	 * @param type its class, whose annotation counts
	 * @return the executor, or {@code null} for the engine's workers
	 * @throws InvalidServerException if the bean it names cannot do so
	 */
	public @Nullable TurnExecutor of(String name, Class<?> type) {
		MergedAnnotation<GenServer> annotation = MergedAnnotations.from(type, SearchStrategy.SUPERCLASS)
			.get(GenServer.class);
		return annotation.isPresent() ? find(name, type, annotation.getString("executor")) : null;
	}

	private @Nullable TurnExecutor find(String server, Class<?> type, String written) {
		String bean = this.text.read("executor", written, (value) -> value,
				(attribute, reason) -> new InvalidServerException(
						"Server '" + server + "' is annotated @GenServer with " + attribute + ", on class "
								+ type.getName() + ". " + reason + ".",
						"Correct the annotation of " + type.getName() + ", or set the property that it names."));
		if (bean == null) {
			return null;
		}
		TurnExecutor executor = this.known.get(bean);
		if (executor == null) {
			executor = new TurnExecutor(bean, bean(server, bean), shutDown(bean));
			TurnExecutor first = this.known.putIfAbsent(bean, executor);
			executor = (first != null) ? first : executor;
		}
		return executor;
	}

	private Executor bean(String server, String bean) {
		String wanted = "Server '" + server + "' is to run on executor '" + bean + "'";
		if (!this.beans.containsBean(bean)) {
			throw new InvalidServerException(wanted + ", but there is no bean of that name.",
					"Define an Executor bean named '" + bean + "', or correct the executor in the server's @GenServer."
							+ executors());
		}
		if (!this.beans.isTypeMatch(bean, Executor.class)) {
			throw new InvalidServerException(
					wanted + ", but that bean is a " + typeName(this.beans.getType(bean)) + " and not an Executor.",
					"Name an Executor or AsyncTaskExecutor bean in the server's @GenServer." + executors());
		}
		Executor executor = this.beans.getBean(bean, Executor.class);
		RejectedExecutionHandler handler = handler(executor);
		if (handler instanceof ThreadPoolExecutor.DiscardPolicy
				|| handler instanceof ThreadPoolExecutor.DiscardOldestPolicy) {
			throw new InvalidServerException(
					wanted + ", which discards tasks when it is full: the server would never run again.",
					"Let executor '" + bean + "' refuse what it cannot take: use ThreadPoolExecutor.AbortPolicy.");
		}
		if (executor instanceof SimpleAsyncTaskExecutor simple && simple.isThrottleActive()) {
			throw new InvalidServerException(
					wanted + ", which has a concurrency limit and blocks senders until a thread is free.",
					"Remove the concurrency limit of executor '" + bean + "', or use a ThreadPoolTaskExecutor.");
		}
		if (executor instanceof SmartLifecycle lifecycle && lifecycle.getPhase() > this.phase) {
			throw new InvalidServerException(
					wanted + ", which stops before the servers do and runs nothing any more: its phase is "
							+ lifecycle.getPhase() + ", and genserver.lifecycle.phase is " + this.phase + ".",
					"Set the phase of executor '" + bean + "' to at most " + this.phase
							+ " (setPhase), or genserver.lifecycle.phase to at least " + lifecycle.getPhase() + ".");
		}
		return executor;
	}

	/** Whether an executor has been shut down, as far as can be known. */
	private BooleanSupplier shutDown(String bean) {
		Executor executor = this.beans.getBean(bean, Executor.class);
		ExecutorService service = (executor instanceof ExecutorService known) ? known : pool(executor);
		return (service != null) ? service::isShutdown : () -> false;
	}

	private static @Nullable RejectedExecutionHandler handler(Executor executor) {
		ThreadPoolExecutor pool = pool(executor);
		return (pool != null) ? pool.getRejectedExecutionHandler() : null;
	}

	private static @Nullable ThreadPoolExecutor pool(Executor executor) {
		return switch (executor) {
			case ThreadPoolExecutor pool -> pool;
			case ThreadPoolTaskExecutor task -> task.getThreadPoolExecutor();
			case ThreadPoolTaskScheduler scheduler -> scheduler.getScheduledThreadPoolExecutor();
			default -> null;
		};
	}

	private String executors() {
		String[] names = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, Executor.class, true, false);
		Arrays.sort(names);
		return (names.length != 0) ? " There are: " + String.join(", ", names) + "." : "";
	}

	private static String typeName(@Nullable Class<?> type) {
		return (type != null) ? type.getName() : "bean of unknown type";
	}

}
