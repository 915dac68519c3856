package io.genserver.runtime;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import io.genserver.GenServerContext;
import io.genserver.GenServerException;
import io.genserver.GenServerRef;
import io.genserver.Reply;
import io.genserver.runtime.cell.InstanceFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An instance of a server under chaos: whatever a handler can do wrong it does now and
 * then, and it notices when two messages meet in it, or a second instance beside it.
 */
final class Mortal {

	private final Factory factory;

	private final AtomicInteger inside = new AtomicInteger();

	private boolean ended;

	private Mortal(Factory factory) {
		this.factory = factory;
	}

	/** Handle a message: the number is the reply, unless something goes wrong. */
	int handle(int number) {
		Tally tally = this.factory.tally;
		this.factory.expectCleanThread("A message");
		tally.handled(number);
		if (this.inside.getAndIncrement() != 0) {
			tally.unexpected(new AssertionError("Two messages at a time"));
		}
		if (this.ended) {
			tally.unexpected(new AssertionError("A message after the termination"));
		}
		try {
			misbehave(number);
			return number;
		}
		finally {
			this.inside.decrementAndGet();
		}
	}

	private void misbehave(int number) {
		GenServerContext context = GenServerContext.current();
		switch (this.factory.choose(40)) {
			case 0 -> throw new IllegalStateException("bad input");
			case 1 -> throw new StackOverflowError("in a handler");
			case 2 -> Stains.leave();
			case 3 -> context.stop();
			case 4 -> context.schedule(Duration.ofMillis(1), () -> {
				this.factory.expectCleanThread("A timer");
				Stains.leave();
				throw new IllegalStateException("in a timer");
			});
			case 5 -> context.continueWith(() -> {
				this.factory.expectCleanThread("A continuation");
				Stains.leave();
				throw new IllegalStateException("in a continuation");
			});
			case 6 -> {
				Reply<Integer> reply = context.deferReply();
				CompletableFuture.runAsync(() -> reply.complete(number));
			}
			case 7 -> {
				Reply<Integer> never = context.deferReply();
				assertThat(never.isOver()).isIn(true, false);
			}
			case 8 -> this.factory.nap();
			case 9 -> throw new CompletionException(new IllegalStateException("wrapped"));
			case 10, 11 -> callOther();
			case 12 -> joinOthers();
			default -> {
			}
		}
	}

	/** What the other call failed with says nothing about this message. */
	private void callOther() {
		try {
			this.factory.others.get().call((other) -> 1);
		}
		catch (GenServerException ex) {
			throw new IllegalStateException("another call failed", ex);
		}
	}

	/** A wait that the engine does not see: the deadlines of the calls end a cycle. */
	private void joinOthers() {
		CompletableFuture<Integer> first = this.factory.others.get().callAsync((other) -> 1);
		CompletableFuture<Integer> second = this.factory.others.get().callAsync((other) -> 2);
		CompletableFuture<?> both = switch (this.factory.choose(3)) {
			case 0 -> CompletableFuture.allOf(first, second);
			case 1 -> CompletableFuture.anyOf(first, second);
			default -> first.thenCombine(second, Integer::sum);
		};
		try {
			both.join();
		}
		catch (CompletionException | GenServerException ex) {
			throw new IllegalStateException("other calls failed", ex);
		}
	}

	/** Makes them, if it does not fail to. */
	static final class Factory implements InstanceFactory {

		private final Tally tally;

		private final AtomicLong draws;

		/** Where constructors and terminations send messages. */
		private final Supplier<GenServerRef<Mortal>> others;

		private final InstanceLedger ledger = new InstanceLedger();

		Factory(Tally tally, long seed, String name, Supplier<GenServerRef<Mortal>> others) {
			this.others = others;
			this.tally = tally;
			this.draws = new AtomicLong(seed * 7919 + name.hashCode());
		}

		/**
		 * A number below a bound, the next one of a sequence that depends on the seed.
		 */
		int choose(int bound) {
			long mixed = this.draws.getAndAdd(0x9E3779B97F4A7C15L);
			mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
			mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
			return (int) Long.remainderUnsigned(mixed ^ (mixed >>> 31), bound);
		}

		/** Hold the handler up for longer than some callers want to wait. */
		void nap() {
			long end = System.nanoTime() + 1_000_000;
			while (System.nanoTime() - end < 0) {
				Thread.onSpinWait();
			}
		}

		@Override
		public Object create() {
			expectCleanThread("A constructor");
			if (choose(5) == 0) {
				Stains.leave();
			}
			String label = label();
			this.ledger.open(label);
			try {
				takeTime();
				if (this.tally.isHappening() && choose(10) == 0) {
					throw new IllegalStateException("in a constructor");
				}
				return new Mortal(this);
			}
			catch (Throwable ex) {
				this.ledger.close(label);
				throw ex;
			}
		}

		@Override
		public void destroy(Object instance) {
			expectCleanThread("A termination");
			if (choose(5) == 0) {
				Stains.leave();
			}
			Mortal mortal = (Mortal) instance;
			mortal.ended = true;
			try {
				takeTime();
				if (choose(5) == 0) {
					throw new IllegalStateException("in a termination");
				}
			}
			finally {
				this.ledger.close(label());
			}
		}

		/** Nothing that anything else left on the thread is there. */
		void expectCleanThread(String who) {
			if (this.tally.isHappening()) {
				Stains.found().forEach((stain) -> this.tally.unexpected(new AssertionError(who + " found " + stain)));
			}
		}

		/** What a constructor or a termination does, for longer than others may wait. */
		private void takeTime() {
			if (!this.tally.isHappening()) {
				return;
			}
			switch (choose(8)) {
				case 0, 1 -> nap();
				case 2 -> this.others.get().call((other) -> 1);
				case 3 -> this.others.get().callAsync((other) -> 1);
				case 4 -> GenServerContext.current().<Mortal>self().callAsync((itself) -> 1);
				case 5 -> GenServerContext.current().<Mortal>self().call((itself) -> 1);
				default -> {
				}
			}
		}

		private static String label() {
			GenServerContext context = GenServerContext.current();
			return context.name() + "/" + context.key();
		}

		/** To be called when all has ended. */
		void check() {
			this.ledger.check();
		}

	}

}
