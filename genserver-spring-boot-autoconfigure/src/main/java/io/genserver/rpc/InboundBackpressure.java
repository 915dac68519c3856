package io.genserver.rpc;

import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.OutboundCall;

/**
 * What a peer sent and is not taken yet; slows the peer down when it becomes too much.
 */
public interface InboundBackpressure {

	/**
	 * Something is handed on. On the connection's thread.
	 * @param bytes how long it is
	 */
	void add(int bytes);

	/**
	 * What a request brought was taken, or is let go of. On any thread.
	 * @param request the request
	 * @param bytes how long it was
	 * @param itemsFollow whether the peer still sends items of this request
	 */
	void consumed(InboundRequest request, int bytes, boolean itemsFollow);

	/**
	 * An item of a stream is handed on. On the connection's thread.
	 * @param bytes how long it is
	 */
	void addItem(int bytes);

	/**
	 * Items of a request were taken, or are let go of. On any thread.
	 * @param request the request
	 * @param items how many
	 * @param bytes how long they were together
	 */
	void consumedItems(InboundRequest request, int items, long bytes);

	/**
	 * Items of a response were taken, or are let go of. On any thread.
	 * @param call the call
	 * @param items how many
	 * @param bytes how long they were together
	 */
	void consumedItems(OutboundCall call, int items, long bytes);

	/**
	 * Bytes were received: is it enough? On the connection's thread.
	 * @param nowNanos the present
	 */
	void received(long nowNanos);

	/**
	 * Has the peer been slowed down for too long? On the connection's thread.
	 * @param nowNanos the present
	 */
	void tick(long nowNanos);

	/** The session may hold more or less than before. On the connection's thread. */
	void look();

	/**
	 * Bytes received and not handled, of messages that are not complete too. On any
	 * thread.
	 * @return about how many
	 */
	long bytes();

}
