package io.genserver.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

import io.genserver.ServerInfo;
import io.genserver.runtime.cell.CellStatistics;
import io.genserver.runtime.cell.ServerCell;

/**
 * The totals that the removed instances of a keyed server have left to be counted, with
 * what is counted for them afterwards. Safe on any thread.
 */
final class RetiredInstanceTotals {

	private final LongAdder processed = new LongAdder();

	private final LongAdder failed = new LongAdder();

	private final CellStatistics.Totals totals = new CellStatistics.Totals(new LongAdder(), new LongAdder(),
			new LongAdder());

	private final LongAdder restarts = new LongAdder();

	/** The latest, the oldest first. */
	private final Deque<ServerInfo.Failure> failures = new ArrayDeque<>();

	/** Take over what an instance has counted, and what it will count. Once for each. */
	void add(ServerCell cell) {
		CellStatistics statistics = cell.statistics();
		this.processed.add(statistics.processedCount());
		this.failed.add(statistics.failedCount());
		statistics.retire(this.totals);
		this.restarts.add(cell.life().restarts());
		if (statistics.failedCount() > 0) {
			keep(statistics.recentFailures());
		}
	}

	private void keep(List<ServerInfo.Failure> latestFirst) {
		synchronized (this.failures) {
			latestFirst.reversed().forEach(this.failures::addLast);
			while (this.failures.size() > CellStatistics.FAILURES_KEPT) {
				this.failures.removeFirst();
			}
		}
	}

	List<ServerInfo.Failure> recentFailures() {
		synchronized (this.failures) {
			return List.copyOf(this.failures);
		}
	}

	long processed() {
		return this.processed.sum();
	}

	long failed() {
		return this.failed.sum();
	}

	long dropped() {
		return this.totals.dropped().sum();
	}

	long late() {
		return this.totals.late().sum();
	}

	long abandoned() {
		return this.totals.abandoned().sum();
	}

	long restarts() {
		return this.restarts.sum();
	}

}
