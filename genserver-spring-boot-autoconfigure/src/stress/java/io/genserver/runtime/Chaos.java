package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.genserver.GenServerException;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.Overflow;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.cell.Commands;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.TurnExecutor;
import io.genserver.runtime.scheduling.Workers;
import io.genserver.runtime.supervision.Supervision;
import io.genserver.testsupport.HangGuard;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that call servers on real threads, while handlers, constructors, terminations
 * and timers fail, take their time and send messages, and a killer restarts, stops,
 * suspends and interrupts whatever it finds. Every choice is drawn from a seed; the
 * schedule is the machine's.
 */
final class Chaos {

	private static final int CLIENTS = 4;

	private static final int KEYS = 6;

	private static final Duration PATIENT = Duration.ofSeconds(20);

	private final long seed;

	private final int operations;

	private final Engine engine = Engine.onWorkers();

	private final Tally tally;

	private final List<Thread> clients = new ArrayList<>();

	private final List<Mortal.Factory> factories = new ArrayList<>();

	private final AtomicBoolean over = new AtomicBoolean();

	/** Run the turns of some servers. */
	private final ExecutorService usersThreads = Executors.newFixedThreadPool(2);

	private final AtomicInteger usersFailures = new AtomicInteger();

	private int kills;

	Chaos(long seed, int operations) {
		this.seed = seed;
		this.operations = operations;
		this.tally = new Tally(operations);
		add("resumes", SupervisionStrategy.RESUME, Overflow.BLOCK);
		add("restarts", SupervisionStrategy.RESTART, Overflow.REJECT);
		add("stops", SupervisionStrategy.STOP, Overflow.DROP_NEWEST);
		add("displaces", SupervisionStrategy.RESUME, Overflow.DROP_OLDEST);
		for (boolean keyed : List.of(false, true)) {
			String name = keyed ? "lentByKey" : "lent";
			this.engine.runtime.add(new ServerDefinition(name, Object.class, List.of(), keyed, List.of(), factory(name),
					settings(SupervisionStrategy.RESTART, Overflow.BLOCK), List.of(), hostile(name)));
		}
		// Three restarts, then it has failed until the killer restarts it.
		this.engine.add("fails", settings(SupervisionStrategy.RESTART, Overflow.BLOCK)
			.withSupervision(Supervision.DEFAULTS.with(SupervisionStrategy.RESTART)), factory("fails"));
		this.engine.addKeyed("keyed",
				settings(SupervisionStrategy.RESTART, Overflow.BLOCK).withIdleTimeout(Duration.ofMillis(4)),
				factory("keyed"));
	}

	/** An executor of a user's: it refuses, fails, runs tasks twice, late or in place. */
	private TurnExecutor hostile(String name) {
		HostileExecutor hostile = HostileExecutor.with(this.usersThreads, this.engine.scheduler,
				new Random(this.seed * 17 + name.length()),
				() -> (this.usersFailures.incrementAndGet() % 3 == 0) ? new StackOverflowError("in the executor")
						: new RejectedExecutionException("there is no room"));
		return new TurnExecutor(name, hostile, hostile::isShutDown);
	}

	private Mortal.Factory factory(String name) {
		AtomicInteger next = new AtomicInteger();
		Mortal.Factory factory = new Mortal.Factory(this.tally, this.seed, name,
				() -> this.engine.ref("keyed", "k" + next.getAndIncrement() % KEYS));
		this.factories.add(factory);
		return factory;
	}

	private void add(String name, SupervisionStrategy strategy, Overflow overflow) {
		this.engine.add(name, settings(strategy, overflow), factory(name));
	}

	private static ServerSettings settings(SupervisionStrategy strategy, Overflow overflow) {
		Supervision supervision = new Supervision(strategy, strategy, List.of(), 1_000_000, Duration.ofSeconds(5),
				Duration.ZERO, Duration.ofMillis(2));
		return ServerSettings.DEFAULTS.withMailbox(8, overflow)
			.withCallTimeout(Duration.ofMillis(40))
			.withSupervision(supervision);
	}

	/** Let everything happen, then check everything. Returns what happened, in words. */
	String run() throws Exception {
		this.engine.runtime.start();
		this.tally.begin();
		CountDownLatch clientsDone = new CountDownLatch(CLIENTS);
		for (int i = 0; i < CLIENTS; i++) {
			int client = i;
			this.clients.add(Thread.ofPlatform().name("client-" + i).unstarted(() -> {
				try {
					callAll(client);
				}
				finally {
					clientsDone.countDown();
				}
			}));
		}
		Thread killer = Thread.ofPlatform().name("killer").start(this::killUntilOver);
		this.clients.forEach(Thread::start);
		assertThat(clientsDone.await(5, TimeUnit.MINUTES)).as("clients have ended; seed " + this.seed).isTrue();
		this.over.set(true);
		killer.join();
		this.tally.end();
		assertNothingIsStuck();
		this.engine.close();
		this.usersThreads.shutdown();
		assertThat(this.usersThreads.awaitTermination(HangGuard.SECONDS, TimeUnit.SECONDS))
			.as("the executor's threads have ended; seed " + this.seed)
			.isTrue();
		assertNothingIsLeft();
		this.tally.check();
		this.factories.forEach(Mortal.Factory::check);
		return this.tally + ", " + this.kills + " kills";
	}

	private void callAll(int client) {
		Random random = new Random(this.seed * 31 + client);
		for (int number = client; number < this.operations; number += CLIENTS) {
			try {
				act(random, number);
			}
			catch (Throwable ex) {
				this.tally.unexpected(ex);
			}
			// An interrupt of the killer that came too late for the operation.
			Thread.interrupted();
		}
	}

	private void act(Random random, int number) {
		GenServerRef<Mortal> ref = target(random);
		int choice = random.nextInt(12);
		switch (choice) {
			case 0, 1, 2 -> blockingCall(ref, number);
			case 3 -> blockingCall(ref.withTimeout(Duration.ofMillis(1)), number);
			case 4, 5, 6 -> asynchronousCall(ref, number, false, random);
			case 7 -> asynchronousCall(ref, number, true, random);
			case 8 -> submit(ref, number, random.nextBoolean());
			default -> cast(ref, number, choice == 9);
		}
	}

	private void blockingCall(GenServerRef<Mortal> ref, int number) {
		this.tally.called(number);
		try {
			int reply = ref.<Integer, RuntimeException>call((server) -> server.handle(number));
			this.tally.replied(number, reply);
		}
		catch (Throwable ex) {
			this.tally.failed(number, ex);
		}
	}

	private void asynchronousCall(GenServerRef<Mortal> ref, int number, boolean cancel, Random random) {
		this.tally.called(number);
		CompletableFuture<Integer> reply = ref.callAsync((server) -> server.handle(number));
		reply.whenComplete((value, failure) -> {
			if (failure != null) {
				this.tally.failed(number, failure);
			}
			else {
				this.tally.replied(number, value);
			}
			if (number % 5 == 0 && !this.clients.contains(Thread.currentThread())) {
				Stains.leave();
			}
		});
		if (cancel) {
			for (int i = random.nextInt(2_000); i > 0; i--) {
				Thread.onSpinWait();
			}
			reply.cancel(false);
		}
		else if (random.nextInt(4) == 0) {
			reply.handle((value, failure) -> value).join();
		}
	}

	/** A call without a future, as connections make them. */
	private void submit(GenServerRef<Mortal> ref, int number, boolean cancel) {
		this.tally.called(number);
		Scheduler scheduler = this.engine.scheduler;
		Tally.Counted call = this.tally.call(number, scheduler.nanoTime());
		this.engine.runtime.server(ref.name()).submit(ref.key(), call);
		if (cancel) {
			call.cancelCall();
		}
	}

	private void cast(GenServerRef<Mortal> ref, int number, boolean patient) {
		try {
			if (patient) {
				ref.cast((server) -> server.handle(number));
			}
			else {
				ref.tryCast((server) -> server.handle(number));
			}
		}
		catch (GenServerException ex) {
			this.tally.refused(number, ex);
		}
	}

	private GenServerRef<Mortal> target(Random random) {
		return switch (random.nextInt(10)) {
			case 0 -> this.engine.ref("resumes");
			case 1 -> this.engine.ref("restarts");
			case 2 -> this.engine.ref("stops");
			case 3 -> this.engine.ref("displaces");
			case 4 -> this.engine.ref("fails");
			case 5 -> this.engine.ref("lent");
			case 6 -> this.engine.ref("lentByKey", "k" + random.nextInt(KEYS));
			default -> this.engine.ref("keyed", "k" + random.nextInt(KEYS));
		};
	}

	private void killUntilOver() {
		Random random = new Random(this.seed);
		while (!this.over.get()) {
			kill(random);
			this.kills++;
			LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200 + random.nextInt(2_000)));
		}
	}

	private void kill(Random random) {
		switch (random.nextInt(8)) {
			case 0 -> this.clients.get(random.nextInt(CLIENTS)).interrupt();
			case 1 -> instances("stops").restart(null);
			case 2 -> instances("fails").restart(null);
			case 3 -> instances("keyed").restart("k" + random.nextInt(KEYS));
			case 4 -> instances("keyed").stopping("k" + random.nextInt(KEYS));
			case 5 -> instances("lentByKey").stopping("k" + random.nextInt(KEYS));
			case 6 -> instances("lent").restart(null);
			default -> {
				ServerCell cell = this.engine.cell("resumes");
				cell.command(Commands.SUSPEND);
				LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(500)));
				cell.command(Commands.RESUME);
			}
		}
	}

	private Instances instances(String name) {
		return this.engine.runtime.server(name).instances();
	}

	/** Every server answers, if need be after a restart, and has nothing left to do. */
	private void assertNothingIsStuck() throws InterruptedException {
		for (String name : List.of("resumes", "restarts", "stops", "displaces", "fails", "lent")) {
			answers(this.engine.ref(name));
		}
		for (int i = 0; i < KEYS; i++) {
			answers(this.engine.ref("keyed", "k" + i));
			answers(this.engine.ref("lentByKey", "k" + i));
		}
		for (Server server : this.engine.runtime.servers()) {
			for (ServerCell cell : server.instances().all()) {
				await(cell + " is quiet", cell::isQuiet);
				assertThat(cell.mailbox().size()).as(cell + " has queued").isZero();
				assertThat(cell.mailbox().highWater()).as(cell + " had queued").isLessThanOrEqualTo(8);
			}
		}
	}

	private void answers(GenServerRef<Mortal> ref) throws InterruptedException {
		Server server = this.engine.runtime.server(ref.name());
		long end = System.nanoTime() + PATIENT.toNanos();
		while (true) {
			try {
				ref.withTimeout(PATIENT).call((instance) -> 1);
				return;
			}
			catch (GenServerTimeoutException ex) {
				throw new AssertionError("It is stuck: " + ref.name() + " " + ref.key(), ex);
			}
			catch (GenServerException ex) {
				// It has stopped or failed, as it should, or is about to.
				assertThat(System.nanoTime() - end).as("%s does not answer: %s", ref.name(), ex).isNegative();
				server.instances().restart(ref.key());
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
			}
		}
	}

	private void assertNothingIsLeft() throws InterruptedException {
		Workers workers = Workers.of(this.engine.scheduler);
		await("workers have ended", () -> workers.threads() == 0);
		await("the monitor has ended",
				() -> Thread.getAllStackTraces().keySet().stream().noneMatch((thread) -> isMonitor(thread)));
		for (Server server : this.engine.runtime.servers()) {
			for (ServerCell cell : server.instances().all()) {
				assertThat(cell.life().isOver()).as(cell + " is over").isTrue();
				assertThat(cell.mailbox().queued()).as(cell + " has queued").allMatch(Message::isOver);
			}
		}
	}

	private static boolean isMonitor(Thread thread) {
		return thread.isAlive() && "genserver-monitor".equals(thread.getName());
	}

	private static void await(String what, java.util.function.BooleanSupplier condition) throws InterruptedException {
		long end = System.nanoTime() + HangGuard.DURATION.toNanos();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime() - end).as(what).isNegative();
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
			if (Thread.interrupted()) {
				throw new InterruptedException();
			}
		}
	}

}
