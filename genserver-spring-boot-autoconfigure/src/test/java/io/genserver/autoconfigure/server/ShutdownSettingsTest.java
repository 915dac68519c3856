package io.genserver.autoconfigure.server;

import java.time.Duration;

import io.genserver.autoconfigure.background.GenServerBackgroundProperties;
import io.genserver.autoconfigure.rpc.GenServerRpcProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What the three properties say together that limit a shutdown.
 */
class ShutdownSettingsTest {

	private static ShutdownSettings settings(String drain, String total, String phase) {
		GenServerProperties.Shutdown properties = new GenServerProperties.Shutdown();
		properties.setDrainTimeout((drain != null) ? Duration.parse("PT" + drain) : null);
		properties.setTimeout((total != null) ? Duration.parse("PT" + total) : null);
		MockEnvironment environment = new MockEnvironment();
		if (phase != null) {
			environment.setProperty("spring.lifecycle.timeout-per-shutdown-phase", phase);
		}
		return ShutdownSettings.of(properties, environment);
	}

	@ParameterizedTest
	@CsvSource(nullValues = "-", textBlock = """
			-   | -   | -    | 10S  | 15S
			3S  | -   | -    | 3S   | 8S
			60S | -   | -    | 60S  | 65S
			-   | 40S | -    | 10S  | 40S
			-   | -   | 60s  | 10S  | 15S
			-   | -   | 12s  | 8S   | 12S
			-   | -   | 3s   | 2S   | 3S
			4S  | -   | 6s   | 4S   | 6S
			6S  | -   | 6s   | 6S   | 6S
			-   | 5S  | 6s   | 4S   | 5S
			""", delimiter = '|')
	void S15_whatIsNotSetFollowsWhatIs(String drain, String total, String phase, String drains, String takes) {
		assertThat(settings(drain, total, phase))
			.isEqualTo(new ShutdownSettings(Duration.parse("PT" + drains), Duration.parse("PT" + takes)));
	}

	@ParameterizedTest
	@CsvSource(nullValues = "-", textBlock = """
			7S | -  | 6s | genserver.shutdown.drain-timeout | 7s
			3S | 9S | 6s | genserver.shutdown.timeout       | 9s
			-  | 7S | 6s | genserver.shutdown.timeout       | 7s
			""", delimiter = '|')
	void S15_whatIsSetAndContradictsSpringsTimeoutFailsAndNamesBothKeys(String drain, String total, String phase,
			String key, String value) {
		ShutdownConflictException conflict = catchThrowableOfType(ShutdownConflictException.class,
				() -> settings(drain, total, phase));
		assertThat(conflict).hasMessageContaining(key).hasMessageContaining("timeout-per-shutdown-phase");
		FailureAnalysis analysis = new ShutdownConflictFailureAnalyzer().analyze(conflict);
		assertThat(analysis).isNotNull();
		assertThat(analysis.getDescription()).contains(key, value, "spring.lifecycle.timeout-per-shutdown-phase", "6s");
		assertThat(analysis.getAction()).contains("at least " + value, "at most 6s");
	}

	@Test
	void phasesBelowThatOfTheServersAreRefused() {
		GenServerProperties servers = new GenServerProperties();
		servers.getLifecycle().setPhase(5);
		GenServerBackgroundProperties background = new GenServerBackgroundProperties();
		assertThat(LifecyclePhases.background(servers, background.getLifecycle().getPhase())).isEqualTo(1029);
		background.getLifecycle().setPhase(4);
		GenServerRpcProperties rpc = new GenServerRpcProperties();
		assertThat(LifecyclePhases.endpoint(servers, rpc.getLifecycle().getPhase())).isEqualTo(Integer.MAX_VALUE);
		rpc.getLifecycle().setPhase(4);
		assertThat(catchThrowableOfType(RuntimeException.class,
				() -> LifecyclePhases.background(servers, background.getLifecycle().getPhase())))
			.hasMessageContaining("genserver.background.lifecycle.phase")
			.hasMessageContaining("genserver.lifecycle.phase, which is 5");
		assertThat(catchThrowableOfType(RuntimeException.class,
				() -> LifecyclePhases.endpoint(servers, rpc.getLifecycle().getPhase())))
			.hasMessageContaining("genserver.rpc.lifecycle.phase");
		servers.getLifecycle().setPhase(Integer.MAX_VALUE);
		background.getLifecycle().setPhase(null);
		assertThat(LifecyclePhases.background(servers, background.getLifecycle().getPhase()))
			.isEqualTo(Integer.MAX_VALUE);
	}

}
