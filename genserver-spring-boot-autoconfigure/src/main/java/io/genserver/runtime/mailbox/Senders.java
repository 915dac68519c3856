package io.genserver.runtime.mailbox;

import java.util.concurrent.TimeUnit;

import io.genserver.Caller;
import org.jspecify.annotations.Nullable;

/**
 * Whether a mailbox that peers send to has had messages of others than a given peer in
 * the last minute. All of this process are one sender here.
 * <p>
 * Two senders are remembered, never the same one twice, with the times of their messages.
 * Whichever peer is asked about, at least one of the two is another. So a message need
 * not be noted while both were noted within the last second, and what replaces a sender
 * replaces the one whose message is older: the latest message of anybody else is known to
 * within that second, however many senders there are. Nothing of a peer is kept but the
 * id of its connection. Safe on any thread.
 */
public final class Senders {

	private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	/** No connection has this id. */
	private static final String LOCAL = "";

	private volatile @Nullable Noted first;

	private volatile @Nullable Noted second;

	/**
	 * There is a message, accepted or not.
	 * @param origin who sent it
	 * @param now the present, in nanoseconds
	 */
	public void saw(@Nullable Object origin, long now) {
		String id = id(origin);
		Noted one = this.first;
		if (one == null || !one.isSince(now, SECOND)) {
			note(id, now);
		}
		else if (!one.id.equals(id)) {
			Noted two = this.second;
			if (two == null || !two.isSince(now, SECOND)) {
				note(id, now);
			}
		}
	}

	private synchronized void note(String id, long now) {
		Noted one = this.first;
		Noted two = this.second;
		Noted noted = new Noted(id, now);
		if (one == null || one.id.equals(id)) {
			this.first = noted;
		}
		else if (two == null || two.id.equals(id) || two.at - one.at <= 0) {
			this.second = noted;
		}
		else {
			this.first = noted;
		}
	}

	/**
	 * Whether another than a sender has sent something in the last minute.
	 * @param origin the sender
	 * @param now the present, in nanoseconds
	 * @return {@code true} if so; up to a second after the minute it may still be
	 */
	public boolean sawOtherThan(@Nullable Object origin, long now) {
		String id = id(origin);
		return isOther(this.first, id, now) || isOther(this.second, id, now);
	}

	private static boolean isOther(@Nullable Noted noted, String id, long now) {
		return noted != null && !noted.id.equals(id) && noted.isSince(now, MINUTE + SECOND);
	}

	private static String id(@Nullable Object origin) {
		return (origin instanceof Caller.Remote remote) ? remote.connection() : LOCAL;
	}

	/**
	 * A sender, and when it last sent something, or up to a second before that.
	 *
	 * @param id its connection
	 * @param at when, in nanoseconds
	 */
	private record Noted(String id, long at) {

		boolean isSince(long now, long nanos) {
			return now - this.at < nanos;
		}

	}

}
