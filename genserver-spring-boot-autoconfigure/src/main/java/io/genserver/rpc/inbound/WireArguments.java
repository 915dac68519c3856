package io.genserver.rpc.inbound;

import java.util.Map;

import io.genserver.protocol.InboundRequest;
import io.genserver.rpc.InboundBackpressure;
import io.genserver.rpc.RequestHeaders;
import io.genserver.rpc.inbound.HeldPlaces.Place;
import io.genserver.rpc.inbound.WireFailure.Execution;
import io.genserver.runtime.message.RemotePayload;
import org.jspecify.annotations.Nullable;

/**
 * The payload of a message that came from a peer: arguments as they arrived. Counts
 * against the connection's inbound budget until {@link #take} or {@link #finished}
 * without it, and knows whether its handler can still be running.
 * <p>
 * Either {@link #take} and then {@link #finished}, both by the thread that runs the
 * handler, or {@link #finished} alone by the one that discards the message.
 */
final class WireArguments implements RemotePayload {

	private final InboundRequest request;

	private final InboundBackpressure backlog;

	private final PeerFailures failures;

	private final @Nullable RequestItems items;

	private final @Nullable ReplyPressure replies;

	private byte @Nullable [] bytes;

	/** Counts the places its connection's casts hold, while this cast holds one. */
	private @Nullable Place place;

	private volatile boolean finished;

	/** Called at the end of a handler whose caller has given up. */
	private volatile @Nullable Runnable whenFinished;

	WireArguments(InboundRequest request, byte[] bytes, InboundBackpressure backlog, PeerFailures failures) {
		this(request, bytes, backlog, failures, null, null);
	}

	/**
	 * Create.
	 * @param request the request
	 * @param bytes the arguments
	 * @param backlog counts them
	 * @param failures tells the peer what is wrong with them
	 * @param items the items that follow them, or null
	 * @param replies knows how much waits to be read, or null if that does not matter
	 */
	WireArguments(InboundRequest request, byte[] bytes, InboundBackpressure backlog, PeerFailures failures,
			@Nullable RequestItems items, @Nullable ReplyPressure replies) {
		this.request = request;
		this.bytes = bytes;
		this.backlog = backlog;
		this.failures = failures;
		this.items = items;
		this.replies = replies;
		backlog.add(bytes.length);
	}

	@Override
	public Map<String, String> headers() {
		return RequestHeaders.received(this.request.details());
	}

	/**
	 * They are those of a cast, which holds a place until it is taken or dropped.
	 * @param places what its peer holds
	 * @param taken the places in its mailbox
	 * @return how many its peer held before
	 */
	int hold(HeldPlaces places, Place taken) {
		this.place = taken;
		return places.take(taken);
	}

	private void leavePlace() {
		Place taken = this.place;
		if (taken != null) {
			this.place = null;
			taken.leave();
		}
	}

	/** The request they belong to. */
	InboundRequest request() {
		return this.request;
	}

	/** Whether no answer is expected. */
	boolean isCast() {
		return this.request.isCast();
	}

	/** What the peer gets to know of what came of them. */
	PeerFailures failures() {
		return this.failures;
	}

	@Nullable RequestItems items() {
		return this.items;
	}

	/** Whether a reply had better wait as it is. */
	boolean repliesWait() {
		ReplyPressure known = this.replies;
		return known != null && known.isCrowded();
	}

	/** They are about to be decoded. */
	byte[] take() {
		byte[] taken = this.bytes;
		if (taken == null) {
			throw new IllegalStateException("The arguments of " + this.request + " were taken before");
		}
		this.bytes = null;
		leavePlace();
		this.backlog.consumed(this.request, taken.length, this.items != null);
		return taken;
	}

	/** The message waits to be handled again, and they with it. */
	void putBack(byte[] taken) {
		this.bytes = taken;
		this.backlog.add(taken.length);
	}

	/**
	 * Look at them while they wait. On any thread.
	 * @return the arguments, or null if they are no longer awaited
	 */
	byte @Nullable [] waiting() {
		return this.bytes;
	}

	/** They are decoded: the handler begins. */
	void begun() {
		this.request.markStarted();
	}

	/** What is known about the handler. On any thread. */
	Execution execution() {
		// In this order: the handler begins before it has finished.
		boolean over = this.finished;
		return this.request.isStarted() ? Execution.YES : over ? Execution.NO : Execution.UNKNOWN;
	}

	/** The handler has really stopped, or will never start. */
	void finished() {
		byte[] unused = this.bytes;
		if (unused != null) {
			this.bytes = null;
			leavePlace();
			this.backlog.consumed(this.request, unused.length, this.items != null);
			if (this.items != null) {
				// They will not be asked for.
				this.items.breakOff("it did not begin");
			}
		}
		this.finished = true;
		Runnable task = this.whenFinished;
		if (task != null) {
			task.run();
		}
	}

	/**
	 * Run a task once the handler cannot be running any more; perhaps twice, and perhaps
	 * at once.
	 */
	void whenFinished(Runnable task) {
		// One of the two sides sees what the other wrote first.
		this.whenFinished = task;
		if (this.finished) {
			task.run();
		}
	}

}
