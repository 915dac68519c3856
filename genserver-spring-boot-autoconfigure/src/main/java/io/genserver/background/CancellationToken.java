package io.genserver.background;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.genserver.log.SafeLogger;
import org.jspecify.annotations.Nullable;

/**
 * Tells work that it should end. Tokens form a tree: cancelling one cancels all below it
 * and none above. A cancelled token stays so. Safe for use by many threads.
 * <p>
 * A token needs no closing: its parent knows it only while callbacks are registered on it
 * or below it, so that a parent may live long and have many children.
 *
 * @since 0.1.0
 */
public final class CancellationToken {

	/*
	 * A token is cancelled if its own flag or that of an ancestor is set; flags are never
	 * cleared, so reading them on the way up needs no lock. Callbacks and the links from
	 * parent to child are guarded by the lock of the whole tree, and flags are set under
	 * it: a callback is either registered before the flag, and then taken by the thread
	 * that sets it, or its registration sees the flag and runs it. Invariant: a token is
	 * among its parent's links exactly while it has callbacks or links itself. Callbacks
	 * run outside of the lock.
	 */

	private static final SafeLogger logger = SafeLogger.of(CancellationToken.class);

	private final @Nullable CancellationToken parent;

	private final Object tree;

	private final Set<Callback> callbacks = new LinkedHashSet<>(0);

	private final Set<CancellationToken> links = new LinkedHashSet<>(0);

	private volatile boolean cancelled;

	private CancellationToken(@Nullable CancellationToken parent) {
		this.parent = parent;
		this.tree = (parent != null) ? parent.tree : new Object();
	}

	/**
	 * Create the root of a tree.
	 * @return a token that only {@link #cancel()} cancels
	 */
	public static CancellationToken create() {
		return new CancellationToken(null);
	}

	/**
	 * Create a token below this one.
	 * @return a token that is cancelled with this one, or alone; cancelled already if
	 * this one is
	 */
	public CancellationToken child() {
		return new CancellationToken(this);
	}

	/**
	 * Return whether this token or one above it was cancelled.
	 * @return {@code true} if the work should end
	 */
	public boolean isCancelled() {
		for (CancellationToken token = this; token != null; token = token.parent) {
			if (token.cancelled) {
				return true;
			}
		}
		return false;
	}

	/**
	 * End the work, if it should.
	 * @throws CancellationException if this token is cancelled
	 */
	public void throwIfCancelled() {
		if (isCancelled()) {
			throw new CancellationException("The work was cancelled");
		}
	}

	/**
	 * Cancel this token and all below it, and run the callbacks registered there on this
	 * thread: first its own in the order they were registered, then those below. All
	 * these tokens count as cancelled before the first callback runs. A callback that
	 * throws is logged, and the others run all the same. Does nothing if it is cancelled
	 * already, and does not wait for callbacks another thread is running.
	 */
	public void cancel() {
		for (Callback callback : take()) {
			callback.run();
		}
	}

	private List<Callback> take() {
		synchronized (this.tree) {
			if (this.cancelled) {
				return List.of();
			}
			this.cancelled = true;
			unlink();
			List<Callback> taken = new ArrayList<>();
			Deque<CancellationToken> left = new ArrayDeque<>(List.of(this));
			while (!left.isEmpty()) {
				CancellationToken token = left.removeFirst();
				taken.addAll(token.callbacks);
				token.callbacks.clear();
				left.addAll(token.links);
				token.links.clear();
			}
			return taken;
		}
	}

	/**
	 * Have something done when this token is cancelled, on the thread that cancels it; at
	 * once, on this thread, if it is cancelled already. The callback must be quick:
	 * others wait for it.
	 * @param callback what to do, at most once
	 * @return calls the callback off, which is to be done once the token no longer
	 * matters
	 */
	public Registration onCancel(Runnable callback) {
		Callback registered = new Callback(callback);
		synchronized (this.tree) {
			if (!isCancelled()) {
				this.callbacks.add(registered);
				link();
				return registered;
			}
		}
		registered.run();
		return registered;
	}

	/** Make this known to its ancestors, as far as it is not. */
	private void link() {
		CancellationToken token = this;
		while (token.parent != null && token.parent.links.add(token)) {
			token = token.parent;
		}
	}

	/** Make this forgotten, with every ancestor that has no other reason to be known. */
	private void unlink() {
		CancellationToken token = this;
		while (token.parent != null && token.parent.links.remove(token) && token.parent.isBare()) {
			token = token.parent;
		}
	}

	/** Whether there is nothing to do here when this is cancelled. */
	boolean isBare() {
		return this.callbacks.isEmpty() && this.links.isEmpty();
	}

	private void remove(Callback callback) {
		synchronized (this.tree) {
			if (this.callbacks.remove(callback) && isBare()) {
				unlink();
			}
		}
	}

	@Override
	public String toString() {
		return isCancelled() ? "cancelled token" : "token";
	}

	/**
	 * A callback, which runs or is called off.
	 */
	private final class Callback implements Registration {

		private final Runnable action;

		private final AtomicBoolean over = new AtomicBoolean();

		private Callback(Runnable action) {
			this.action = action;
		}

		private void run() {
			if (!this.over.compareAndSet(false, true)) {
				return;
			}
			try {
				this.action.run();
			}
			catch (Throwable ex) {
				logger.warn("A callback of a cancelled token failed", ex);
			}
		}

		@Override
		public void close() {
			if (this.over.compareAndSet(false, true)) {
				remove(this);
			}
		}

	}

}
