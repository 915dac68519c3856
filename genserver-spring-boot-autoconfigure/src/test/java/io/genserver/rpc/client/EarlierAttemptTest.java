package io.genserver.rpc.client;

import java.time.Duration;
import java.util.List;

import io.genserver.CallInterruptedException;
import io.genserver.GenServerException;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerTimeoutException.Details;
import io.genserver.GenServerTimeoutException.Phase;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.outbound.NoConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class EarlierAttemptTest {

	static List<GenServerException> failures() {
		return List.of(new NoConnectionException("it failed", true),
				new GenServerUnavailableException("it failed", true), timeout(Phase.ROOM), timeout(Phase.QUEUED),
				new CallInterruptedException("it failed", true), new MailboxFullException("it failed"),
				new RpcException(Status.METHOD_NOT_FOUND, "it failed", true),
				new RpcException(Status.RESOURCE_EXHAUSTED, "full", "it failed", true, true, Duration.ofSeconds(1)),
				new GenServerException("it failed", true) {
				});
	}

	private static GenServerTimeoutException timeout(Phase phase) {
		return new GenServerTimeoutException("it failed", new Details("jobs", null, "again", Duration.ofSeconds(5),
				phase, Duration.ZERO, Duration.ZERO, Duration.ZERO, -1, -1, null, null));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void S16_afterAnAttemptThatWasSentNoFailureSaysThatNothingWasExecuted(GenServerException failure) {
		GenServerException counted = EarlierAttempt.counted(failure);
		assertThat(failure.notExecuted()).isTrue();
		assertThat(counted.notExecuted()).isFalse();
		assertThat(counted).hasMessageStartingWith("it failed; an earlier attempt was sent");
		assertThat(EarlierAttempt.counted(failure, true)).hasSameClassAs(counted);
		assertThat(EarlierAttempt.counted(failure, false)).isSameAs(failure);
	}

	@Test
	void whatAProgramReadsStays() {
		RpcException counted = (RpcException) EarlierAttempt.counted(
				new RpcException(Status.RESOURCE_EXHAUSTED, "full", "it failed", true, true, Duration.ofSeconds(1)));
		assertThat(counted.status()).isEqualTo(Status.RESOURCE_EXHAUSTED);
		assertThat(counted.reason()).isEqualTo("full");
		assertThat(counted.isRetryable()).isTrue();
		assertThat(counted.retryAfter()).isEqualTo(Duration.ofSeconds(1));
		assertThat(((GenServerTimeoutException) EarlierAttempt.counted(timeout(Phase.ROOM))).phase())
			.isEqualTo(Phase.RUNNING);
	}

	@Test
	void whatMayHaveBeenExecutedAnywayStaysAsItIs() {
		GenServerException failure = new GenServerUnavailableException("it failed", false);
		assertThat(EarlierAttempt.counted(failure)).isSameAs(failure);
		Throwable other = new IllegalStateException();
		assertThat(EarlierAttempt.counted(other, true)).isSameAs(other);
	}

}
