package io.genserver.runtime;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.genserver.ServerState;

/**
 * Brings all servers down within one overall deadline.
 */
final class Shutdown {

	private static final SafeLogger logger = SafeLogger.of(Shutdown.class);

	private static final long LOOK_AGAIN = TimeUnit.MILLISECONDS.toNanos(1);

	/** Left for interrupted handlers to notice. */
	private static final long GRACE = TimeUnit.MILLISECONDS.toNanos(500);

	private final GenServerRuntime runtime;

	private final Scheduler scheduler;

	private final List<Server> startOrder;

	private final long drained;

	private final long end;

	/**
	 * Whether the thread was interrupted: it drains no longer, and waits only a little.
	 */
	private boolean hurried;

	Shutdown(GenServerRuntime runtime, RuntimeSettings settings, List<Server> startOrder) {
		this.runtime = runtime;
		this.scheduler = runtime.scheduler();
		this.startOrder = startOrder;
		long now = this.scheduler.nanoTime();
		this.drained = now + Durations.nanos(settings.drainTimeout());
		this.end = now
				+ Math.max(Durations.nanos(settings.shutdownTimeout()), Durations.nanos(settings.drainTimeout()));
	}

	void run() {
		this.scheduler.closing();
		if (!drain()) {
			logger.warn("Servers still had messages after the drain timeout: {}", busy());
		}
		terminate();
		if (!isOver()) {
			logger.warn("Servers are interrupted at shutdown: {}", busy());
			interrupt();
		}
		this.runtime.closed();
		for (ServerCell cell : cells()) {
			cell.failRest();
		}
		this.scheduler.close(Math.max(0, this.end - this.scheduler.nanoTime()), TimeUnit.NANOSECONDS);
		if (this.hurried) {
			Thread.currentThread().interrupt();
		}
	}

	/** Wait until two looks in a row find every server quiet and nothing sent between. */
	private boolean drain() {
		long before = -1;
		while (true) {
			long sent = 0;
			boolean quiet = true;
			for (ServerCell cell : cells()) {
				sent += cell.mailbox().position();
				quiet &= isQuiet(cell);
			}
			if (quiet && sent == before) {
				return true;
			}
			before = quiet ? sent : -1;
			if (this.hurried || this.scheduler.nanoTime() - this.drained >= 0) {
				return false;
			}
			if (!quiet) {
				pause();
			}
		}
	}

	/** Messages of a server that pauses will never be handled: they fail at once. */
	private static boolean isQuiet(ServerCell cell) {
		boolean quiet = cell.isQuiet();
		if (!quiet && cell.life().state() == ServerState.SUSPENDED) {
			cell.command(ServerCell.GIVE_UP);
		}
		return quiet;
	}

	private void terminate() {
		Set<Server> order = new LinkedHashSet<>(this.startOrder.reversed());
		order.addAll(this.runtime.servers());
		for (Server server : order) {
			CompletableFuture<?> stopped = server.instances().stop();
			// One that hangs must not eat the time of those that do not.
			boolean hangs = !server.instances()
				.allThatLive()
				.stream()
				.allMatch((cell) -> cell.handling().current() == null);
			long patience = (hangs || this.hurried) ? this.scheduler.nanoTime() + GRACE : this.end - GRACE;
			await(stopped, Math.min(patience, this.end - GRACE));
		}
	}

	private void interrupt() {
		for (ServerCell cell : cells()) {
			if (cell.handling().current() != null || !cell.life().whenTerminated().isDone()) {
				cell.handling().interrupt();
			}
		}
		for (ServerCell cell : cells()) {
			await(cell.life().whenTerminated(), this.end);
		}
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
			if (!cell.life().whenTerminated().isDone()) {
				return false;
			}
		}
		return true;
	}

	private List<String> busy() {
		List<String> names = new ArrayList<>();
		for (ServerCell cell : cells()) {
			if (!cell.isQuiet() && names.size() < 20) {
				names.add(cell.label()
						+ ((cell.handling().inFlight() != null) ? " (" + cell.handling().inFlight() + ")" : ""));
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
