package io.genserver.rpc.socket;

import java.time.Duration;

import io.genserver.rpc.socket.Liveness.Action;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LivenessTest {

	private static final long START = Long.MAX_VALUE - 1000;

	private final Liveness liveness = new Liveness(Duration.ofSeconds(25), Duration.ofSeconds(10), START);

	private Action at(int second, boolean heard) {
		return at(second, heard, true);
	}

	private Action at(int second, boolean heard, boolean mayAsk) {
		return this.liveness.tick(START + second * 1_000_000_000L, heard, mayAsk);
	}

	@Test
	void aPeerIsPingedOnceAfterTheInterval() {
		assertThat(at(24, false)).isEqualTo(Action.NOTHING);
		assertThat(at(25, false)).isEqualTo(Action.PING);
		assertThat(at(26, false)).isEqualTo(Action.NOTHING);
	}

	@Test
	void aPeerThatStaysSilentIsGivenUpAfterTheTimeout() {
		at(25, false);
		assertThat(at(34, false)).isEqualTo(Action.NOTHING);
		assertThat(at(35, false)).isEqualTo(Action.CLOSE);
	}

	@Test
	void anySignOfLifeBeginsTheIntervalAnew() {
		at(25, false);
		assertThat(at(34, true)).isEqualTo(Action.NOTHING);
		assertThat(at(58, false)).isEqualTo(Action.NOTHING);
		assertThat(at(59, false)).isEqualTo(Action.PING);
	}

	@Test
	void aPeerThatCannotBeAskedYetHasItsTimeOnceItIsAsked() {
		assertThat(at(25, false, false)).isEqualTo(Action.NOTHING);
		assertThat(at(60, false, false)).isEqualTo(Action.NOTHING);
		assertThat(at(61, false)).isEqualTo(Action.PING);
		assertThat(at(70, false)).isEqualTo(Action.NOTHING);
		assertThat(at(71, false)).isEqualTo(Action.CLOSE);
	}

	@Test
	void aPeerIsAskedBeforeItIsGivenUpHoweverLateTheTick() {
		assertThat(at(1000, false)).isEqualTo(Action.PING);
		assertThat(at(1009, false)).isEqualTo(Action.NOTHING);
		assertThat(at(1010, false)).isEqualTo(Action.CLOSE);
	}

}
