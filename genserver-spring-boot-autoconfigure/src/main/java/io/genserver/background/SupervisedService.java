package io.genserver.background;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

import io.genserver.log.SafeLogger;
import io.genserver.log.Throwables;
import org.jspecify.annotations.Nullable;

/**
 * A service the registry knows: its instance, its latest run, and what can be reported of
 * it. Instance and handle are made and let go by one thread at a time: the one that
 * spawns the service before it begins, then that of the run.
 *
 * @param <T> type of the service's items
 * @param <H> type of the service's own handle
 */
final class SupervisedService<T, H> implements BackgroundHandle<H> {

	private static final SafeLogger logger = SafeLogger.of(BackgroundServices.class);

	private final ServiceDefinition<T, H> definition;

	private final BackgroundServices services;

	/** Whether the registry goes on knowing it once it has ended. */
	private final boolean lasting;

	private final AtomicLong steps = new AtomicLong();

	private final AtomicLong items = new AtomicLong();

	private final AtomicLong restarts = new AtomicLong();

	/** Of all runs: there are never two at once that do something. */
	private final StepWatch watch;

	private volatile ServiceRun<T> run;

	/** Guarded by this. */
	private boolean forgotten;

	private volatile @Nullable BackgroundService<T> instance;

	private volatile @Nullable H own;

	private volatile String type = "";

	private volatile @Nullable Instant started;

	private volatile @Nullable Instant ended;

	private volatile ServiceInfo.@Nullable Failure lastFailure;

	SupervisedService(ServiceDefinition<T, H> definition, BackgroundServices services, boolean lasting) {
		this.definition = definition;
		this.services = services;
		this.lasting = lasting;
		StepLimits own = definition.stepLimits();
		this.watch = new StepWatch(definition.name(), services.environment(),
				(own != null) ? own : services.stepLimits());
		this.run = new ServiceRun<>(this, null);
	}

	ServiceDefinition<T, H> definition() {
		return this.definition;
	}

	ServiceEnvironment environment() {
		return this.services.environment();
	}

	StepWatch watch() {
		return this.watch;
	}

	/** Begin the run there is, unless it was cancelled first. */
	void start() {
		this.run.begin();
	}

	@Override
	public String name() {
		return this.definition.name();
	}

	@Override
	public void cancel() {
		this.run.cancel();
	}

	@Override
	public void restart() {
		ServiceRun<T> before;
		ServiceRun<T> next;
		synchronized (this) {
			this.services.checkOpen(this.definition.name());
			if (this.forgotten) {
				throw new IllegalStateException("Background service '" + this.definition.name()
						+ "' has ended and is no longer known: spawn it again");
			}
			before = this.run;
			if (before.begin()) {
				return;
			}
			next = new ServiceRun<>(this, before);
			this.run = next;
		}
		before.cancel();
		next.begin();
		if (this.services.isClosed()) {
			// The thread that closes it may have seen only the run before.
			next.cancel();
		}
	}

	void interrupt() {
		this.run.interrupt();
	}

	/** Whether a thread waits for all services to end, and must not be interrupted. */
	boolean isCaller(Thread thread) {
		return this.services.isCaller(thread);
	}

	/** Whether a thread is in a step of this service. */
	boolean isRunBy(Predicate<Thread> thread) {
		return this.run.isRunBy(thread);
	}

	/** Completed when nothing runs any more, unless it is restarted. */
	CompletableFuture<Completion> whenEnded() {
		return this.run.ended();
	}

	@Override
	public CompletableFuture<Completion> completion() {
		return this.run.completion();
	}

	@Override
	public ServiceState state() {
		return this.run.state();
	}

	@Override
	public ServiceInfo info() {
		ServiceState state = state();
		return new ServiceInfo(name(), this.type, state, this.steps.get(), this.items.get(), this.restarts.get(),
				this.started, state.isEnded() ? this.ended : null, this.lastFailure, this.watch.inFlight());
	}

	@Override
	public H own() {
		H handle = this.own;
		if (handle == null) {
			throw new IllegalStateException("Background service '" + name()
					+ "' has no handle of its own: it does not implement HandleProvider, or has not been started");
		}
		return handle;
	}

	/** The instance, made if there is none. */
	@SuppressWarnings("unchecked")
	BackgroundService<T> instance() {
		BackgroundService<T> present = this.instance;
		if (present == null) {
			this.watch.begin(StepWatch.CONSTRUCTOR);
			try {
				present = this.definition.instances().create();
				this.type = present.getClass().getName();
				this.instance = present;
				if (present instanceof HandleProvider<?> provider) {
					this.own = (H) provider.newHandle();
				}
			}
			finally {
				this.watch.close();
			}
		}
		return present;
	}

	/** Let the instance go, if each run makes its own. */
	void release() {
		BackgroundService<T> present = this.instance;
		if (present == null || !this.definition.instances().fresh()) {
			return;
		}
		this.instance = null;
		this.watch.begin(StepWatch.DESTRUCTION);
		try {
			this.definition.instances().destroy(present);
		}
		catch (Throwable ex) {
			logger.warn("The instance of background service '{}' could not be released", name(), ex);
		}
		finally {
			this.watch.close();
		}
	}

	void countStep() {
		this.steps.incrementAndGet();
	}

	void countItem() {
		this.items.incrementAndGet();
	}

	void started(boolean again, @Nullable Throwable cause) {
		this.started = environment().now();
		if (again) {
			this.restarts.incrementAndGet();
		}
		this.services.publish(new BackgroundServiceEvent(name(),
				again ? BackgroundServiceEvent.Kind.RESTARTED : BackgroundServiceEvent.Kind.STARTED, cause));
	}

	void failed(Throwable cause) {
		this.lastFailure = new ServiceInfo.Failure(environment().now(), cause.getClass().getName(),
				Throwables.message(cause));
	}

	void ended(ServiceRun<T> ended, Completion completion) {
		this.ended = environment().now();
		release();
		this.watch.close();
		boolean forget;
		synchronized (this) {
			forget = !this.lasting && this.run == ended;
			this.forgotten = forget;
		}
		if (forget) {
			this.services.forget(this);
		}
		switch (completion.reason()) {
			case FAILED ->
				logger.error("Background service '{}' has failed and is given up", name(), completion.cause());
			case REFUSED ->
				logger.warn("The consumer of background service '{}' refused an item, which ends it", name());
			case CANCELLED -> logger.debug("Background service '{}' was cancelled", name(), completion.cause());
			case DONE -> logger.debug("Background service '{}' is done", name());
		}
		this.services.publish(new BackgroundServiceEvent(name(),
				BackgroundServiceEvent.Kind.valueOf(completion.reason().name()), completion.cause()));
	}

}
