package io.genserver.runtime.message;

/**
 * The streams of an instance that are being read: it is not let go meanwhile. Safe for
 * use by many threads.
 */
public interface InstanceStreams {

	/**
	 * A stream is being read.
	 * @param call the call it answers
	 */
	void opened(StreamCall call);

	/**
	 * The publisher of a stream has failed.
	 * @param call the call it answers
	 * @param failure what its subscriber gets
	 */
	void failed(StreamCall call, Throwable failure);

	/**
	 * A stream is no longer read.
	 * @param call the call it answers
	 */
	void closed(StreamCall call);

}
