package io.genserver.runtime;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.genserver.DeadLetter;
import io.genserver.NoSuchServerException;
import io.genserver.ServerState;
import io.genserver.runtime.cell.Commands;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.message.SendRefusals;
import io.genserver.runtime.scheduling.Alarm;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one server: a single one, or one per key. There is never more than one
 * live instance of a key: an instance that ends stays in its place until it has let go of
 * everything, or until a successor takes the place, which neither starts nor ends before
 * then. Safe on any thread.
 */
final class Instances {

	private final Server server;

	private final Map<String, ServerCell> keyed = new ConcurrentHashMap<>();

	/** Instances whose successors wait for their end. */
	private final Set<ServerCell> ending = ConcurrentHashMap.newKeySet();

	private final AtomicInteger count = new AtomicInteger();

	private final RetiredInstanceTotals former = new RetiredInstanceTotals();

	private volatile @Nullable ServerCell single;

	/** Whether idle instances are looked for. */
	private final AtomicBoolean looking = new AtomicBoolean();

	private volatile boolean stopped;

	/** Whether the single cell has ended and will have no successor; guarded by this. */
	private boolean closed;

	Instances(Server server, boolean keyed) {
		this.server = server;
		this.single = keyed ? null : new ServerCell(server, null);
	}

	/** The cell a message goes to; for a new key it is made and started. */
	ServerCell forMessage(@Nullable String key, Message message) {
		ServerCell only = this.single;
		if (only != null) {
			if (key != null) {
				throw new IllegalArgumentException("Server " + this.server.name() + " is not keyed: it takes no key");
			}
			return only;
		}
		if (key == null || key.isEmpty()) {
			throw new IllegalArgumentException(
					"Server " + this.server.name() + " is keyed: it needs a key that is not empty");
		}
		ServerCell known = this.keyed.get(key);
		return (known != null) ? known : add(key, message);
	}

	private ServerCell add(String key, Message message) {
		if (this.stopped) {
			throw SendRefusals.refused(this.server.runtime().deadLetters(), this.server.name(), key, message,
					"the server is stopped");
		}
		int most = this.server.settings().maxInstances();
		ServerCell added = new ServerCell(this.server, key);
		// Of several that come for a key at once one needs a place.
		boolean[] reserved = { false };
		ServerCell winner;
		try {
			winner = this.keyed.computeIfAbsent(key, (absent) -> {
				reserved[0] = reserve(most);
				return reserved[0] ? added : null;
			});
		}
		catch (Throwable ex) {
			if (reserved[0] && this.keyed.get(key) != added) {
				this.count.decrementAndGet();
			}
			throw ex;
		}
		if (winner == null) {
			throw SendRefusals.refused(this.server.runtime().deadLetters(), this.server.name(), key, message,
					DeadLetter.Reason.TOO_MANY_INSTANCES,
					"it has " + most + " instances already; raise genserver.servers." + this.server.name()
							+ ".max-instances or let some stop");
		}
		if (winner != added) {
			return winner;
		}
		if (this.server.runtime().hasStarted()) {
			added.start();
			lookForIdle();
		}
		stopIfStopped(added);
		return added;
	}

	private boolean reserve(int most) {
		int known = this.count.get();
		while (known < most) {
			if (this.count.compareAndSet(known, known + 1)) {
				return true;
			}
			known = this.count.get();
		}
		return false;
	}

	/** A new instance takes the place of one that is ending, and starts after its end. */
	void succeed(ServerCell ending, String key) {
		ServerCell next = successor(ending);
		if (this.keyed.replace(key, ending, next)) {
			this.former.add(ending);
			if (this.server.runtime().hasStarted()) {
				next.start();
			}
			stopIfStopped(next);
		}
	}

	/** A cell that is to take the place of another, and begins after its end. */
	private ServerCell successor(ServerCell ending) {
		ServerCell next = new ServerCell(this.server, ending.key(), ending);
		this.ending.add(ending);
		ending.life().whenTerminated().whenComplete((done, failure) -> {
			this.ending.remove(ending);
			next.predecessorEnded();
		});
		return next;
	}

	/** Whether messages go to this cell. */
	boolean holds(ServerCell cell) {
		String key = cell.key();
		return ((key != null) ? this.keyed.get(key) : this.single) == cell;
	}

	/**
	 * Stop a cell that was added while the server was being stopped: the thread that
	 * stops the server may not have seen it.
	 */
	private void stopIfStopped(ServerCell cell) {
		if (this.stopped) {
			cell.command(Commands.STOP);
		}
	}

	/** A cell has ended. One that has failed stays, so that calls go on failing. */
	void ended(ServerCell cell, ServerState last, boolean hadStarted) {
		if (cell.takeRestart()) {
			replace(cell);
		}
		if (last != ServerState.FAILED || !hadStarted) {
			forget(cell);
		}
	}

	private void forget(ServerCell cell) {
		String key = cell.key();
		if (key == null) {
			return;
		}
		boolean[] removed = { false };
		this.keyed.computeIfPresent(key, (same, known) -> {
			if (known != cell) {
				return known;
			}
			// Before the removal can be seen: the place may be needed for the same key.
			this.count.decrementAndGet();
			removed[0] = true;
			return null;
		});
		if (removed[0]) {
			this.former.add(cell);
		}
	}

	/**
	 * Begin again: with a new instance, or, if it is ending or has ended, with a new
	 * cell.
	 */
	void restart(@Nullable String key) {
		restart(key, graceNanos());
	}

	/** How long a running handler may keep a stop or restart waiting. */
	private long graceNanos() {
		return Durations.nanos(this.server.settings().stopGrace());
	}

	/** The same; a handler that runs is interrupted after some nanoseconds. */
	void restart(@Nullable String key, long grace) {
		ServerCell known = (key != null) ? this.keyed.get(key) : this.single;
		if (known == null) {
			return;
		}
		known.end(Commands.RESTART, grace);
		// One that began to end meanwhile looks for the command after this is visible.
		if (known.life().isEnding() && known.takeRestart() && !replace(known)) {
			throw new NoSuchServerException("Server " + this.server.name()
					+ " was started at run time and has stopped: it cannot restart. Start it with registry.start");
		}
	}

	/** Returns {@code false} if it must not begin again. */
	private boolean replace(ServerCell ending) {
		String key = ending.key();
		if (key == null) {
			return replaceSingle(ending);
		}
		succeed(ending, key);
		return true;
	}

	private synchronized boolean replaceSingle(ServerCell ending) {
		if (this.closed) {
			return false;
		}
		if (this.single == ending) {
			this.stopped = false;
			ServerCell next = successor(ending);
			this.single = next;
			next.start();
			if (this.server.runtime().isShutDown()) {
				// The thread that shuts all down may not have seen the new cell.
				this.stopped = true;
				next.command(Commands.STOP);
			}
		}
		return true;
	}

	/**
	 * Let the single cell have no successor, if it has ended.
	 * @return whether it has ended, and this was not known before
	 */
	synchronized boolean closeIfOver() {
		ServerCell only = this.single;
		if (this.closed || only == null || !only.life().isOver()) {
			return false;
		}
		this.closed = true;
		return true;
	}

	/** Start what is there, and from now on let idle instances go. */
	void start() {
		all().forEach(ServerCell::start);
		lookForIdle();
	}

	/**
	 * Look for idle instances from time to time, while there are instances. An instance
	 * is added before the flag is read, and the flag is cleared before instances are
	 * looked for: one that is added while the looking ends is seen by one of the two.
	 */
	void lookForIdle() {
		Duration idle = this.server.settings().idleTimeout();
		if (idle != null && !this.keyed.isEmpty() && !this.stopped && this.looking.compareAndSet(false, true)) {
			boolean later = false;
			try {
				lookLater(Durations.nanos(idle));
				later = true;
			}
			finally {
				if (!later) {
					this.looking.set(false);
					// An instance may be idle for ever before another message adds one.
					this.server.runtime().selfCheck().suspect();
				}
			}
		}
	}

	private void lookLater(long idle) {
		Scheduler scheduler = this.server.runtime().scheduler();
		long time = scheduler.nanoTime() + Math.max(1, idle / 4);
		scheduler.track(new Alarm(time, () -> scheduler.execute(() -> {
			try {
				passivate(scheduler.nanoTime() - idle);
			}
			finally {
				this.looking.set(false);
				lookForIdle();
			}
		})));
	}

	/** Whether a look for idle instances is scheduled or under way. */
	boolean isLooking() {
		return this.looking.get();
	}

	/** Let the instances go that have been idle, or failed, since a time. */
	private void passivate(long since) {
		for (ServerCell cell : this.keyed.values()) {
			if (cell.isIdleSince(since)) {
				cell.command(Commands.PASSIVATE);
			}
			else if (cell.life().state() == ServerState.FAILED && cell.isOverSince(since)) {
				forget(cell);
			}
		}
	}

	/**
	 * Let all stop after what they handle, however long that takes, and make no more. For
	 * shutdown.
	 */
	CompletableFuture<@Nullable Void> stop() {
		CompletableFuture<?>[] ends = stopping((cell) -> cell.command(Commands.STOP)).stream()
			.map((cell) -> cell.life().whenTerminated())
			.toArray(CompletableFuture[]::new);
		return CompletableFuture.allOf(ends).thenApply((done) -> null);
	}

	/** Let all stop, and make no more; returns those that end. */
	private Collection<ServerCell> stopping(Consumer<ServerCell> stop) {
		this.stopped = true;
		Collection<ServerCell> cells = allThatLive();
		cells.forEach(stop);
		return cells;
	}

	/**
	 * Let one instance stop, or, without a key, all and make no more. A handler that runs
	 * is interrupted after a while. Returns those that end.
	 */
	Collection<ServerCell> stopping(@Nullable String key) {
		if (key == null) {
			return stopping((cell) -> cell.end(Commands.STOP, graceNanos()));
		}
		ServerCell cell = this.keyed.get(key);
		if (cell == null) {
			return List.of();
		}
		cell.end(Commands.STOP, graceNanos());
		return List.of(cell);
	}

	/**
	 * As before the first start, after all servers were shut down. To be followed by
	 * {@link #succeedFormer()}. A key whose instance was left behind keeps its place.
	 */
	void reopen() {
		this.stopped = false;
		// A look that was to come has ended with the scheduler.
		this.looking.set(false);
		for (ServerCell cell : this.keyed.values()) {
			if (cell.life().isOver()) {
				forget(cell);
			}
		}
	}

	/** Let a new single instance succeed the former one, once that has ended. */
	synchronized void succeedFormer() {
		ServerCell before = this.single;
		if (before != null && !before.isNew()) {
			this.single = successor(before);
		}
	}

	/** Whether the single instance waits for the end of one that was left behind. */
	boolean isLeftBehind() {
		ServerCell only = this.single;
		return only != null && only.predecessor() != null;
	}

	boolean isStopped() {
		return this.stopped;
	}

	Collection<ServerCell> all() {
		ServerCell only = this.single;
		return (only != null) ? List.of(only) : this.keyed.values();
	}

	/** With those that have a successor already, but have not ended yet. */
	Collection<ServerCell> allThatLive() {
		// In this order: one that gets a successor meanwhile is among the second.
		Set<ServerCell> cells = new LinkedHashSet<>(all());
		cells.addAll(this.ending);
		return cells;
	}

	/** Those whose successors wait for their end. */
	Collection<ServerCell> ending() {
		return this.ending;
	}

	@Nullable ServerCell find(String key) {
		return this.keyed.get(key);
	}

	@Nullable ServerCell single() {
		return this.single;
	}

	RetiredInstanceTotals former() {
		return this.former;
	}

}
