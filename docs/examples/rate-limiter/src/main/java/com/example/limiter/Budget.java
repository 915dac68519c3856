package com.example.limiter;

import java.time.Duration;

import io.genserver.Cast;
import reactor.core.publisher.Mono;

/**
 * What one client may still ask for.
 */
public interface Budget {

	/** Take a request out of the budget. Does not block. */
	Mono<Decision> take();

	int left();

	@Cast
	void limit(Limit limit);

	/**
	 * @param granted whether the request may go on
	 * @param retryAfter otherwise, when there is room for one
	 */
	record Decision(boolean granted, Duration retryAfter) {

	}

}
