package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

import io.genserver.Caller;
import io.genserver.GenServerContext;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.test.SeededScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sees the instances and handlers of a {@link Mayhem}, and notes whatever breaks a
 * promise. It throws nothing, since a handler's exception is nothing special.
 */
final class MayhemWitness {

	private final SeededScheduler scheduler;

	private final BooleanSupplier mayInterrupt;

	private final List<String> violations = new ArrayList<>();

	private final InstanceLedger ledger = new InstanceLedger();

	/** By server and sender, the numbers of the messages handled. */
	private final Map<String, List<Integer>> handled = new HashMap<>();

	/** What uses the contexts of messages and instances, perhaps long after those. */
	private final List<Runnable> kept = new ArrayList<>();

	private int handledCasts;

	/**
	 * Create.
	 * @param scheduler under it all happens
	 * @param mayInterrupt whether handlers are interrupted just now, for a good reason
	 */
	MayhemWitness(SeededScheduler scheduler, BooleanSupplier mayInterrupt) {
		this.scheduler = scheduler;
		this.mayInterrupt = mayInterrupt;
	}

	/**
	 * A factory of instances.
	 * @param step what a constructor or a termination does, given the name and key; may
	 * take its time, send messages, and throw
	 * @return the factory
	 */
	InstanceFactory instances(Consumer<String> step) {
		return new InstanceFactory() {

			@Override
			public Object create() {
				expectCleanThread("constructor", false);
				GenServerContext context = GenServerContext.current();
				Instance made = new Instance(context.name() + "/" + context.key());
				MayhemWitness.this.kept.add(() -> useLater(context, made));
				MayhemWitness.this.ledger.open(made.label);
				try {
					step.accept(made.label);
					stain();
				}
				catch (Throwable ex) {
					MayhemWitness.this.ledger.close(made.label);
					throw ex;
				}
				return made;
			}

			@Override
			public void destroy(Object instance) {
				expectCleanThread("termination", false);
				Instance gone = (Instance) instance;
				expect(!gone.gone, "second end of " + gone.label);
				expect(gone.inTurn == 0 && gone.beside == 0, "end of " + gone.label + " while a handler runs");
				gone.gone = true;
				try {
					step.accept(gone.label);
					stain();
				}
				finally {
					MayhemWitness.this.ledger.close(gone.label);
				}
			}

		};
	}

	/** A cast is being handled. */
	void handled() {
		this.handledCasts++;
	}

	int handledCasts() {
		return this.handledCasts;
	}

	/** Run a handler that must have the instance for itself. */
	int inTurn(Object target, String pair, int number, IntSupplier body) {
		expectCleanThread("message", false);
		Instance instance = (Instance) target;
		this.handled.computeIfAbsent(pair, (key) -> new ArrayList<>()).add(number);
		expect(!instance.gone, "message for an instance of " + instance.label + " that is gone");
		expect(++instance.inTurn == 1, "two messages at a time at " + instance.label);
		try {
			keepContext();
			return body.getAsInt();
		}
		finally {
			stain();
			instance.inTurn--;
			expect(!instance.gone, "end of " + instance.label + " in the midst of a message");
		}
	}

	/** Run a handler that may overlap with others. */
	int besideTurn(Object target, int most, IntSupplier body) {
		expectCleanThread("message beside the turn", true);
		Instance instance = (Instance) target;
		expect(!instance.gone, "handler beside an instance of " + instance.label + " that is gone");
		expect(++instance.beside <= most, "too many handlers beside the turn of " + instance.label);
		try {
			keepContext();
			return body.getAsInt();
		}
		finally {
			stain();
			instance.beside--;
			expect(!instance.gone, "end of " + instance.label + " while a handler ran beside its turn");
		}
	}

	/** Set a timer, every so many milliseconds; once if that is none. */
	void timer(GenServerContext context, Object target, int period) {
		Instance instance = (Instance) target;
		if (period == 0) {
			context.schedule(Duration.ofMillis(2), () -> tick(instance));
			return;
		}
		long begin = this.scheduler.nanoTime();
		int[] ticks = new int[1];
		context.scheduleEvery(Duration.ofMillis(period), () -> {
			tick(instance);
			long most = (this.scheduler.nanoTime() - begin) / Duration.ofMillis(period).toNanos();
			expect(++ticks[0] <= most, "ticks of " + instance.label + " pile up");
		});
	}

	/** A message is handled whose order does not matter. */
	void inTurnInAnyOrder(Object target) {
		tick((Instance) target);
	}

	/** Let a result become a message, once. */
	void pipe(GenServerContext context, Object target, CompletionStage<Integer> stage) {
		Instance instance = (Instance) target;
		int[] times = new int[1];
		Consumer<Object> handler = (outcome) -> {
			tick(instance);
			expect(++times[0] == 1, "a result was handled twice by " + instance.label);
		};
		context.pipe(stage, handler, handler);
	}

	private void tick(Instance instance) {
		expectCleanThread("tick", false);
		expect(!instance.gone, "tick after the end of " + instance.label);
		expect(++instance.inTurn == 1, "tick in the midst of a message at " + instance.label);
		this.scheduler.letOthersRun();
		stain();
		instance.inTurn--;
	}

	/** Keep the context of the message that is handled, to ask it later. */
	private void keepContext() {
		GenServerContext ofMessage = GenServerContext.current();
		Caller caller = ofMessage.caller();
		this.kept.add(() -> expect(ofMessage.caller().equals(caller),
				"context of a message of " + caller + " tells of " + ofMessage.caller()));
	}

	/** A thread outside of all turns uses a context of some message or instance. */
	void useKept() {
		if (!this.kept.isEmpty()) {
			this.kept.get(this.scheduler.choices().nextInt(this.kept.size())).run();
		}
	}

	private void useLater(GenServerContext context, Instance instance) {
		boolean gone = instance.gone;
		try {
			switch (this.scheduler.choices().nextInt(gone ? 3 : 2)) {
				case 0 -> context.schedule(Duration.ofMillis(1), () -> tick(instance));
				case 1 -> {
					context.caller();
					expect(false, "context of " + instance.label + " tells of a message on a thread without one");
				}
				default -> context.stop();
			}
		}
		catch (IllegalStateException ex) {
			// The instance has ended, or this thread handles no message.
		}
	}

	/** Now and then leave something on the thread. */
	private void stain() {
		if (this.scheduler.choices().nextInt(4) == 0) {
			Stains.leave();
		}
	}

	private void expectCleanThread(String who, boolean interruptible) {
		// An interrupt may be meant for it.
		Stains.found()
			.stream()
			.filter((stain) -> !stain.equals(Stains.FLAG) || !(interruptible || this.mayInterrupt.getAsBoolean()))
			.forEach((stain) -> expect(false, who + " found " + stain));
	}

	private void expect(boolean kept, String violation) {
		if (!kept) {
			this.violations.add(violation);
		}
	}

	/** To be called when all has ended. */
	void check() {
		assertThat(this.violations).isEmpty();
		this.ledger.check();
		this.handled.forEach((pair, numbers) -> assertThat(numbers).as(pair).isSorted().doesNotHaveDuplicates());
	}

	/** The state of a server. */
	private static final class Instance {

		private final String label;

		private int inTurn;

		private int beside;

		private boolean gone;

		Instance(String label) {
			this.label = label;
		}

	}

}
