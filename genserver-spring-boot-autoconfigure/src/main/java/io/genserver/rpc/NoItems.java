package io.genserver.rpc;

import java.util.concurrent.Flow;

/** The subscription to a stream that has failed already. */
public enum NoItems implements Flow.Subscription {

	INSTANCE;

	@Override
	public void request(long n) {
		// There is nothing to ask for.
	}

	@Override
	public void cancel() {
		// It is over already.
	}

}
