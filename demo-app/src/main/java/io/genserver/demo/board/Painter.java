package io.genserver.demo.board;

/**
 * Somebody who paints over the WebSocket. The key of a painter is its connection.
 */
interface Painter {

	/**
	 * Use some of what the painter may paint.
	 * @param pixels how many pixels it wants to paint
	 * @return zero if it may; else the nanoseconds after which it could, and nothing is
	 * used
	 */
	long spend(int pixels);

}
