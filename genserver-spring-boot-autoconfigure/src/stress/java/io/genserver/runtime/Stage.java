package io.genserver.runtime;

import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.genserver.Overflow;
import io.genserver.runtime.cell.CellInternals;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.message.CastMessage;
import org.slf4j.LoggerFactory;

/**
 * One server that has started, whose turns a test runs by hand.
 */
final class Stage {

	static {
		// Millions of servers have much to log.
		((Logger) LoggerFactory.getLogger("io.genserver")).setLevel(Level.OFF);
	}

	final HandScheduler scheduler = new HandScheduler();

	final ServerCell cell;

	/** Messages handled. */
	final AtomicInteger handled = new AtomicInteger();

	/** Counts what it handles. */
	final TestOperation counted = TestOperation.call("counted", (instance, payload) -> this.handled.incrementAndGet());

	/** The same as a cast. */
	final TestOperation countedCast = TestOperation.cast("counted", (instance, payload) -> {
		this.handled.incrementAndGet();
		return null;
	});

	Stage(int capacity) {
		Engine engine = new Engine(this.scheduler);
		engine.add("server", ServerSettings.DEFAULTS.withMailbox(capacity, Overflow.BLOCK), Object::new);
		this.cell = engine.cell("server");
		this.cell.start();
		this.scheduler.runAll();
	}

	/** A call to this server that its sender has not sent yet. */
	CountedCall call() {
		return new CountedCall(this.counted, this.cell);
	}

	/** A cast to this server. */
	CastMessage cast() {
		return new CastMessage(this.countedCast, null, Thread.currentThread());
	}

	/** A call that has been queued. */
	CountedCall queued() {
		CountedCall call = call();
		this.cell.inbox().offer(call);
		return call;
	}

	/** A call that was taken out of the mailbox, as if its handler ran. */
	CountedCall running(CountedCall call) {
		this.cell.mailbox().offer(call, 0);
		this.cell.mailbox().poll();
		call.start();
		CellInternals.taken(this.cell);
		return call;
	}

	/** The mailbox as it ends: what is queued, and how many empty entries are left. */
	String left() {
		return this.cell.mailbox().size() + " queued";
	}

}
