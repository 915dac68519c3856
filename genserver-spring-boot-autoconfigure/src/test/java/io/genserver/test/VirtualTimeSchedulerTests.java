package io.genserver.test;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import io.genserver.GenServerRef;
import io.genserver.Overflow;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.LocalRegistry;
import io.genserver.runtime.RuntimeSettings;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.runtime.contract.ReplyAdapters;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class VirtualTimeSchedulerTests {

	private final VirtualTimeScheduler scheduler = new VirtualTimeScheduler(Duration.ofMillis(200));

	private final GenServerRuntime runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS, null, List.of(),
			() -> false, (event) -> {
			}, this.scheduler);

	private GenServerRef<Object> start(ServerSettings settings) {
		LocalRegistry registry = new LocalRegistry(this.runtime, new ReflectiveContracts(ReplyAdapters.JDK), settings);
		this.runtime.start();
		return registry.start("server", Object.class, Object::new);
	}

	@Test
	void aBlockingCallThatNeedsTimeSaysSo() {
		GenServerRef<Object> server = start(ServerSettings.DEFAULTS);
		CompletableFuture<Object> never = new CompletableFuture<>();
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> server.call((instance) -> never))
			.withMessageContaining("time stands still")
			.withMessageContaining("PT5S of virtual time")
			.withMessageContaining("VirtualTime.advance");
		this.runtime.shutdown();
	}

	@Test
	void aHandlerThatBlocksOnSomethingElseIsNamed() {
		GenServerRef<Object> server = start(ServerSettings.DEFAULTS);
		CountDownLatch latch = new CountDownLatch(1);
		server.cast((instance) -> latch.await());
		assertThatExceptionOfType(AssertionError.class).isThrownBy(this.scheduler::settle)
			.withMessageContaining("did not come to rest")
			.withMessageContaining("aHandlerThatBlocksOnSomethingElseIsNamed");
		latch.countDown();
		this.scheduler.settle();
		this.runtime.shutdown();
	}

	@Test
	void timeCanPassForAsLongAsItLasts() {
		GenServerRef<Object> server = start(ServerSettings.DEFAULTS);
		Duration forever = ChronoUnit.FOREVER.getDuration();
		CompletableFuture<Object> never = new CompletableFuture<>();
		CompletableFuture<Object> call = server.withTimeout(forever).callAsync((instance) -> never);
		for (int i = 0; i < 5; i++) {
			this.scheduler.advance(forever);
		}
		assertThat(call).isCompletedExceptionally();
		assertThat(this.scheduler.nanoTime()).isPositive();
		never.complete(1);
		this.scheduler.advance(Duration.ZERO);
		assertThat(server.<Integer, RuntimeException>call((instance) -> 2)).isEqualTo(2);
		assertThatIllegalArgumentException().isThrownBy(() -> this.scheduler.advance(Duration.ofNanos(-1)));
		this.runtime.shutdown();
	}

	@Test
	void timePassesByItselfAtShutdown() {
		GenServerRef<Object> server = start(ServerSettings.DEFAULTS);
		CompletableFuture<Object> never = new CompletableFuture<>();
		CompletableFuture<Object> reply = server.callAsync((instance) -> never);
		this.scheduler.settle();
		this.runtime.shutdown();
		assertThat(reply).isCompletedExceptionally();
	}

	@Test
	void blockedSendersComeInWhileTimeStandsStill() throws Exception {
		GenServerRef<Object> server = start(ServerSettings.DEFAULTS.withMailbox(3, Overflow.BLOCK));
		int[] handled = new int[1];
		Thread[] senders = new Thread[4];
		for (int i = 0; i < senders.length; i++) {
			senders[i] = Thread.ofPlatform().start(() -> {
				for (int sent = 0; sent < 500; sent++) {
					server.cast((instance) -> handled[0]++);
				}
			});
		}
		for (Thread sender : senders) {
			sender.join();
		}
		this.scheduler.settle();
		int seen = server.call((instance) -> handled[0]);
		assertThat(seen).isEqualTo(2_000);
		this.runtime.shutdown();
	}

}
