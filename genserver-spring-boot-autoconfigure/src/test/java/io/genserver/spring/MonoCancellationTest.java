package io.genserver.spring;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.LocalRegistry;
import io.genserver.runtime.RuntimeSettings;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.Patience;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Cancelling a Mono gives up the call behind it.
 */
class MonoCancellationTest {

	private final GenServerRuntime runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS, null, List.of(),
			() -> false);

	private final Patience.Patient server = new Patience.Patient();

	private final LocalRegistry registry = new LocalRegistry(this.runtime,
			new ReflectiveContracts(ReactiveReplyAdapters.create(getClass().getClassLoader(), null)),
			ServerSettings.DEFAULTS);

	@AfterEach
	void close() {
		this.server.release.countDown();
		this.runtime.shutdown();
	}

	private Patience start() {
		this.runtime.start();
		this.registry.start("patience", Patience.Patient.class, () -> this.server);
		return this.registry.contract("patience", Patience.class);
	}

	@Test
	void S05_cancellingAMonoCancelsACallThatRuns() throws Exception {
		Patience patience = start();
		StepVerifier.create(patience.hold()).then(this::awaitBegin).thenCancel().verify(HangGuard.DURATION);
		this.server.release.countDown();
		assertThat(this.server.cancelled.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void S05_aMonoCancelledWhileItsCallIsQueuedNeverStartsItAndFreesItsPlaceAtOnce() {
		Patience patience = start();
		StepVerifier.create(patience.hold()).then(() -> {
			awaitBegin();
			StepVerifier.create(patience.next())
				.then(() -> assertThat(this.registry.info("patience").mailbox().depth()).isOne())
				.thenCancel()
				.verify(HangGuard.DURATION);
			assertThat(this.registry.info("patience").mailbox().depth()).isZero();
			this.server.release.countDown();
		}).expectNext("held").expectComplete().verify(HangGuard.DURATION);
		assertThat(this.server.next).hasValue(0);
	}

	private void awaitBegin() {
		try {
			assertThat(this.server.begun.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
