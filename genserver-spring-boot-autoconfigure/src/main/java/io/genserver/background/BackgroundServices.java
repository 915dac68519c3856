package io.genserver.background;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.genserver.log.SafeLogger;
import io.genserver.runtime.ServerNames;
import io.genserver.runtime.ShutdownTime;
import org.jspecify.annotations.Nullable;

/**
 * Spawns background services and knows those that run. Each runs on a thread of its own,
 * detached from the one that spawns it: it inherits no thread locals, no deadline and no
 * caller. Safe for use by many threads.
 *
 * @since 0.1.0
 */
public final class BackgroundServices implements AutoCloseable {

	private static final SafeLogger logger = SafeLogger.of(BackgroundServices.class);

	/** What an interrupted service gets to end. */
	private static final Duration LAST_WAIT = Duration.ofSeconds(1);

	private final ServiceEnvironment environment;

	private final Consumer<? super BackgroundServiceEvent> listener;

	private final Duration shutdownTimeout;

	private final StepLimits stepLimits;

	/** By the form in which names are compared, in the order they were added. */
	private final Map<String, SupervisedService<?, ?>> services = new LinkedHashMap<>();

	private volatile boolean closed;

	/** Threads that close this, or wait until it is: they are not interrupted. */
	private volatile Predicate<Thread> callers = (thread) -> false;

	/**
	 * Create a registry.
	 * @param environment time and threads
	 * @param listener called with what happens, on the service's thread; what it throws
	 * is logged
	 * @param shutdownTimeout time services get to end when this is closed
	 */
	public BackgroundServices(ServiceEnvironment environment, Consumer<? super BackgroundServiceEvent> listener,
			Duration shutdownTimeout) {
		this(environment, listener, shutdownTimeout, StepLimits.NONE);
	}

	/**
	 * Create a registry.
	 * @param environment time and threads
	 * @param listener called with what happens, on the service's thread; what it throws
	 * is logged
	 * @param shutdownTimeout time services get to end when this is closed
	 * @param stepLimits how long a step may take before that shows, of services whose
	 * definition does not say
	 */
	public BackgroundServices(ServiceEnvironment environment, Consumer<? super BackgroundServiceEvent> listener,
			Duration shutdownTimeout, StepLimits stepLimits) {
		this.environment = environment;
		this.listener = listener;
		this.shutdownTimeout = shutdownTimeout;
		this.stepLimits = stepLimits;
	}

	/**
	 * Spawn a service whose items, if any, are dropped.
	 * @param <T> type of its items
	 * @param name its name, which no service that runs may have
	 * @param service the service; never restarted by itself
	 * @return the running service
	 * @see #spawn(ServiceDefinition)
	 */
	public <T> BackgroundHandle<?> spawn(String name, BackgroundService<T> service) {
		return spawn(ServiceDefinition.of(name, service));
	}

	/**
	 * Spawn a service.
	 * @param <T> type of its items
	 * @param name its name, which no service that runs may have
	 * @param service the service; never restarted by itself
	 * @param consumer takes its items
	 * @return the running service
	 * @see #spawn(ServiceDefinition)
	 */
	public <T> BackgroundHandle<?> spawn(String name, BackgroundService<T> service, ItemConsumer<? super T> consumer) {
		return spawn(ServiceDefinition.of(name, service).withConsumer(consumer));
	}

	/**
	 * Spawn a service. It is known here until it has ended; its handle says how it did.
	 * @param <H> type of the service's own handle
	 * @param definition what is to run, and how
	 * @return the running service; cancelled already if its token is
	 * @throws IllegalStateException if a service of that name runs, or this is closed.
	 * What the service's factory or {@link HandleProvider#newHandle()} throws is passed
	 * on, and nothing is spawned
	 */
	public <H> BackgroundHandle<H> spawn(ServiceDefinition<?, H> definition) {
		return start(new SupervisedService<>(definition, this, false));
	}

	private <H> BackgroundHandle<H> start(SupervisedService<?, H> service) {
		checkFree(service.name());
		prepare(service);
		register(service);
		service.start();
		return service;
	}

	/**
	 * Add a service that stays known here after it has ended, until this is closed. It is
	 * started by {@link BackgroundHandle#restart()}, and may be again once it has ended.
	 * @param <H> type of the service's own handle
	 * @param definition what is to run, and how
	 * @return the service, not started
	 * @throws IllegalStateException if there is a service of that name, or this is closed
	 */
	public <H> BackgroundHandle<H> add(ServiceDefinition<?, H> definition) {
		SupervisedService<?, H> service = new SupervisedService<>(definition, this, true);
		register(service);
		return service;
	}

	/**
	 * Add a service, as {@link #add} does, and start it.
	 * @param <H> type of the service's own handle
	 * @param definition what is to run, and how
	 * @return the running service; cancelled already if its token is
	 * @throws IllegalStateException if there is a service of that name, or this is
	 * closed. What the service's factory or {@link HandleProvider#newHandle()} throws is
	 * passed on, and nothing is added
	 */
	public <H> BackgroundHandle<H> start(ServiceDefinition<?, H> definition) {
		return start(new SupervisedService<>(definition, this, true));
	}

	/**
	 * Return the names of the services known here.
	 * @return the names, in the order the services were added
	 */
	public List<String> names() {
		return known().stream().map(BackgroundHandle::name).toList();
	}

	/**
	 * Describe the services known here.
	 * @return a snapshot of each, in the order they were added
	 */
	public List<ServiceInfo> list() {
		return known().stream().<ServiceInfo>map(BackgroundHandle::info).toList();
	}

	/**
	 * Find a service. Case, dashes and underscores of its name do not matter.
	 * @param name its name
	 * @return the service, or {@code null} if none of that name is known
	 */
	public @Nullable BackgroundHandle<?> find(String name) {
		synchronized (this.services) {
			return this.services.get(ServerNames.uniform(name));
		}
	}

	/**
	 * Return a service's own handle.
	 * @param <H> type of the handle
	 * @param name the service's name
	 * @param type type of the handle
	 * @return the handle
	 * @throws IllegalStateException if none of that name is known, or it has no handle,
	 * or one of another type
	 * @see BackgroundHandle#own()
	 */
	public <H> H own(String name, Class<H> type) {
		BackgroundHandle<?> service = find(name);
		if (service == null) {
			throw new IllegalStateException(
					"There is no background service named '" + name + "' now; there are " + names());
		}
		Object own = service.own();
		if (!type.isInstance(own)) {
			throw new IllegalStateException("The handle of background service '" + name + "' is a "
					+ own.getClass().getName() + ", not a " + type.getName());
		}
		return type.cast(own);
	}

	/**
	 * Cancel a service.
	 * @param name its name
	 * @return whether there is one
	 * @see BackgroundHandle#cancel()
	 */
	public boolean cancel(String name) {
		BackgroundHandle<?> service = find(name);
		if (service != null) {
			service.cancel();
		}
		return service != null;
	}

	/**
	 * Start a service again, or for the first time.
	 * @param name its name
	 * @return whether there is one
	 * @throws IllegalStateException if this is closed, or the service has just ended for
	 * good
	 * @see BackgroundHandle#restart()
	 */
	public boolean restart(String name) {
		BackgroundHandle<?> service = find(name);
		if (service != null) {
			service.restart();
		}
		return service != null;
	}

	/**
	 * Cancel all services and wait until they have ended, as long as the shutdown timeout
	 * allows; then interrupt those that have not, and leave behind who does not end
	 * within another second. Nothing can be spawned any more. An interrupted thread does
	 * not wait.
	 */
	@Override
	public void close() {
		shutdown();
	}

	/**
	 * Close, and tell what is left.
	 * @return the names of the services that still run
	 * @see #close()
	 */
	public List<String> shutdown() {
		Thread self = Thread.currentThread();
		return shutdown(this.shutdownTimeout, LAST_WAIT, (thread) -> thread == self);
	}

	/**
	 * Close within the time that is left to a shutdown, the shutdown timeout at most. A
	 * service whose step waits for the shutdown itself is not waited for.
	 * @param time what is left
	 * @return the names of the services that still run
	 * @see #close()
	 */
	public List<String> shutdown(ShutdownTime time) {
		Duration drain = min(this.shutdownTimeout, time.leftToDrain());
		return shutdown(drain, min(LAST_WAIT, time.left().minus(drain).dividedBy(4)), time::isCaller);
	}

	private static Duration min(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

	private List<String> shutdown(Duration limit, Duration lastWait, Predicate<Thread> caller) {
		this.callers = caller;
		synchronized (this.services) {
			this.closed = true;
		}
		List<SupervisedService<?, ?>> all = known();
		all.forEach(BackgroundHandle::cancel);
		this.environment.closing();
		if (!await(all, limit, caller)) {
			all.forEach(SupervisedService::interrupt);
			await(all, lastWait, caller);
		}
		List<String> left = all.stream()
			.filter((each) -> !each.whenEnded().isDone() && !each.isRunBy(caller))
			.map(BackgroundHandle::name)
			.toList();
		if (!left.isEmpty()) {
			logger.warn("Background services that did not end in time after they were cancelled, and are abandoned: {}",
					String.join(", ", left));
		}
		return left;
	}

	private boolean await(Collection<SupervisedService<?, ?>> all, Duration limit, Predicate<Thread> caller) {
		// What others see of an end comes a moment after the end itself.
		CompletableFuture<Void> ended = CompletableFuture.allOf(all.stream()
			.filter((each) -> !each.isRunBy(caller))
			.flatMap((each) -> Stream.of(each.whenEnded(), each.completion()))
			.toArray(CompletableFuture[]::new));
		CountDownLatch over = new CountDownLatch(1);
		ended.whenComplete((nothing, failure) -> over.countDown());
		Registration timer = this.environment.after(limit, over::countDown);
		try {
			over.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			timer.close();
		}
		return ended.isDone();
	}

	/**
	 * Take services again after a {@link #close}. Those that were added stay known and
	 * can be restarted; those that were spawned have ended.
	 */
	public void reopen() {
		this.callers = (thread) -> false;
		this.closed = false;
	}

	/** Whether a thread closes this, or waits until it is. */
	boolean isCaller(Thread thread) {
		return this.callers.test(thread);
	}

	private static void prepare(SupervisedService<?, ?> service) {
		try {
			service.instance();
		}
		catch (Throwable ex) {
			service.release();
			throw ex;
		}
	}

	private void register(SupervisedService<?, ?> service) {
		try {
			synchronized (this.services) {
				checkFree(service.name());
				this.services.put(ServerNames.uniform(service.name()), service);
			}
		}
		catch (IllegalStateException ex) {
			service.release();
			throw ex;
		}
	}

	private void checkFree(String name) {
		checkOpen(name);
		BackgroundHandle<?> other = find(name);
		if (other != null) {
			throw new IllegalStateException("There is a background service named '" + other.name() + "' already; give '"
					+ name + "' another name, or cancel the other and await its completion");
		}
	}

	void checkOpen(String name) {
		if (this.closed) {
			throw new IllegalStateException(
					"Background service '" + name + "' cannot be started: the application is shutting down");
		}
	}

	boolean isClosed() {
		return this.closed;
	}

	void forget(SupervisedService<?, ?> service) {
		synchronized (this.services) {
			this.services.remove(ServerNames.uniform(service.name()), service);
		}
	}

	StepLimits stepLimits() {
		return this.stepLimits;
	}

	ServiceEnvironment environment() {
		return this.environment;
	}

	void publish(BackgroundServiceEvent event) {
		try {
			this.listener.accept(event);
		}
		catch (Throwable ex) {
			logger.warn("A listener failed on {}", event, ex);
		}
	}

	private List<SupervisedService<?, ?>> known() {
		synchronized (this.services) {
			return new ArrayList<>(this.services.values());
		}
	}

}
