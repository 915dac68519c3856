package io.genserver.rpc.client;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Finds the words for what becomes of a client's connection: one line for each
 * connection, each loss and each attempt that fails. An attempt that fails for the same
 * reason as the one before gets a line every ten seconds only.
 * <p>
 * Guarded by the monitor of the {@link ReconnectingConnection} it belongs to.
 */
final class ConnectionNews {

	private static final long AGAIN = TimeUnit.SECONDS.toNanos(10);

	private final String address;

	private final LongSupplier clock;

	/** Attempts that failed since there was a connection. */
	private int failed;

	/** Whether it was logged that there is no connection. */
	private boolean saidWithout;

	/** Why the last attempt failed that was logged, and when that was. */
	private @Nullable String saidReason;

	private long saidAt;

	ConnectionNews(String address, LongSupplier clock) {
		this.address = address;
		this.clock = clock;
	}

	/**
	 * What is worth a line in the log about a change.
	 * @param before the state before
	 * @param next the state now
	 * @param detail why
	 * @param pause nanoseconds to the next attempt, if it is known
	 * @return the line, {@code null} if there is nothing to say
	 */
	@Nullable String of(ClientState before, ClientState next, String detail, @Nullable Long pause) {
		boolean was = before == ClientState.OPEN;
		return switch (next) {
			case OPEN -> connected();
			case CLOSED, STOPPED -> was ? "The connection to " + this.address + " ends: " + detail : null;
			case CONNECTING -> was ? lost("its credentials have expired", pause) : null;
			case DRAINING, WAITING ->
				was ? lost(detail, pause) : (before == ClientState.CONNECTING) ? failed(detail, pause) : null;
		};
	}

	private String connected() {
		this.failed = 0;
		this.saidWithout = false;
		this.saidReason = null;
		return "Connected to " + this.address;
	}

	private String lost(String reason, @Nullable Long pause) {
		this.saidWithout = true;
		return "The connection to " + this.address + " was lost (" + reason + "). "
				+ ((pause != null) ? next(pause) : "Another will be made");
	}

	private @Nullable String failed(String reason, @Nullable Long pause) {
		this.failed++;
		long now = this.clock.getAsLong();
		if (reason.equals(this.saidReason) && now - this.saidAt < AGAIN) {
			return null;
		}
		String what = this.saidWithout ? "Attempt " + this.failed + " to connect to " + this.address + " failed"
				: "There is no connection to " + this.address + " yet";
		this.saidWithout = true;
		this.saidReason = reason;
		this.saidAt = now;
		return what + " (" + reason + "). " + ((pause != null) ? next(pause) : "Further attempts follow");
	}

	private static String next(long pause) {
		return "The next attempt begins in " + TimeUnit.NANOSECONDS.toMillis(pause) + " ms";
	}

}
