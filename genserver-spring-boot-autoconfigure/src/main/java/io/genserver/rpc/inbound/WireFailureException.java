package io.genserver.rpc.inbound;

/**
 * Carries a failure that is not the handler's where only an exception can.
 */
final class WireFailureException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final transient WireFailure failure;

	WireFailureException(WireFailure failure) {
		super(failure.error().message(), null, false, false);
		this.failure = failure;
	}

	WireFailure failure() {
		return this.failure;
	}

}
