package io.genserver.runtime.cell;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.genserver.ServerInfo;
import io.genserver.log.Throwables;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one cell. Messages handled are counted by the turn alone; the rest by
 * anybody.
 */
public final class CellStatistics {

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

	void dropped() {
		DROPPED.getAndAdd(this, 1);
	}

	void lateReply() {
		LATE.getAndAdd(this, 1);
	}

	/** A future that a handler returned was abandoned. Returns how many were. */
	long abandonedReply() {
		return (int) ABANDONED.getAndAdd(this, 1) + 1;
	}

	public long abandonedCount() {
		return this.abandoned;
	}

	public long processedCount() {
		return (long) PROCESSED.getOpaque(this) + this.concurrent;
	}

	public long failedCount() {
		return this.failed;
	}

	public long droppedCount() {
		return this.dropped;
	}

	public long lateCount() {
		return this.late;
	}

	public synchronized List<ServerInfo.Failure> recentFailures() {
		Deque<ServerInfo.Failure> kept = this.failures;
		return (kept != null) ? new ArrayList<>(kept) : List.of();
	}

}
