package io.genserver.testsupport;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.genserver.Call;
import io.genserver.GenServerContext;
import io.genserver.Request;

/**
 * A contract that tells how much time its caller has left.
 */
public interface RemainingTime {

	Duration remaining();

	CompletableFuture<Duration> later();

	/** A message that asks. */
	record Question() implements Request<Duration> {
	}

	/** The server. */
	class Clock implements RemainingTime {

		@Override
		public Duration remaining() {
			return Objects.requireNonNull(GenServerContext.current().remaining());
		}

		@Override
		public CompletableFuture<Duration> later() {
			return CompletableFuture.completedFuture(remaining());
		}

		@Call
		public Duration on(Question question) {
			return remaining();
		}

	}

}
