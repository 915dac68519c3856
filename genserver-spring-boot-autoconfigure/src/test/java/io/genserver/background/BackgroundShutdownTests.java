package io.genserver.background;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Background services whose steps hang, or close what they run in, at shutdown.
 */
class BackgroundShutdownTests {

	private final VirtualTime time = new VirtualTime();

	private final BackgroundServices services = new BackgroundServices(this.time, (event) -> {
	}, Duration.ofSeconds(7));

	/** Sleeps in its first run until it is interrupted. */
	private static final class Hanging implements BackgroundService<Void> {

		private final CountDownLatch hangs = new CountDownLatch(1);

		private final CompletableFuture<String> interrupted = new CompletableFuture<>();

		@Override
		public Step<Void> run(CancellationToken token) throws Exception {
			this.hangs.countDown();
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				this.interrupted.complete("interrupted");
			}
			return Step.done();
		}

	}

	@Test
	void S15_aStepThatHangsIsInterruptedThoughItsServiceWasToldToRestart() throws Exception {
		Hanging hanging = new Hanging();
		BackgroundHandle<?> handle = this.services
			.start(ServiceDefinition.of("hanging", hanging).withInterruptAfter(Duration.ofHours(1)));
		assertThat(hanging.hangs.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		handle.restart();
		CompletableFuture<List<String>> left = CompletableFuture.supplyAsync(this.services::shutdown);
		this.time.awaitTimer(Duration.ofSeconds(7));
		this.time.advance(Duration.ofSeconds(7));
		assertThat(hanging.interrupted.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("interrupted");
		assertThat(left.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEmpty();
	}

	@Test
	void S15_aStepThatShutsAllServicesDownIsNeitherWaitedForNorInterrupted() throws Exception {
		CompletableFuture<Boolean> closed = new CompletableFuture<>();
		this.services.start(ServiceDefinition.of("closer", (token) -> {
			List<String> left = this.services.shutdown();
			closed.complete(left.isEmpty() && !Thread.currentThread().isInterrupted());
			return Step.done();
		}).withInterruptAfter(Duration.ZERO));
		assertThat(closed.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
	}

}
