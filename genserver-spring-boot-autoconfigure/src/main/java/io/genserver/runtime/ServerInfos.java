package io.genserver.runtime;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

import io.genserver.ServerInfo;
import io.genserver.runtime.cell.CellStatistics;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.mailbox.Mailbox;
import io.genserver.runtime.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Takes snapshots of servers.
 */
final class ServerInfos {

	private static final Comparator<ServerInfo.Failure> BY_TIME = Comparator.comparing(ServerInfo.Failure::time);

	private ServerInfos() {
	}

	static ServerInfo of(ServerCell cell) {
		CellStatistics statistics = cell.statistics();
		Mailbox<Message> mailbox = cell.mailbox();
		return new ServerInfo(cell.name(), cell.key(), cell.owner().type().getName(), cell.life().state(),
				cell.key() != null, 1,
				new ServerInfo.Mailbox(mailbox.size(), mailbox.capacity(), mailbox.highWater(),
						cell.owner().overflow().policy()),
				statistics.processedCount(), statistics.failedCount(), statistics.droppedCount(),
				statistics.lateCount(), statistics.abandonedCount(), cell.life().restarts(),
				cell.life().isStoppedByFailure(), cell.pending(), cell.work().inFlight(), statistics.recentFailures());
	}

	static ServerInfo of(Server server) {
		ServerCell single = server.instances().single();
		return (single != null) ? of(single) : sum(server);
	}

	/** Add failures, and keep the latest of all. */
	private static void add(PriorityQueue<ServerInfo.Failure> latest, List<ServerInfo.Failure> more) {
		latest.addAll(more);
		while (latest.size() > CellStatistics.FAILURES_KEPT) {
			latest.remove();
		}
	}

	private static ServerInfo sum(Server server) {
		RetiredInstanceTotals former = server.instances().former();
		int instances = 0;
		int depth = 0;
		int highWater = 0;
		long processed = former.processed();
		long failed = former.failed();
		long dropped = former.dropped();
		long late = former.late();
		long abandoned = former.abandoned();
		long restarts = former.restarts();
		PriorityQueue<ServerInfo.Failure> failures = new PriorityQueue<>(BY_TIME);
		add(failures, former.recentFailures());
		String pending = null;
		ServerInfo.@Nullable InFlight oldest = null;
		for (ServerCell cell : server.instances().all()) {
			instances++;
			depth += cell.mailbox().size();
			highWater = Math.max(highWater, cell.mailbox().highWater());
			processed += cell.statistics().processedCount();
			failed += cell.statistics().failedCount();
			if (cell.statistics().failedCount() > 0) {
				add(failures, cell.statistics().recentFailures());
			}
			dropped += cell.statistics().droppedCount();
			late += cell.statistics().lateCount();
			abandoned += cell.statistics().abandonedCount();
			restarts += cell.life().restarts();
			pending = (pending != null) ? pending : cell.pending();
		}
		// An instance whose successor waits already may hang in its end.
		for (ServerCell cell : server.instances().allThatLive()) {
			ServerInfo.InFlight running = cell.work().inFlight();
			if (running != null && (oldest == null || running.age().compareTo(oldest.age()) > 0)) {
				oldest = running;
			}
		}
		return new ServerInfo(server.name(), null, server.definition().type().getName(), server.state(), true,
				instances,
				new ServerInfo.Mailbox(depth, server.settings().capacity(), highWater, server.settings().overflow()),
				processed, failed, dropped, late, abandoned, restarts, false, pending, oldest,
				failures.stream().sorted(BY_TIME.reversed()).toList());
	}

}
