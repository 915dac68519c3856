package io.genserver.protocol.base;

/**
 * An error that follows an answer under way: a second response stream for a call whose
 * first one has begun, with a status other than 0. It takes the place of the rest of the
 * answer once it is complete; until then the first stream goes on.
 */
final class LateError extends StreamState {

	final BaseCall call;

	final int status;

	LateError(BaseCall call, int status) {
		this.call = call;
		this.status = status;
	}

}
