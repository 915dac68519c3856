package io.genserver.demo.live;

import reactor.core.publisher.Flux;

/**
 * What the tiles are doing, twice a second.
 *
 * @since 0.1.0
 */
public interface Pulse {

	/**
	 * Watch the tiles. A watcher that is slow misses beats.
	 * @return never ends by itself
	 */
	Flux<Beat> watch();

	/**
	 * Answer, so that a caller can measure the way there and back.
	 */
	void ping();

}
