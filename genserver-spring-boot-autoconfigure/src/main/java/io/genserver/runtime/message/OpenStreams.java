package io.genserver.runtime.message;

/**
 * The streams of an instance that are being read: it is not let go meanwhile. Safe for
 * use by many threads.
 */
public interface OpenStreams {

	/**
	 * A stream is being read.
	 * @param call the call it answers
	 */
	void opened(StreamCall call);

	/**
	 * A stream is no longer read.
	 * @param call the call it answers
	 */
	void closed(StreamCall call);

}
