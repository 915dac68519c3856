package io.genserver.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.genserver.ServerInfo;
import io.genserver.ServerState;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.cell.Commands;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.Waiting;

/**
 * Stops all servers within the time that is left. Handlers that called for the shutdown
 * and wait for its end are not waited for: their servers count as drained, and what waits
 * in their mailboxes fails. Such a server terminates when its handler returns.
 */
final class Shutdown {

	private static final SafeLogger logger = SafeLogger.of(Shutdown.class);

	private static final long LOOK_AGAIN = TimeUnit.MILLISECONDS.toNanos(1);

	/** How many times as long as a look at stacks took passes until the next. */
	private static final int COST = 10;

	/** Between two looks at the stacks of handlers that still run, in the end. */
	private static final long LOOK_AT_STACKS = TimeUnit.MILLISECONDS.toNanos(100);

	/** Left for interrupted handlers to notice. */
	private static final long GRACE = TimeUnit.MILLISECONDS.toNanos(500);

	/** Servers named in one line of the log at most. */
	private static final int NAMED = 20;

	private final GenServerRuntime runtime;

	private final Scheduler scheduler;

	private final ServerOrder order;

	private final ShutdownTime time;

	private final long drained;

	private final long end;

	/** Cells whose turns wait for the shutdown, and those that wait for their ends. */
	private final Set<ServerCell> calling = new HashSet<>();

	/**
	 * Cells with handlers that run concurrently with the turn and wait for the shutdown,
	 * and how many such handlers each has.
	 */
	private final Map<ServerCell, Integer> callingConcurrently = new HashMap<>();

	private long lookAtStacks;

	/** Until the next look; longer each time, since most are there at the first. */
	private long pause = LOOK_AGAIN;

	/**
	 * Whether the thread was interrupted: it drains no longer, and waits only a little.
	 */
	private boolean hurried;

	Shutdown(GenServerRuntime runtime, ShutdownTime time, ServerOrder order) {
		this.runtime = runtime;
		this.scheduler = runtime.scheduler();
		this.order = order;
		this.time = time;
		this.drained = time.drained();
		this.end = time.end();
	}

	void run() {
		this.scheduler.closing();
		this.lookAtStacks = this.scheduler.nanoTime();
		String unfinished = drain(this::cells, this.drained) ? "" : unfinished();
		if (!unfinished.isEmpty()) {
			logger.warn("Servers still had messages after the drain timeout"
					+ " (genserver.shutdown.drain-timeout); not handled: {}", unfinished);
		}
		terminate();
		for (Server server : this.runtime.servers()) {
			server.lendNoTurns();
		}
		if (!isOver()) {
			logger.warn("Servers are interrupted at shutdown: {}", busy(cells()));
			interrupt(cells(), this.end);
		}
		else {
			endWhatIsHeld();
		}
		this.runtime.closed();
		for (ServerCell cell : cells()) {
			cell.failRest();
		}
		int callers = this.calling.size()
				+ this.callingConcurrently.values().stream().mapToInt(Integer::intValue).sum();
		this.scheduler.close(Math.max(0, this.end - this.scheduler.nanoTime()), TimeUnit.NANOSECONDS, callers);
		if (this.hurried) {
			Thread.currentThread().interrupt();
		}
	}

	/** Wait until two looks in a row find all cells quiet and nothing sent between. */
	private boolean drain(Supplier<? extends Collection<ServerCell>> cells, long until) {
		long before = -1;
		while (true) {
			long sent = 0;
			boolean quiet = true;
			for (ServerCell cell : cells.get()) {
				sent += cell.mailbox().position();
				quiet &= isQuiet(cell);
			}
			if (quiet && sent == before) {
				return true;
			}
			before = quiet ? sent : -1;
			if (this.hurried || this.scheduler.nanoTime() - until >= 0) {
				return false;
			}
			if (!quiet && !findCallers()) {
				pause();
			}
		}
	}

	/** Messages of a server that pauses will never be handled: they fail at once. */
	private boolean isQuiet(ServerCell cell) {
		if (this.calling.contains(cell)) {
			return !cell.termination().hasOtherConcurrentHandlers(this.time);
		}
		boolean quiet = cell.isQuiet();
		if (!quiet && cell.life().state() == ServerState.SUSPENDED) {
			cell.command(Commands.FAIL_PENDING);
		}
		return quiet || cell.isQuietBut(this.callingConcurrently.getOrDefault(cell, 0));
	}

	/**
	 * Look, now and then, for handlers that wait for this shutdown. One may begin to at
	 * any time: it may be about to close the context that is being closed already.
	 * @return whether there are more than before
	 */
	private boolean findCallers() {
		long before = this.scheduler.nanoTime();
		if (before - this.lookAtStacks < 0) {
			return false;
		}
		boolean found = false;
		for (ServerCell cell : cells()) {
			if (this.calling.contains(cell)) {
				cell.termination().failCallsOfCallers(this.time);
			}
			else if (!isQuiet(cell)) {
				found |= isCalling(cell);
			}
		}
		// Stacks of thousands of handlers take their time.
		long now = this.scheduler.nanoTime();
		this.lookAtStacks = now + Math.max(this.pause, COST * (now - before));
		this.pause = Math.min(2 * this.pause, LOOK_AT_STACKS);
		return found;
	}

	private boolean isCalling(ServerCell cell) {
		ServerCell before = cell.predecessor();
		boolean waits = before != null && (this.calling.contains(before) || isCalling(before));
		if (waits || cell.termination().isCaller(this.time)) {
			this.calling.add(cell);
			cell.termination().failCallsOfCallers(this.time);
			cell.failRest();
			return true;
		}
		int concurrent = cell.termination().concurrentCallers(this.time);
		if (concurrent == 0) {
			return false;
		}
		Integer known = this.callingConcurrently.put(cell, concurrent);
		cell.termination().failCallsOfCallers(this.time);
		if (cell.isParkedServing() && cell.work().isSettledBut(concurrent)) {
			// What waits for one of their slots waits in vain.
			cell.failRest();
		}
		return known == null || known != concurrent;
	}

	/**
	 * Let the servers terminate, each after those that depend on it. One of these may
	 * still run although it was asked to stop: it is interrupted then, and what it
	 * depends on stays until it has ended, or there is no more time for that.
	 */
	private void terminate() {
		Set<Server> left = new LinkedHashSet<>(this.order.ofStop());
		left.addAll(this.runtime.servers());
		Set<Server> behind = new HashSet<>(left);
		behind.removeIf((server) -> server.instances().allThatLive().stream().allMatch(this::isQuiet));
		boolean late = false;
		while (!left.isEmpty()) {
			Set<Server> running = new LinkedHashSet<>();
			for (Server server : List.copyOf(left)) {
				List<Server> dependents = late ? List.of() : dependents(server, left);
				if (dependents.isEmpty()) {
					left.remove(server);
					terminate(server, behind.contains(server));
				}
				running.addAll(dependents);
			}
			running.removeAll(left);
			long until = this.end - 2 * GRACE;
			late = this.hurried || running.isEmpty() || this.scheduler.nanoTime() - until >= 0;
			if (!late) {
				List<ServerCell> cells = running.stream()
					.flatMap((each) -> each.instances().allThatLive().stream())
					.toList();
				logger.warn("Servers are interrupted at shutdown, so that others that they depend on can stop: {}",
						busy(cells));
				interrupt(cells, until);
			}
		}
	}

	/** The servers that depend on one, and have not ended. */
	private List<Server> dependents(Server server, Set<Server> left) {
		return this.order.dependents(server)
			.stream()
			.filter((each) -> left.contains(each) || !each.instances()
				.allThatLive()
				.stream()
				.allMatch((cell) -> hasEnded(cell) || isHeldByCaller(cell)))
			.toList();
	}

	private static boolean hasEnded(ServerCell cell) {
		return cell.life().whenTerminated().isDone();
	}

	private void terminate(Server server, boolean behind) {
		if (!behind) {
			// What comes now is from those that terminated before, which depend on it.
			drain(server.instances()::allThatLive, drainAgain());
		}
		server.instances().stop();
		Collection<ServerCell> cells = server.instances().allThatLive();
		// One that hangs must not eat the time of those that do not.
		boolean hangs = !cells.stream().allMatch((cell) -> cell.work().current() == null || isHeldByCaller(cell));
		long patience = (hangs || this.hurried) ? this.scheduler.nanoTime() + GRACE : this.end - GRACE;
		awaitEnds(cells, Math.min(patience, this.end - GRACE));
	}

	/**
	 * Until when a server may handle what others sent as they terminated. It had handled
	 * everything else in time, so it gets a little even if others used the whole drain.
	 */
	private long drainAgain() {
		long now = this.scheduler.nanoTime();
		long until = (this.drained - now > GRACE) ? this.drained : now + GRACE;
		return (until - (this.end - GRACE) < 0) ? until : this.end - GRACE;
	}

	/** Wait for cells to end, but for those that wait for this shutdown themselves. */
	private void awaitEnds(Collection<ServerCell> cells, long deadline) {
		long slice = LOOK_AGAIN;
		while (true) {
			long before = this.scheduler.nanoTime();
			CompletableFuture<?>[] ends = cells.stream()
				.filter((cell) -> !hasEnded(cell) && !isHeldByCaller(cell))
				.map((cell) -> cell.life().whenTerminated())
				.toArray(CompletableFuture[]::new);
			CompletableFuture<?> all = CompletableFuture.allOf(ends);
			long now = this.scheduler.nanoTime();
			if (all.isDone() || now - deadline >= 0) {
				return;
			}
			// Stacks of thousands of handlers take their time.
			await(all, Math.min(deadline, now + Math.max(slice, COST * (now - before))));
			slice = Math.min(2 * slice, LOOK_AT_STACKS);
		}
	}

	private void interrupt(Collection<ServerCell> cells, long until) {
		for (ServerCell cell : cells) {
			if (cell.work().current() != null || !hasEnded(cell)) {
				cell.termination().interrupt(this.time);
			}
		}
		awaitEnds(cells, until);
	}

	/**
	 * What is left belongs to servers of handlers that wait for this shutdown. What else
	 * those servers do has had its time: nothing would end it later.
	 */
	private void endWhatIsHeld() {
		for (ServerCell cell : cells()) {
			if (!cell.life().isOver()) {
				cell.termination().interrupt(this.time);
			}
		}
	}

	/** Whether a cell cannot terminate before a handler that waits for the shutdown. */
	private boolean isHeldByCaller(ServerCell cell) {
		return this.calling.contains(cell) || this.callingConcurrently.containsKey(cell)
				|| (!cell.life().isOver() && isCalling(cell));
	}

	private void pause() {
		try {
			Waiting.pause(this.scheduler, LOOK_AGAIN);
		}
		catch (InterruptedException ex) {
			this.hurried = true;
		}
	}

	private void await(CompletableFuture<?> future, long deadline) {
		try {
			Waiting.await(this.scheduler, future, deadline);
		}
		catch (InterruptedException ex) {
			this.hurried = true;
			await(future, deadline);
		}
	}

	private boolean isOver() {
		for (ServerCell cell : cells()) {
			if (!hasEnded(cell) && !isHeldByCaller(cell)) {
				return false;
			}
		}
		return true;
	}

	/** What is left to do, counted by server; empty if there is nothing. */
	private String unfinished() {
		Map<String, Integer> counts = new LinkedHashMap<>();
		int total = 0;
		for (ServerCell cell : cells()) {
			int left = isQuiet(cell) ? 0 : Math.max(1, cell.unfinished());
			if (left > 0) {
				counts.merge(cell.name(), left, Integer::sum);
				total += left;
			}
		}
		if (total == 0) {
			return "";
		}
		List<String> named = new ArrayList<>();
		counts.forEach((name, count) -> {
			if (named.size() < NAMED) {
				named.add(name + " " + count);
			}
		});
		String more = (counts.size() > NAMED) ? ", and of " + (counts.size() - NAMED) + " other servers" : "";
		return total + " messages (" + String.join(", ", named) + more + "); running: " + busy(cells());
	}

	private List<String> busy(Collection<ServerCell> cells) {
		List<String> names = new ArrayList<>();
		for (ServerCell cell : cells) {
			if (!isQuiet(cell) && names.size() < NAMED) {
				ServerInfo.InFlight running = cell.work().inFlight();
				names.add(cell.label() + ((running != null) ? " (" + running + ")" : ""));
			}
		}
		return names;
	}

	private List<ServerCell> cells() {
		List<ServerCell> cells = new ArrayList<>();
		for (Server server : this.runtime.servers()) {
			cells.addAll(server.instances().allThatLive());
		}
		return cells;
	}

}
