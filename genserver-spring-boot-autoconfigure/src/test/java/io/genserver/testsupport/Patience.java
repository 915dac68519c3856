package io.genserver.testsupport;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.GenServerContext;
import reactor.core.publisher.Mono;

/**
 * A contract whose calls take until their caller gives up.
 */
public interface Patience {

	Mono<String> hold();

	Mono<String> next();

	/** The server. */
	class Patient implements Patience {

		public final CountDownLatch begun = new CountDownLatch(1);

		public final CountDownLatch release = new CountDownLatch(1);

		public final CompletableFuture<Boolean> cancelled = new CompletableFuture<>();

		public final AtomicInteger next = new AtomicInteger();

		@Override
		public Mono<String> hold() {
			this.begun.countDown();
			try {
				this.release.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			this.cancelled.complete(GenServerContext.current().isCancelled());
			return Mono.just("held");
		}

		@Override
		public Mono<String> next() {
			this.next.incrementAndGet();
			return Mono.just("next");
		}

	}

}
