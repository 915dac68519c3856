package io.genserver.protocol.ext;

import java.util.List;
import java.util.Random;

import io.genserver.protocol.Side;
import io.genserver.protocol.base.Wire;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two sessions back to back, and what happens between them, as a source of numbers has
 * it. A failure names that source.
 */
public final class ExtPair {

	private static final int STEPS = 400;

	private final String name;

	private final Random random;

	public final ExtEnd a;

	public final ExtEnd b;

	public final List<ExtEnd> ends;

	private final boolean tight;

	/** How eager consumers and wires are, out of 10. */
	private final int consuming;

	private final int moving;

	private long now = 1;

	public ExtPair(String name, Random random, boolean cancels, boolean tight) {
		this.name = name;
		this.random = random;
		this.tight = tight;
		ExtRoll roll = new ExtRoll(this.random, cancels, tight);
		this.a = new ExtEnd(Side.CONNECTING, roll, this.random);
		this.b = new ExtEnd(Side.ACCEPTING, roll, this.random);
		this.ends = List.of(this.a, this.b);
		this.consuming = this.random.nextInt(11);
		this.moving = 1 + this.random.nextInt(10);
	}

	public void run() {
		int calls = 1 + this.random.nextInt(15);
		for (int step = 0; step < STEPS; step++) {
			ExtEnd end = this.ends.get(this.random.nextInt(2));
			switch (this.random.nextInt(5)) {
				case 0 -> {
					if (calls > 0 && this.random.nextInt(4) == 0) {
						calls--;
						end.call();
					}
				}
				case 1 -> end.step(end.todo, true);
				case 2 -> {
					if (this.random.nextInt(10) < this.consuming) {
						end.step(end.unconsumed, false);
					}
				}
				case 3 -> end.send(other(end), this.random.nextBoolean());
				default -> {
					if (this.random.nextInt(10) < this.moving) {
						end.receive(this.now);
					}
				}
			}
			this.ends.forEach(ExtEnd::assertBalanced);
		}
		finish();
		assertNothingIsOpen();
	}

	private ExtEnd other(ExtEnd end) {
		return (end == this.a) ? this.b : this.a;
	}

	/** Lets everything happen until nothing more does; consuming comes last. */
	private void finish() {
		boolean progress = true;
		while (progress) {
			progress = false;
			for (ExtEnd end : this.ends) {
				progress |= end.step(end.todo, true);
				progress |= end.send(other(end), true);
				while (end.receive(this.now)) {
					progress = true;
				}
			}
			if (!progress) {
				progress = this.a.step(this.a.unconsumed, true) | this.b.step(this.b.unconsumed, true);
			}
			if (!progress && this.tight && openStreams() > 0) {
				// Only the end of patience can help now, for both ends in turn.
				this.now += 11_000_000_000L;
				this.a.session.tick(this.now);
				this.b.session.tick(this.now);
				this.now += 11_000_000_000L;
				this.a.session.tick(this.now);
				this.b.session.tick(this.now);
				progress = this.a.session.hasOutput() || this.b.session.hasOutput() || !this.a.todo.isEmpty()
						|| !this.b.todo.isEmpty();
			}
		}
	}

	private int openStreams() {
		return this.a.session.streams().size() + this.b.session.streams().size();
	}

	private void assertNothingIsOpen() {
		for (ExtEnd end : this.ends) {
			ExtSession session = end.session;
			assertThat(session.openCalls()).as("open calls, %s", this.name).isZero();
			assertThat(session.waitingCalls()).as("waiting, %s", this.name).isZero();
			assertThat(session.streams().size()).as("streams, %s", this.name).isZero();
			assertThat(session.callsInFlight()).as("places, %s", this.name).isZero();
			assertThat(session.bufferedBytes()).as("buffered, %s", this.name).isZero();
			assertThat(session.credit().isBalanced()).as("credit, %s", this.name).isTrue();
			assertThat(session.credit().available()).as("credit, %s", this.name)
				.isEqualTo(other(end).session.sender().credit());
			session.close("test over");
			Wire.assertNothingInUse(end.allocator);
		}
	}

}
