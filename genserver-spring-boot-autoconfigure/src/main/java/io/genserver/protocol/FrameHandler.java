package io.genserver.protocol;

import io.netty.buffer.ByteBuf;

/**
 * Takes frames from a {@link FrameDecoder}.
 */
public interface FrameHandler {

	/**
	 * A frame's header is complete, its payload may not have arrived. The place to refuse
	 * a frame before a byte of it is stored.
	 * @param streamId the stream
	 * @param seq the frame's number within the stream
	 * @param kind see {@link FrameKind}
	 * @param length payload bytes, to be read as unsigned
	 * @return false to take no more bytes at all
	 */
	boolean frameHeader(int streamId, int seq, int kind, int length);

	/**
	 * A frame is complete.
	 * @param streamId the stream
	 * @param seq the frame's number within the stream
	 * @param kind see {@link FrameKind}
	 * @param payload a buffer whose next {@code length} readable bytes are the payload;
	 * valid during this call only, and not the handler's to release
	 * @param length payload bytes; the handler may read fewer, never more
	 * @return false to take no more bytes at all
	 */
	boolean frame(int streamId, int seq, int kind, ByteBuf payload, int length);

}
