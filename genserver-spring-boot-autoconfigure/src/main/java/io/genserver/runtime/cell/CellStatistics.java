package io.genserver.runtime.cell;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

import io.genserver.ServerInfo;
import io.genserver.log.Throwables;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one cell. Messages handled are counted by the turn alone; the rest by
 * anybody. A cell that is removed leaves its counts to the totals of its server. Messages
 * that it refuses later are counted there: each counter is negative from then on.
 */
public final class CellStatistics {

	/** What a counter holds whose further counts go to the totals, or a little more. */
	private static final int RETIRED = Integer.MIN_VALUE;

	/** How many failures are kept, of one instance and of all of a server. */
	public static final int FAILURES_KEPT = 10;

	private static final VarHandle PROCESSED;

	private static final VarHandle CONCURRENT;

	private static final VarHandle DROPPED;

	private static final VarHandle LATE;

	private static final VarHandle ABANDONED;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			PROCESSED = lookup.findVarHandle(CellStatistics.class, "processed", long.class);
			CONCURRENT = lookup.findVarHandle(CellStatistics.class, "concurrent", long.class);
			DROPPED = lookup.findVarHandle(CellStatistics.class, "dropped", int.class);
			LATE = lookup.findVarHandle(CellStatistics.class, "late", int.class);
			ABANDONED = lookup.findVarHandle(CellStatistics.class, "abandoned", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final @Nullable String key;

	private long processed;

	private volatile long concurrent;

	private volatile int failed;

	private volatile int dropped;

	private volatile int late;

	private volatile int abandoned;

	private @Nullable Deque<ServerInfo.Failure> failures;

	/** Written before any counter is made negative. */
	private @Nullable Totals totals;

	CellStatistics(@Nullable String key) {
		this.key = key;
	}

	/** Only in the turn. */
	void processed() {
		PROCESSED.setOpaque(this, (long) PROCESSED.get(this) + 1);
	}

	/** On any thread. */
	void processedConcurrently() {
		CONCURRENT.getAndAdd(this, 1L);
	}

	/** On any thread. */
	synchronized void failed(String what, Throwable cause) {
		this.failed++;
		Deque<ServerInfo.Failure> kept = this.failures;
		if (kept == null) {
			kept = new ArrayDeque<>();
			this.failures = kept;
		}
		if (kept.size() == FAILURES_KEPT) {
			kept.removeLast();
		}
		kept.addFirst(new ServerInfo.Failure(Instant.now(), this.key, what, cause.getClass().getName(),
				Throwables.message(cause)));
	}

	/** On any thread. */
	void dropped() {
		Totals others = count(DROPPED);
		if (others != null) {
			others.dropped.increment();
		}
	}

	/** On any thread. */
	void lateReply() {
		Totals others = count(LATE);
		if (others != null) {
			others.late.increment();
		}
	}

	/**
	 * A future that a handler returned was abandoned. On any thread. Returns how many
	 * were.
	 */
	long abandonedReply() {
		Totals others = count(ABANDONED);
		if (others != null) {
			others.abandoned.increment();
			return others.abandoned.sum();
		}
		return abandonedCount();
	}

	/** Count here, or return the totals to count in. */
	private @Nullable Totals count(VarHandle counter) {
		return ((int) counter.getAndAdd(this, 1) < 0) ? this.totals : null;
	}

	/**
	 * Hand over what was dropped, late and abandoned, and whatever will be. Once, on any
	 * thread.
	 */
	public void retire(Totals others) {
		this.totals = others;
		others.dropped.add((int) DROPPED.getAndSet(this, RETIRED));
		others.late.add((int) LATE.getAndSet(this, RETIRED));
		others.abandoned.add((int) ABANDONED.getAndSet(this, RETIRED));
	}

	public long abandonedCount() {
		return Math.max(0, this.abandoned);
	}

	public long processedCount() {
		return (long) PROCESSED.getOpaque(this) + this.concurrent;
	}

	public long failedCount() {
		return this.failed;
	}

	public long droppedCount() {
		return Math.max(0, this.dropped);
	}

	public long lateCount() {
		return Math.max(0, this.late);
	}

	public synchronized List<ServerInfo.Failure> recentFailures() {
		Deque<ServerInfo.Failure> kept = this.failures;
		return (kept != null) ? new ArrayList<>(kept) : List.of();
	}

	/**
	 * What was counted for the removed instances of a server.
	 *
	 * @param dropped messages refused or discarded
	 * @param late replies that came after their calls had ended
	 * @param abandoned futures of handlers that were no longer waited for
	 */
	public record Totals(LongAdder dropped, LongAdder late, LongAdder abandoned) {
	}

}
