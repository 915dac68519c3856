package io.genserver.runtime.message;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

import io.genserver.log.SafeLogger;
import org.jspecify.annotations.Nullable;

/**
 * Logs failures that senders can cause as often as they like: of those of one server, one
 * operation and one type the first is logged, and the others of the next ten seconds at
 * DEBUG; how many they were is logged after that, by the next failure of any kind or by
 * {@link #sweep}. Where it is known who caused them, the first of each of a few senders
 * is logged. All of them have the id of the first, which is what a peer gets, so that an
 * id always leads to a line that is logged.
 * <p>
 * Keeps a limited number of entries; beyond them everything counts as of one kind. Each
 * is kept for ten seconds, and until {@link #sweep} is called after that: the runtime,
 * also once nothing runs, and each connection, with every tick. Safe for use by many
 * threads; the lock is held for a look at a map, and nothing is logged under it.
 */
public final class FailureLog {

	private static final SafeLogger logger = SafeLogger.of(FailureLog.class);

	/** Failures alike are logged once in this time. */
	static final long PERIOD = TimeUnit.SECONDS.toNanos(10);

	/** Kinds of failures that are distinguished at once. */
	static final int MOST = 1000;

	/** Senders of whose failures alike the first is logged in that time. */
	static final int SENDERS = 3;

	private static final Kind REST = new Kind("of other servers", "", "of any type", "");

	private final LongSupplier clock;

	/** By the time they began. Guarded by this. */
	private final Map<Kind, Entry> entries = new LinkedHashMap<>();

	/**
	 * Create.
	 * @param clock nanoseconds from an arbitrary origin
	 */
	public FailureLog(LongSupplier clock) {
		this.clock = clock;
	}

	/**
	 * Log a failure at WARN, or at DEBUG if one like it was logged just now.
	 * @param target the log
	 * @param server name of the server
	 * @param operation what failed
	 * @param failure what was thrown, {@code null} for nothing
	 * @param format the message, a constant, with {@code {}} for each argument
	 * @param arguments the arguments
	 * @return the id of the failure, which the line has
	 */
	public String warn(SafeLogger target, String server, String operation, @Nullable Throwable failure, String format,
			@Nullable Object... arguments) {
		return log(target::warn, target, "", server, operation, failure, format, arguments);
	}

	/**
	 * The same for a failure that a known sender caused: of failures alike the first of
	 * each sender is logged at WARN, of three senders at most.
	 * @param target the log
	 * @param sender identifies the sender, such as a connection; not empty
	 * @param server name of the server
	 * @param operation what failed
	 * @param failure what was thrown
	 * @param format the message, a constant, with {@code {}} for each argument
	 * @param arguments the arguments
	 * @return the id of the failure, which the line has
	 */
	public String warnOf(SafeLogger target, String sender, String server, String operation, Throwable failure,
			String format, @Nullable Object... arguments) {
		return log(target::warn, target, sender, server, operation, failure, format, arguments);
	}

	/**
	 * Log a failure at ERROR, or at DEBUG if one like it was logged just now.
	 * @param target the log
	 * @param server name of the server
	 * @param operation what failed
	 * @param failure what was thrown, {@code null} for nothing
	 * @param format the message, a constant, with {@code {}} for each argument
	 * @param arguments the arguments
	 * @return the id of the failure, which the line has
	 */
	public String error(SafeLogger target, String server, String operation, @Nullable Throwable failure, String format,
			@Nullable Object... arguments) {
		return log(target::error, target, "", server, operation, failure, format, arguments);
	}

	private String log(BiConsumer<String, @Nullable Object[]> loud, SafeLogger target, String sender, String server,
			String operation, @Nullable Throwable failure, String format, @Nullable Object[] arguments) {
		Noted noted = note(sender, server, operation, failure, format);
		@Nullable Object[] all = noted.arguments(arguments, failure);
		if (noted.first()) {
			loud.accept(format + Noted.FIRST, all);
		}
		else {
			target.debug(format + Noted.MORE, all);
		}
		return noted.id();
	}

	/**
	 * Log how many failures there were that were not logged, where the time to count them
	 * is over.
	 */
	public void sweep() {
		sweep(this.clock.getAsLong());
	}

	/**
	 * The same, for a caller that knows the time.
	 * @param now the time, in nanoseconds
	 */
	public void sweep(long now) {
		if (nanosToSweep(now) == 0) {
			report(expire(now, false));
		}
	}

	/** How long there will be nothing to sweep; -1 if there is nothing at all. */
	public synchronized long nanosToSweep(long now) {
		Iterator<Entry> oldest = this.entries.values().iterator();
		return oldest.hasNext() ? Math.max(0, oldest.next().since + PERIOD - now) : -1;
	}

	/** The same for all, whatever the time. */
	public void close() {
		report(expire(this.clock.getAsLong(), true));
	}

	private Noted note(String sender, String server, String operation, @Nullable Throwable failure, String format) {
		long now = this.clock.getAsLong();
		sweep(now);
		String type = (failure != null) ? failure.getClass().getName() : "";
		return note(new Kind(server, operation, type, format), sender, now);
	}

	private synchronized Noted note(Kind kind, String sender, long now) {
		Kind counted = (this.entries.containsKey(kind) || this.entries.size() < MOST) ? kind : REST;
		Entry known = this.entries.get(counted);
		if (known != null && known.isFirstOf(sender)) {
			return new Noted(known.id, true);
		}
		if (known != null) {
			known.more++;
			return new Noted(known.id, false);
		}
		Entry made = new Entry(now);
		made.isFirstOf(sender);
		this.entries.put(counted, made);
		return new Noted(made.id, true);
	}

	private synchronized List<Map.Entry<Kind, Entry>> expire(long now, boolean all) {
		List<Map.Entry<Kind, Entry>> expired = new ArrayList<>();
		Iterator<Map.Entry<Kind, Entry>> each = this.entries.entrySet().iterator();
		while (each.hasNext()) {
			Map.Entry<Kind, Entry> next = each.next();
			if (!all && now - next.getValue().since < PERIOD) {
				break;
			}
			if (next.getValue().more > 0) {
				expired.add(Map.entry(next.getKey(), next.getValue()));
			}
			each.remove();
		}
		return expired;
	}

	private static void report(List<Map.Entry<Kind, Entry>> expired) {
		expired.forEach((each) -> logger.warn(
				"Server {}: within 10 s, {} more failures of '{}' {} like the one with error id {} were not logged",
				each.getKey().server(), each.getValue().more, each.getKey().operation(), each.getKey().type(),
				each.getValue().id));
	}

	/** How many kinds are distinguished now. */
	synchronized int size() {
		return this.entries.size();
	}

	/**
	 * What failures have in common that are logged once.
	 *
	 * @param server name of the server
	 * @param operation what failed
	 * @param type class of what was thrown, or empty
	 * @param format what the line says
	 */
	private record Kind(String server, String operation, String type, String format) {
	}

	/** Failures of one kind. */
	private static final class Entry {

		final String id = String.format("%08x", ThreadLocalRandom.current().nextInt());

		final long since;

		long more;

		/** Whose first failure was logged. */
		private final List<String> senders = new ArrayList<>(1);

		Entry(long since) {
			this.since = since;
		}

		/**
		 * Whether it is the first failure of one of the senders that are distinguished.
		 */
		boolean isFirstOf(String sender) {
			return !sender.isEmpty() && this.senders.size() < SENDERS && !this.senders.contains(sender)
					&& this.senders.add(sender);
		}

	}

	/**
	 * A failure that was counted.
	 *
	 * @param id its id, that of the first of its kind
	 * @param first whether it is the first
	 */
	private record Noted(String id, boolean first) {

		static final String FIRST = " (error id {}; more like it within 10 s are counted, and logged at DEBUG)";

		static final String MORE = " (error id {})";

		/** With the id, and what was thrown at last, as SLF4J wants it. */
		@Nullable Object[] arguments(@Nullable Object[] given, @Nullable Throwable failure) {
			@Nullable Object[] all = Arrays.copyOf(given, given.length + ((failure != null) ? 2 : 1));
			all[given.length] = this.id;
			if (failure != null) {
				all[given.length + 1] = failure;
			}
			return all;
		}

	}

}
