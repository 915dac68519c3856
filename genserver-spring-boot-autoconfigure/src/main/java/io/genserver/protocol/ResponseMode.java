package io.genserver.protocol;

/**
 * How a caller wants a successful answer. An answer with any other status is always
 * delivered whole.
 */
public enum ResponseMode {

	/** One value, joined from all its frames. */
	UNARY,

	/** One item per frame, each as it arrives. */
	STREAM

}
