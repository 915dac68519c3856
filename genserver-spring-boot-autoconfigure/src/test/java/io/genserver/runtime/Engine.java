package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.genserver.DeadLetter;
import io.genserver.Envelope;
import io.genserver.GenServerEvent;
import io.genserver.GenServerInterceptor;
import io.genserver.GenServerRef;
import io.genserver.Overflow;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.SchedulerSettings;
import io.genserver.runtime.scheduling.TurnExecutor;
import io.genserver.runtime.scheduling.WorkerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * A runtime for a test, and everything it told anybody. With a seeded scheduler all of it
 * is deterministic; without, it runs on real workers.
 */
final class Engine implements GenServerInterceptor, AutoCloseable {

	static final ServerSettings SMALL = ServerSettings.DEFAULTS.withMailbox(2, Overflow.BLOCK);

	final Scheduler scheduler;

	final GenServerRuntime runtime;

	final Queue<DeadLetter> deadLetters = new ConcurrentLinkedQueue<>();

	final Queue<GenServerEvent> events = new ConcurrentLinkedQueue<>();

	final AtomicInteger callsEnded = new AtomicInteger();

	final AtomicInteger lateReplies = new AtomicInteger();

	private final ThreadLocal<Boolean> nonBlocking = ThreadLocal.withInitial(() -> false);

	Engine(Scheduler scheduler, GenServerInterceptor... interceptors) {
		this(scheduler, RuntimeSettings.DEFAULTS, interceptors);
	}

	Engine(Scheduler scheduler, RuntimeSettings settings, GenServerInterceptor... interceptors) {
		this(scheduler, settings, () -> {
		}, interceptors);
	}

	/** With what listeners do after they have noted a dead letter or an event. */
	Engine(Scheduler scheduler, RuntimeSettings settings, Runnable listening, GenServerInterceptor... interceptors) {
		this.scheduler = scheduler;
		List<GenServerInterceptor> all = new ArrayList<>(List.of(interceptors));
		all.add(this);
		this.runtime = new GenServerRuntime(settings, () -> all, List.of((letter) -> {
			this.deadLetters.add(letter);
			listening.run();
		}), this.nonBlocking::get, (event) -> {
			this.events.add(event);
			listening.run();
		}, scheduler);
	}

	/** An engine on real threads. */
	static Engine onWorkers() {
		return new Engine(new WorkerScheduler(SchedulerSettings.DEFAULTS));
	}

	static RuntimeSettings shutdown(Duration drain, Duration overall) {
		return new RuntimeSettings(drain, overall, Duration.ZERO, Duration.ofMinutes(1));
	}

	Server add(String name, ServerSettings settings, InstanceFactory factory, Operation... operations) {
		return this.runtime
			.add(new ServerDefinition(name, Object.class, List.of(), false, List.of(operations), factory, settings));
	}

	/** Add a server whose turns run on an executor of a user's, if there is one. */
	Server add(String name, ServerSettings settings, @Nullable TurnExecutor executor, InstanceFactory factory,
			Operation... operations) {
		return this.runtime.add(new ServerDefinition(name, Object.class, List.of(), false, List.of(operations), factory,
				settings, List.of(), executor));
	}

	Server addKeyed(String name, ServerSettings settings, InstanceFactory factory, Operation... operations) {
		return this.runtime
			.add(new ServerDefinition(name, Object.class, List.of(), true, List.of(operations), factory, settings));
	}

	/** Add a server and start the runtime. */
	<S> GenServerRef<S> start(String name, ServerSettings settings, Supplier<S> factory) {
		add(name, settings, factory::get);
		this.runtime.start();
		return ref(name);
	}

	<S> GenServerRef<S> ref(String name) {
		return new LocalRef<>(this.runtime.server(name), null);
	}

	<S> GenServerRef<S> ref(String name, String key) {
		return new LocalRef<>(this.runtime.server(name), key);
	}

	ServerCell cell(String name) {
		ServerCell cell = this.runtime.server(name).instances().single();
		if (cell == null) {
			throw new IllegalArgumentException(name + " is keyed");
		}
		return cell;
	}

	/** Stop a server, all instances if it is keyed. */
	CompletableFuture<?> stop(String name) {
		return this.runtime.server(name).instances().stop();
	}

	/** Let the calling thread count as one that must not block. */
	void asEventLoop(Runnable body) {
		this.nonBlocking.set(true);
		try {
			body.run();
		}
		finally {
			this.nonBlocking.set(false);
		}
	}

	@Override
	public void ended(Envelope envelope, @Nullable Throwable failure) {
		if (!envelope.isCast()) {
			this.callsEnded.incrementAndGet();
		}
	}

	@Override
	public void repliedLate(Envelope envelope) {
		this.lateReplies.incrementAndGet();
	}

	@Override
	public void close() {
		this.runtime.shutdown();
	}

}
