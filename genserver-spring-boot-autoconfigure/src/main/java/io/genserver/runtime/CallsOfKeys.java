package io.genserver.runtime;

import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.genserver.CallFunction;
import io.genserver.KeyedReplies;
import io.genserver.log.Throwables;
import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.message.EngineFuture;
import org.jspecify.annotations.Nullable;

/**
 * Calls of one function to many keys of a server, some at a time, and the future of what
 * becomes of them. The end of each call makes room for the next. One thread at a time
 * sends: another that finds room while one does leaves it to that one, so that calls
 * which end at once do not nest.
 *
 * @param <R> type of the replies
 */
final class CallsOfKeys<R extends @Nullable Object> extends CompletableFuture<KeyedReplies<R>> implements EngineFuture {

	private final String server;

	private final Server.Sender sender;

	private final Iterator<String> keys;

	private final int parallelism;

	private final CallFunction<?, ? extends R, ? extends Exception> function;

	private final Map<String, R> replies = new LinkedHashMap<>();

	private final Map<String, Throwable> failures = new LinkedHashMap<>();

	private final Set<String> called = new HashSet<>();

	private final Set<CompletableFuture<?>> pending = new HashSet<>();

	/** How many calls may be sent before another has ended. */
	private int room;

	private boolean sending;

	CallsOfKeys(String server, Server.Sender sender, Iterator<String> keys, int parallelism,
			CallFunction<?, ? extends R, ? extends Exception> function) {
		this.server = server;
		this.sender = sender;
		this.keys = keys;
		this.parallelism = parallelism;
		this.room = parallelism;
		this.function = function;
	}

	CallsOfKeys<R> begin() {
		whenComplete((replies, failure) -> {
			if (failure != null) {
				cancelPending();
			}
		});
		send();
		return this;
	}

	private void send() {
		synchronized (this) {
			if (this.sending) {
				return;
			}
			this.sending = true;
		}
		try {
			String key = next();
			while (key != null) {
				send(key);
				key = next();
			}
		}
		catch (Throwable ex) {
			// The keys of the application failed.
			completeExceptionally(ex);
		}
	}

	/** The next key there is room for; without one this thread sends no more. */
	private @Nullable String next() {
		synchronized (this) {
			while (this.room > 0 && !isDone() && this.keys.hasNext()) {
				String key = this.keys.next();
				if (key == null) {
					// Not checked for nullness, and the sign that there is no key left.
					throw new IllegalArgumentException("A key of server " + this.server + " must not be null");
				}
				if (this.called.add(key)) {
					this.room--;
					return key;
				}
			}
			this.sending = false;
			if (this.room < this.parallelism || isDone()) {
				return null;
			}
		}
		complete(new KeyedReplies<>(this.replies, this.failures));
		return null;
	}

	@SuppressWarnings("unchecked")
	private void send(String key) {
		CompletableFuture<R> call = (CompletableFuture<R>) this.sender.call(key, LambdaOperation.CALL, this.function);
		synchronized (this) {
			this.pending.add(call);
		}
		call.whenComplete((reply, failure) -> ended(key, call, reply, failure));
		if (isDone()) {
			call.cancel(true);
		}
	}

	private void ended(String key, CompletableFuture<R> call, R reply, @Nullable Throwable failure) {
		synchronized (this) {
			this.pending.remove(call);
			this.room++;
			if (failure == null) {
				this.replies.put(key, reply);
			}
			else {
				this.failures.put(key, Throwables.unwrap(failure));
			}
		}
		send();
	}

	private void cancelPending() {
		List<CompletableFuture<?>> left;
		synchronized (this) {
			left = List.copyOf(this.pending);
		}
		left.forEach((call) -> call.cancel(true));
	}

}
