package io.genserver.test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

import io.genserver.DeadLetter;
import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.LocalRegistry;
import io.genserver.runtime.RuntimeSettings;
import io.genserver.runtime.ServerDefinition;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.spring.ReactiveReplyAdapters;

/**
 * Servers without an application, in a world in which one thread runs at a time and every
 * choice is drawn from a seed: who runs next, where a running thread has to let others go
 * first, when deadlines are noticed. The same seed gives the same schedule, so what one
 * seed finds can be found again. A {@link SeededTest} has one as its parameter.
 * <p>
 * The thread that makes it may call servers as any thread may; the others run while it
 * waits, in {@link #settle()} and in {@link #finish()}. Other senders are made with
 * {@link #spawn}. No other thread may use the servers: a handler that returns a future
 * completed elsewhere, or that blocks on anything but servers and {@link #sleep}, is
 * beyond a simulation.
 * <p>
 * Time stands still while anything can run. When nothing can, it leaps to the next moment
 * that a participant waits for. If there is none, that is a deadlock: an
 * {@link AssertionError} says what each thread waits for, and the last steps.
 *
 * @since 0.1.0
 */
public final class Simulation implements AutoCloseable {

	private final SeededScheduler scheduler;

	private final GenServerRuntime runtime;

	private final ReflectiveContracts contracts;

	private final Map<String, ServerSettings> settings = new ConcurrentHashMap<>();

	private final LocalRegistry registry;

	private final Queue<DeadLetter> deadLetters = new ConcurrentLinkedQueue<>();

	private final long begin;

	private Simulation(long seed) {
		this.scheduler = new SeededScheduler(seed);
		this.begin = this.scheduler.coarseTime();
		RuntimeSettings defaults = RuntimeSettings.DEFAULTS;
		this.runtime = new GenServerRuntime(defaults, null, List.of(this.deadLetters::add), () -> false, (event) -> {
		}, this.scheduler);
		this.contracts = new ReflectiveContracts(ReactiveReplyAdapters.create(Simulation.class.getClassLoader(), null));
		this.registry = new LocalRegistry(this.runtime, this.contracts,
				(name, type) -> this.settings.getOrDefault(name, ServerSettings.DEFAULTS));
		this.runtime.start();
	}

	/**
	 * Create a world without servers.
	 * @param seed decides every choice
	 * @return the world, whose driver is the calling thread
	 */
	public static Simulation of(long seed) {
		return new Simulation(seed);
	}

	/**
	 * Return the seed.
	 * @return the seed
	 */
	public long seed() {
		return this.scheduler.seed();
	}

	/**
	 * Return the registry, to add servers and to find them.
	 * @return the registry
	 */
	public GenServerRegistry registry() {
		return this.registry;
	}

	/**
	 * Describe a server, to set what an application would set for it.
	 * @param <S> type of the server
	 * @param name a name that no server bears
	 * @param type its class
	 * @param factory makes its instances, in its own turn
	 * @return the description, to be started
	 */
	public <S> SimulatedServer<S> server(String name, Class<S> type, Supplier<? extends S> factory) {
		return new SimulatedServer<>(this, name, type, factory);
	}

	void set(String name, ServerSettings settings) {
		this.settings.put(name, settings);
	}

	<S> Keyed<S> startKeyed(String name, Class<S> type, Supplier<? extends S> factory, ServerSettings settings) {
		this.runtime.start(this.runtime.add(new ServerDefinition(name, type, this.contracts.contractsOf(type), true,
				this.contracts.operationsOf(name, type), factory::get, settings, this.contracts.timersOf(type))));
		return this.registry.keyed(name, type);
	}

	/**
	 * Add a sender: a thread of its own that begins at some time from now on.
	 * @param <T> type of the result
	 * @param name name of the thread
	 * @param body what it does
	 * @return completes with the result; look at it after {@link #finish()}
	 */
	public <T> CompletableFuture<T> spawn(String name, Callable<T> body) {
		return this.scheduler.spawn(name, body);
	}

	/**
	 * Let everything run that can, without any time passing.
	 * @throws AssertionError if something fails that no caller is notified of
	 */
	public void settle() {
		this.scheduler.settle();
	}

	/**
	 * Let everything run, and time pass, until all senders have ended. Timers of servers
	 * do not count.
	 * @throws AssertionError if a sender waits for ever
	 */
	public void finish() {
		this.scheduler.finish();
	}

	/**
	 * Let time pass in its order: what is due meanwhile happens, each at its moment. May
	 * be called by handlers and senders too, where it stands for anything slow.
	 * @param duration how long
	 */
	public void sleep(Duration duration) {
		this.scheduler.sleep(duration);
	}

	/**
	 * Move time on at once, whatever is still to run before, so that deadlines pass in
	 * the midst of things.
	 * @param duration how far
	 */
	public void leap(Duration duration) {
		this.scheduler.advance(duration);
	}

	/**
	 * Return how much time has passed.
	 * @return the time since the world was made
	 */
	public Duration elapsed() {
		return Duration.ofNanos(this.scheduler.coarseTime() - this.begin);
	}

	/**
	 * Return the source of all choices, for choices of the test that are to be the same
	 * under the same seed.
	 * @return the source
	 */
	public Random random() {
		return this.scheduler.choices();
	}

	/**
	 * Return the messages that were refused or discarded.
	 * @return the messages, first first
	 */
	public List<DeadLetter> deadLetters() {
		return List.copyOf(this.deadLetters);
	}

	/**
	 * Stop all servers, as an application does that ends.
	 * @throws AssertionError if that ends in a deadlock
	 */
	@Override
	public void close() {
		this.runtime.shutdown();
	}

	/** End all threads, after a failure. */
	void discard() {
		this.scheduler.discard();
	}

}
