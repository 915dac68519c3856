package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import ch.qos.logback.classic.Level;
import io.genserver.CallFunction;
import io.genserver.CastAction;
import io.genserver.DeadLetter;
import io.genserver.Envelope;
import io.genserver.GenServerContext;
import io.genserver.GenServerException;
import io.genserver.GenServerInterceptor;
import io.genserver.GenServerRef;
import io.genserver.Overflow;
import io.genserver.Reply;
import io.genserver.SupervisionStrategy;
import io.genserver.log.Throwables;
import io.genserver.runtime.cell.CellInternals;
import io.genserver.runtime.cell.Commands;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.contract.Invocation;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.mailbox.MailboxContents;
import io.genserver.runtime.scheduling.Alarm;
import io.genserver.runtime.scheduling.TurnExecutor;
import io.genserver.test.SeededScheduler;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A workload of everything at once. Senders call, cast, cancel, give up, put replies off
 * and open streams at three servers, one of them keyed, whose handlers crash, sleep, call
 * each other in circles, wait for themselves, return futures, some of which never
 * complete, run beside the turn, set timers, pipe results, attach streams and emit
 * events; meanwhile servers are stopped, restarted, suspended and resumed, started at run
 * time, watched for a while, idle instances are let go, and time passes. Constructors and
 * terminations take their time, send messages, to their own key too, and fail. All of
 * them leave their threads in disorder, and what fails throws whatever {@link Thrown}
 * knows; so do listeners, interceptors, timers and the log. One of the servers has an
 * executor that refuses, repeats, delays and forgets its turns. Then comes a shutdown,
 * sometimes in the midst of it or from a handler, and sometimes everything starts again
 * after it. Every promise about single messages and instances is checked by
 * {@link MayhemWitness} and at the end.
 */
final class Mayhem {

	private static final int SENDERS = 4;

	private static final int MESSAGES = 12;

	private static final int OVERLAPPING = 2;

	private final SeededScheduler scheduler;

	private final Random random;

	private final Engine engine;

	private final int capacity;

	private final MayhemWitness witness;

	private final MayhemStreams streams;

	private final List<Sent> calls = new ArrayList<>();

	private final List<Reply<Integer>> putOff = new ArrayList<>();

	/** What was promised to complete when an instance has ended. */
	private final List<CompletableFuture<?>> ends = new ArrayList<>();

	private final TestOperation overlapping = TestOperation.concurrent("overlapping", OVERLAPPING,
			(instance, payload) -> returned(besideTurn(instance)));

	/** Overtakes what waits for a slot, and nothing else of its sender. */
	private final TestOperation overtaking = TestOperation.overtaking("overtaking", Operation.Kind.CALL,
			this::handleNumbered);

	private final TestOperation overtakingCast = TestOperation.overtaking("overtakingCast", Operation.Kind.CAST,
			this::handleNumberedCast);

	/** Servers that were started at run time and have stopped. */
	private final List<Server> gone = new ArrayList<>();

	/** What was thrown; a caller may get it, and nothing else that it does not know. */
	private final Set<Throwable> thrown = Collections.newSetFromMap(new IdentityHashMap<>());

	/** Whether the handler that runs on this thread has put its message off. */
	private final ThreadLocal<Boolean> putOffHere = ThreadLocal.withInitial(() -> false);

	private int casts;

	private int numbers;

	private int lives;

	Mayhem(SeededScheduler scheduler, SupervisionStrategy strategy) {
		this.scheduler = scheduler;
		this.random = scheduler.choices();
		this.engine = new Engine(new LendingScheduler(scheduler),
				Engine.shutdown(Duration.ofMillis(200), Duration.ofMillis(900)), () -> maybeThrow(8),
				new Interceptor());
		this.witness = new MayhemWitness(scheduler, this.engine.runtime::isShutDown);
		this.streams = new MayhemStreams(this.random, () -> maybeThrow(4));
		this.capacity = 1 + this.random.nextInt(4);
		this.engine.add("first", settings(strategy), this.witness.instances(this::constructOrTerminate),
				this.overlapping, this.overtaking, this.overtakingCast);
		this.engine.add("second", settings(strategy), maybeHostile(),
				this.witness.instances(this::constructOrTerminate), this.overlapping, this.overtaking,
				this.overtakingCast);
		this.engine.addKeyed("keyed", settings(strategy).withIdleTimeout(Duration.ofMillis(4)),
				this.witness.instances(this::constructOrTerminate), this.overlapping, this.overtaking,
				this.overtakingCast);
	}

	/** Rarely, as what it forgets takes its time to be found. */
	private @Nullable TurnExecutor maybeHostile() {
		if (this.random.nextInt(5) != 0) {
			return null;
		}
		HostileExecutor hostile = new HostileExecutor(this.scheduler, this.random, () -> thrown().make());
		return new TurnExecutor("hostile", hostile, hostile::isShutDown);
	}

	private ServerSettings settings(SupervisionStrategy strategy) {
		return ServerSettings.DEFAULTS.withStrategy(strategy)
			.withCallTimeout(Duration.ofMillis(20))
			.withMailbox(this.capacity, Overflow.values()[this.random.nextInt(Overflow.values().length)]);
	}

	void run() {
		if (this.random.nextInt(16) == 0) {
			// Rarely, as it takes most of the time.
			BrokenLog log = BrokenLog.with(Level.WARN, this::thrown);
			try {
				lives();
			}
			finally {
				log.close();
			}
		}
		else {
			lives();
		}
		check();
	}

	private void lives() {
		live();
		if (this.random.nextInt(3) == 0) {
			live();
		}
	}

	private Thrown thrown() {
		return Thrown.values()[this.random.nextInt(Thrown.values().length)];
	}

	private Throwable made() {
		Throwable made = thrown().make();
		this.thrown.add(made);
		return made;
	}

	private <T> T raise() {
		throw Throwables.sneaky(made());
	}

	private void maybeThrow(int chances) {
		if (this.random.nextInt(chances) == 0) {
			raise();
		}
	}

	/** From a start to the end of a shutdown. */
	private void live() {
		List<CompletableFuture<?>> senders = new ArrayList<>();
		try {
			this.engine.runtime.start();
		}
		catch (ServerStartException | IllegalStateException ex) {
			// A constructor may stop servers that have not started, or exit.
			this.engine.close();
			this.scheduler.finish();
			return;
		}
		for (int i = 0; i < SENDERS; i++) {
			String sender = "sender-" + this.lives + "-" + i;
			senders.add(this.scheduler.spawn(sender, () -> {
				for (int n = 0; n < MESSAGES; n++) {
					act(sender);
				}
				return null;
			}));
		}
		this.lives++;
		if (this.random.nextBoolean()) {
			this.scheduler.finish();
		}
		else if (this.random.nextBoolean()) {
			this.scheduler.sleep(Duration.ofMillis(this.random.nextInt(20)));
		}
		this.engine.close();
		this.scheduler.finish();
		senders.forEach(CompletableFuture::join);
	}

	// What senders do.

	private void act(String sender) {
		GenServerRef<Object> ref = target();
		String pair = ref.name() + ref.key() + " from " + sender;
		int number = this.numbers++;
		if (this.random.nextInt(3) == 0) {
			this.witness.useKept();
		}
		try {
			switch (this.random.nextInt(18)) {
				case 0, 1, 2 -> cast(ref, (instance) -> handleCast(instance, pair, number));
				case 3 -> {
					this.casts++;
					ref.tryCast((instance) -> handleCast(instance, pair, number));
				}
				case 4, 5 ->
					assertThat(ref.<Integer, RuntimeException>call((instance) -> handle(instance, pair, number)))
						.isEqualTo(number);
				case 6 -> sent(ref.callAsync((instance) -> handle(instance, pair, number)));
				case 7 -> cancelled(sent(ref.callAsync((instance) -> handle(instance, pair, number))));
				case 8 -> sent(impatient(ref).callAsync((instance) -> handle(instance, pair, number)));
				case 9 -> stream(ref, pair, number);
				case 10 -> {
					Server server = this.engine.runtime.server(ref.name());
					if (this.random.nextInt(3) != 0) {
						sent(server.callAsync(ref.key(), this.overlapping, null, 0, false));
					}
					else if (this.random.nextBoolean()) {
						sent(server.callAsync(ref.key(), this.overtaking, new Numbered(pair, number), 0, false));
					}
					else {
						this.casts++;
						server.cast(ref.key(), this.overtakingCast, new Numbered(pair, number));
					}
				}
				case 11 -> sent(ref.<Integer>callAsync((instance) -> {
					handle(instance, pair, number);
					this.putOff.add(GenServerContext.current().deferReply());
					return -1;
				}));
				case 12 -> sent(ref.callAsync((instance) -> {
					handle(instance, pair, number);
					return later();
				}));
				case 13 -> completeOne();
				case 14 -> disturb(ref);
				case 15 -> {
					boolean[] before = new boolean[1];
					sent(ref.<Integer>callAsync((instance) -> putOffOnce(instance, before)));
				}
				case 16 -> {
					boolean[] before = new boolean[1];
					cast(ref, (instance) -> {
						if (before[0]) {
							this.witness.handled();
						}
						try {
							putOffOnce(instance, before);
						}
						catch (Throwable ex) {
							if (!before[0]) {
								this.witness.handled();
							}
							throw ex;
						}
					});
				}
				default -> pass();
			}
		}
		catch (GenServerException | IllegalStateException ex) {
			// What a sender may get.
		}
		catch (Throwable ex) {
			if (!this.thrown.contains(ex)) {
				throw ex;
			}
			// As it was thrown.
		}
	}

	private @Nullable Object handleNumbered(Object instance, @Nullable Object payload) {
		Numbered sent = (Numbered) Objects.requireNonNull(payload);
		return handle(instance, sent.pair(), sent.number());
	}

	private @Nullable Object handleNumberedCast(Object instance, @Nullable Object payload) {
		this.witness.handled();
		return handleNumbered(instance, payload);
	}

	private GenServerRef<Object> target() {
		return switch (this.random.nextInt(4)) {
			case 0 -> this.engine.ref("first");
			case 1 -> this.engine.ref("second");
			default -> this.engine.ref("keyed", "k" + this.random.nextInt(2));
		};
	}

	private GenServerRef<Object> impatient(GenServerRef<Object> ref) {
		return ref.withTimeout(Duration.ofMillis(1 + this.random.nextInt(5)));
	}

	private void cast(GenServerRef<Object> ref, CastAction<Object> action) {
		this.casts++;
		ref.cast(action);
	}

	private <T> CompletableFuture<T> sent(CompletableFuture<T> reply) {
		this.calls.add(new Sent(reply));
		return reply;
	}

	private void cancelled(CompletableFuture<Integer> reply) {
		this.scheduler.letOthersRun();
		if (this.random.nextBoolean()) {
			reply.cancel(false);
		}
		else {
			reply.complete(-2);
		}
	}

	private void stream(GenServerRef<Object> ref, String pair, int number) {
		MayhemStreams.Listener listener = new MayhemStreams.Listener(() -> maybeThrow(4));
		this.calls.add(new Sent(listener.end));
		this.engine.runtime.server(ref.name()).stream(ref.key(), TestOperation.stream("items", (instance, none) -> {
			handle(instance, pair, number);
			maybeThrow(4);
			return this.streams.publisher(GenServerContext.current());
		}), null, 0, null, listener);
		if (this.random.nextBoolean()) {
			this.scheduler.letOthersRun();
			listener.cancel();
		}
	}

	private void completeOne() {
		if (!this.putOff.isEmpty()) {
			Reply<Integer> reply = this.putOff.remove(this.random.nextInt(this.putOff.size()));
			if (this.random.nextBoolean()) {
				reply.complete(-3);
			}
			else {
				reply.fail(made());
			}
		}
	}

	private void pass() {
		if (this.random.nextBoolean()) {
			this.scheduler.advance(Duration.ofMillis(this.random.nextInt(25)));
		}
		else {
			this.scheduler.sleep(Duration.ofMillis(this.random.nextInt(10)));
		}
	}

	private void disturb(GenServerRef<Object> ref) {
		Instances instances = this.engine.runtime.server(ref.name()).instances();
		switch (this.random.nextInt(10)) {
			case 0 -> {
				if (ref.key() != null || this.random.nextInt(4) == 0) {
					cast(ref, (instance) -> {
						this.witness.handled();
						GenServerContext.current().stop();
					});
				}
			}
			case 1 -> instances.restart(ref.key());
			case 2 -> instances.all().forEach((cell) -> cell.command(Commands.SUSPEND));
			case 3 -> ref.termination().cancel(false);
			case 4 -> ref.termination().complete(null);
			case 5 -> comeAndGo();
			case 6, 7 -> {
				if (ref.key() != null || this.random.nextInt(4) == 0) {
					this.ends.add(ref.stop());
				}
			}
			default -> instances.all().forEach((cell) -> cell.command(Commands.RESUME));
		}
	}

	/** Start a server, use it, and sometimes stop it and perhaps await its end. */
	private void comeAndGo() {
		String name = "late-" + this.numbers++;
		Server late = this.engine.add(name, ServerSettings.DEFAULTS,
				this.witness.instances((label) -> this.scheduler.letOthersRun()));
		GenServerRef<Object> ref = new LocalRef<>(late, null);
		this.engine.runtime.start(late);
		CallFunction<Object, Integer, RuntimeException> function = Object::hashCode;
		ref.call(function);
		switch (this.random.nextInt(4)) {
			case 0 -> ref.stop().cancel(false);
			case 1 -> late.instances().restart(null);
			case 2 -> {
			}
			default -> ref.stop().whenComplete((done, failure) -> this.gone.add(late));
		}
	}

	// What handlers do.

	private void handleCast(Object instance, String pair, int number) throws InterruptedException {
		this.witness.handled();
		handle(instance, pair, number);
	}

	private int handle(Object instance, String pair, int number) {
		return this.witness.inTurn(instance, pair, number, () -> {
			switch (this.random.nextInt(13)) {
				case 0, 1 -> raise();
				case 2 -> this.scheduler.sleep(Duration.ofMillis(this.random.nextInt(12)));
				case 3, 4 -> this.scheduler.letOthersRun();
				case 12 -> this.witness.pipe(GenServerContext.current(), instance, later());
				case 5 -> nested(this.engine.ref("second"));
				case 8 -> {
					if (this.random.nextInt(4) == 0) {
						// Fails at once, whichever way it waits.
						CompletableFuture<?> end = GenServerContext.current().self().termination();
						(this.random.nextBoolean() ? end : end.thenRun(() -> {
						})).join();
					}
				}
				case 6 -> nested(target());
				case 7 -> this.witness.timer(GenServerContext.current(), instance, this.random.nextInt(8));
				case 10 -> failLater(GenServerContext.current());
				case 9 -> maybeExit();
				case 11 -> this.streams.attach(GenServerContext.current());
				default -> {
				}
			}
			return number;
		});
	}

	/** The first time a message is put off; nothing is promised of its order. */
	private int putOffOnce(Object instance, boolean[] before) {
		this.witness.inTurnInAnyOrder(instance);
		if (!before[0]) {
			GenServerContext context = GenServerContext.current();
			context.stash();
			before[0] = true;
			this.putOffHere.set(true);
			if (this.random.nextInt(4) != 0) {
				context.schedule(Duration.ofMillis(this.random.nextInt(8)), context::unstash);
			}
		}
		return -6;
	}

	/** What a handler leaves behind fails: a timer or a continuation. */
	private void failLater(GenServerContext context) {
		if (this.random.nextBoolean()) {
			context.schedule(Duration.ofMillis(this.random.nextInt(4)), this::raise);
		}
		else {
			context.continueWith(this::raise);
		}
	}

	/** Few handlers end the application. */
	private void maybeExit() {
		if (this.random.nextInt(24) == 0) {
			this.engine.runtime.shutdown();
		}
	}

	/** What happens in a constructor or a termination. */
	private void constructOrTerminate(String label) {
		this.scheduler.letOthersRun();
		try {
			takeTime(itself(label));
		}
		catch (Throwable ex) {
			if (this.engine.runtime.hasStarted()) {
				throw ex;
			}
			// Else it would fail the application.
		}
	}

	private void takeTime(GenServerRef<Object> itself) {
		switch (this.random.nextInt(12)) {
			case 0, 1, 2 -> this.scheduler.sleep(Duration.ofMillis(this.random.nextInt(12)));
			case 3 -> nested(target());
			case 4 -> cast(target(), (instance) -> this.witness.handled());
			case 5 -> nested(itself);
			case 6 -> cast(itself, (instance) -> this.witness.handled());
			case 7 -> disturb(itself);
			case 8 -> raise();
			default -> {
			}
		}
	}

	private GenServerRef<Object> itself(String label) {
		String[] parts = label.split("/");
		return "null".equals(parts[1]) ? this.engine.ref(parts[0]) : this.engine.ref(parts[0], parts[1]);
	}

	/** Calls that may close a cycle, or go to a method that may overlap. */
	private void nested(GenServerRef<Object> ref) {
		if (this.random.nextInt(3) == 0) {
			try {
				several(ref.callAsync(Object::hashCode)).join();
			}
			catch (CompletionException ex) {
				throw Throwables.sneaky((ex.getCause() != null) ? ex.getCause() : ex);
			}
		}
		else if (this.random.nextInt(2) == 0) {
			this.engine.runtime.server(ref.name()).call(ref.key(), this.overlapping, null, 0, false);
		}
		else {
			CallFunction<Object, Integer, RuntimeException> function = Object::hashCode;
			ref.call(function);
		}
	}

	private CompletableFuture<Integer> later() {
		if (this.random.nextInt(4) == 0) {
			return this.random.nextBoolean() ? new CompletableFuture<>() : CompletableFuture.failedFuture(made());
		}
		if (this.random.nextBoolean()) {
			CompletableFuture<Integer> call = this.engine.<Object>ref("second").callAsync(Object::hashCode);
			return this.random.nextBoolean() ? call : several(call);
		}
		CompletableFuture<Integer> later = new CompletableFuture<>();
		Alarm alarm = new Alarm(this.scheduler.nanoTime() + this.random.nextInt(10_000_000),
				() -> this.scheduler.execute(() -> later.complete(-4)));
		this.scheduler.track(alarm);
		return later;
	}

	/** What is made of a call and others, which may close a cycle at once or later. */
	private CompletableFuture<Integer> several(CompletableFuture<Integer> call) {
		GenServerRef<Object> other = target();
		return switch (this.random.nextInt(4)) {
			case 0 -> call.thenApply((value) -> value);
			case 1 -> call.thenCombine(other.<Integer>callAsync(Object::hashCode), Integer::sum);
			case 2 -> call.thenCompose((value) -> other.<Integer>callAsync(Object::hashCode));
			default ->
				call.thenCompose((value) -> other.<Integer>callAsync(Object::hashCode)).thenCombine(call, Integer::sum);
		};
	}

	private int besideTurn(Object instance) {
		return this.witness.besideTurn(instance, OVERLAPPING, () -> {
			switch (this.random.nextInt(6)) {
				case 0 -> raise();
				case 1 -> this.scheduler.sleep(Duration.ofMillis(this.random.nextInt(12)));
				case 2 -> this.scheduler.letOthersRun();
				case 3 -> nested(target());
				case 4 -> maybeExit();
				default -> {
				}
			}
			return -5;
		});
	}

	/** Now and then what is awaited beside the turn, and may never complete. */
	private Object returned(int number) {
		return (this.random.nextInt(4) == 0) ? later() : number;
	}

	// Afterwards.

	private void check() {
		this.witness.check();
		this.streams.check();
		assertThat(this.ends).as("ends that were asked for").allMatch(CompletableFuture::isDone);
		for (Sent call : this.calls) {
			assertThat(call.reply).as("call").isDone();
			assertThat(call.completions).as("completions of a call").isOne();
			assertThat(call.dependent).as("what depends on a call").isDone();
			assertThat(isKnown(call.failure)).as("failure of a call, known rather than %s", call.failureType())
				.isTrue();
		}
		long lost = this.engine.deadLetters.stream().filter(DeadLetter::cast).count();
		assertThat(this.witness.handledCasts() + lost).as("casts handled or known to be lost").isEqualTo(this.casts);
		int[] kept = this.engine.runtime.kept();
		assertThat(kept[1]).as("names that are taken").isEqualTo(kept[0]);
		assertThat(kept[2]).as("servers in the start order").isLessThanOrEqualTo(kept[0]);
		this.gone.forEach((server) -> assertThat(CellInternals.watchers(server.instances().single())).isZero());
		for (Server server : this.engine.runtime.servers()) {
			for (ServerCell cell : server.instances().all()) {
				assertThat(cell.life().isOver()).as("%s is over", cell).isTrue();
				assertThat(CellInternals.watchers(cell)).as("those who watch %s", cell).isZero();
				assertThat(cell.mailbox().highWater()).as("high water").isLessThanOrEqualTo(this.capacity);
				assertThat(MailboxContents.emptyEntries(cell.mailbox())).as("empty entries")
					.isBetween(0, this.capacity);
				assertThat(MailboxContents.keepsNothing(cell.mailbox())).as("the mailbox of %s keeps nothing", cell)
					.isTrue();
			}
		}
	}

	/** Whether a call may fail so: as it was thrown, or in the words of the engine. */
	private boolean isKnown(@Nullable Throwable failure) {
		if (failure instanceof CompletionException && !this.thrown.contains(failure)) {
			return isKnown(failure.getCause());
		}
		return failure == null || failure instanceof GenServerException || failure instanceof IllegalStateException
				|| failure instanceof CancellationException || this.thrown.contains(failure);
	}

	/** A call, and how often it has completed. */
	private static final class Sent {

		private final CompletableFuture<?> reply;

		private final CompletableFuture<?> dependent;

		private int completions;

		private @Nullable Throwable failure;

		Sent(CompletableFuture<?> reply) {
			this.reply = reply;
			this.dependent = reply.thenApply((value) -> value);
			reply.whenComplete((value, failure) -> {
				this.completions++;
				this.failure = failure;
			});
		}

		/** Its class, as it may be unable to describe itself. */
		String failureType() {
			return (this.failure != null) ? this.failure.getClass().getName() : "none";
		}

	}

	/** Throws where it may, which is after a cast was handled, or counts as that. */
	private final class Interceptor implements GenServerInterceptor {

		@Override
		public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
			if (!envelope.isCast()) {
				maybeThrow(40);
			}
			Object result = invocation.proceed();
			if (Mayhem.this.putOffHere.get()) {
				Mayhem.this.putOffHere.set(false);
				// A cast that fails now counts as one that was not handled.
				return result;
			}
			maybeThrow(40);
			return result;
		}

		@Override
		public void starting(Envelope envelope) {
			maybeThrow(4);
		}

		@Override
		public void ended(Envelope envelope, @Nullable Throwable failure) {
			maybeThrow(4);
		}

		@Override
		public void repliedLate(Envelope envelope) {
			maybeThrow(2);
		}

	}

	/**
	 * What an operation that overtakes is sent.
	 *
	 * @param pair sender and receiver
	 * @param number of the message from one to the other
	 */
	private record Numbered(String pair, int number) {
	}

}
