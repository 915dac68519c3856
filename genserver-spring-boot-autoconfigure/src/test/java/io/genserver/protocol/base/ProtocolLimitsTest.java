package io.genserver.protocol.base;

import java.time.Duration;
import java.util.function.UnaryOperator;

import io.genserver.protocol.CloseReason;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ext.ExtLimits;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Limits have the promised defaults and refuse what cannot work, by name. */
class ProtocolLimitsTest {

	@Test
	void theDefaultsAreThoseOfTheProtocol() {
		assertThat(ProtocolLimits.defaults())
			.isEqualTo(new ProtocolLimits(131_072, 65_536, 4_194_304, 65_535, 1024, Duration.ofSeconds(5),
					Duration.ofSeconds(30), 8_388_608, Duration.ofSeconds(30), 1000, Duration.ofSeconds(10), 16,
					1_048_576, 8_388_608, Duration.ofSeconds(30), Duration.ofMinutes(10), 1024, 100, 5000));
		assertThat(ProtocolLimits.defaults().toBuilder().build()).isEqualTo(ProtocolLimits.defaults());
	}

	@Test
	void theDefaultsOfExtModeAreThoseOfTheProtocol() {
		assertThat(ExtLimits.defaults()).isEqualTo(new ExtLimits(262_144, 1_048_576, 8192, Duration.ofSeconds(25),
				Duration.ofSeconds(10), Duration.ofSeconds(10), 100));
	}

	@Test
	void aLimitThatCannotWorkIsNamed() {
		assertRefused("frameBytes", (limits) -> limits.frameBytes(0));
		assertRefused("frameBytes", (limits) -> limits.frameBytes(65_537));
		assertRefused("webSocketMessageBytes", (limits) -> limits.webSocketMessageBytes(65_548));
		assertRefused("itemBytes", (limits) -> limits.itemBytes(0));
		assertRefused("metadataBytes", (limits) -> limits.metadataBytes(-1));
		assertRefused("metadataBytes", (limits) -> limits.metadataBytes(65_536));
		assertRefused("callsInFlight", (limits) -> limits.callsInFlight(0));
		assertRefused("headerTimeout", (limits) -> limits.headerTimeout(Duration.ZERO));
		assertRefused("halfOpenIdle", (limits) -> limits.halfOpenIdle(Duration.ofSeconds(-1)));
		assertRefused("inboundBudgetBytes", (limits) -> limits.inboundBudgetBytes(4_194_303));
		assertRefused("readPause", (limits) -> limits.readPause(Duration.ZERO));
		assertRefused("cancels", (limits) -> limits.cancels(-1));
		assertRefused("cancelWindow", (limits) -> limits.cancelWindow(Duration.ZERO));
		assertRefused("skippedFrames", (limits) -> limits.skippedFrames(-1));
		assertRefused("outboundSoftBytes", (limits) -> limits.outboundSoftBytes(-1));
		assertRefused("outboundHardBytes", (limits) -> limits.outboundHardBytes(1_048_575));
		assertRefused("longestDeadline", (limits) -> limits.longestDeadline(Duration.ZERO));
		assertRefused("waitingCalls", (limits) -> limits.waitingCalls(0));
		assertRefused("outboundStall", (limits) -> limits.outboundStall(Duration.ZERO));
	}

	@Test
	void aCloseReasonFitsInACloseFrame() {
		assertThat(new CloseReason(1002, "\u00e9".repeat(61)).text()).hasSize(61);
		assertThatIllegalArgumentException().isThrownBy(() -> new CloseReason(1002, "\u00e9".repeat(62)))
			.withMessageContaining("124 bytes");
	}

	@Test
	void theLongestReasonsOfASessionFit() {
		BaseAbuseGuard conduct = new BaseAbuseGuard(ProtocolLimits.defaults()
			.toBuilder()
			.callsInFlight(Integer.MAX_VALUE)
			.cancels(0)
			.cancelWindow(Duration.ofSeconds(Long.MAX_VALUE / 1_000_000_000L, 999_999_999))
			.skippedFrames(0)
			.halfOpenIdle(Duration.ofSeconds(Long.MAX_VALUE / 1_000_000_000L, 999_999_999))
			.build());
		assertThat(conduct.frameSkipped()).isNotNull();
		assertThat(conduct.cancelled(true, 0)).isNotNull();
		assertThat(new BaseAbuseGuard(ProtocolLimits.defaults().toBuilder().idleFrames(1).build()))
			.satisfies((busy) -> assertThat(busy.idleFrame(0)).isNull())
			.satisfies((busy) -> assertThat(busy.idleFrame(0)).isNotNull());
		assertThat(conduct.frameStalled()).isNotNull();
		assertThat(new BaseAbuseGuard(ProtocolLimits.defaults()).frameHeader(255, -1)).isNotNull();
		assertThat(new BaseAbuseGuard(ProtocolLimits.defaults()).frameHeader(255, 0)).isNotNull();
		assertThat(new BaseAbuseGuard(ProtocolLimits.defaults()).messageType(255)).isNotNull();
		BaseAbuseGuard strict = new BaseAbuseGuard(
				ProtocolLimits.defaults().toBuilder().callsInFlight(1_000_000_000).build());
		assertThat(strict.unplacedStreams(Integer.MAX_VALUE)).isNotNull();
		assertThat(strict.openRequests(Integer.MAX_VALUE)).isNotNull();
	}

	private static void assertRefused(String name, UnaryOperator<ProtocolLimits.Builder> change) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> change.apply(ProtocolLimits.defaults().toBuilder()).build())
			.withMessageStartingWith("Limit " + name + " must be ");
	}

}
