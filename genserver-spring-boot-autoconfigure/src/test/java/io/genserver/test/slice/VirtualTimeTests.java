package io.genserver.test.slice;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;

import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.GenServerTimeoutException;
import io.genserver.Keyed;
import io.genserver.test.AutoConfigureVirtualTime;
import io.genserver.test.GenServerTest;
import io.genserver.test.VirtualTime;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.annotation.DirtiesContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@GenServerTest(properties = { "genserver.servers.session.idle-timeout=5m", "genserver.supervision.backoff.initial=10s",
		"genserver.supervision.backoff.max=10s" })
@AutoConfigureVirtualTime
@DirtiesContext
class VirtualTimeTests {

	@Autowired
	Stock stock;

	@Autowired
	GenServerRef<Heartbeat> heartbeat;

	@Autowired
	Keyed<Session> sessions;

	@Autowired
	GenServerRegistry registry;

	@Test
	void whatIsReservedComesBackAfterAMinute(VirtualTime time) {
		this.stock.add(5);
		assertThat(this.stock.reserve(3)).isEqualTo(3);
		time.advance(Duration.ofSeconds(59));
		assertThat(this.stock.pieces()).isEqualTo(2);
		time.advance(Duration.ofSeconds(1));
		assertThat(this.stock.pieces()).isEqualTo(5);
	}

	@RepeatedTest(2)
	void aTimerTicksAtEachOfItsMoments(VirtualTime time) {
		assertThat(this.heartbeat.call(Heartbeat::beats)).isZero();
		Instant before = time.now();
		time.advance(Duration.ofMinutes(1));
		assertThat(this.heartbeat.call(Heartbeat::beats)).isEqualTo(6);
		assertThat(Duration.between(before, time.now())).isEqualTo(Duration.ofMinutes(1));
	}

	@Test
	void theTimeOfDayIsTheSameForServersAndOtherBeans(VirtualTime time, @Autowired InstantSource source) {
		time.advance(Duration.ofMinutes(1));
		assertThat(source.instant()).isEqualTo(time.now());
		assertThat(this.heartbeat.call(Heartbeat::now)).isEqualTo(time.now());
	}

	@Test
	void aCallEndsAtItsDeadlineAndNotBefore(VirtualTime time) {
		CompletableFuture<String> answer = this.stock.supplier();
		time.advance(Duration.ofMillis(4_999));
		assertThat(answer).isNotDone();
		time.advance(Duration.ofMillis(1));
		assertThat(answer).isCompletedExceptionally();
		assertThat(answer.exceptionNow()).isInstanceOf(GenServerTimeoutException.class);
		StockServer.ASKED.get("supplier").complete("too late");
		time.settle();
	}

	@Test
	void whatAnotherThreadCompletesIsWaitedForInRealTime(VirtualTime time) throws Exception {
		CompletableFuture<String> answer = this.stock.supplier();
		time.settle();
		Thread.ofPlatform().start(() -> StockServer.ASKED.get("supplier").complete("Monday"));
		assertThat(answer.get()).isEqualTo("Monday");
	}

	@Test
	void anIdleInstanceIsLetGo(VirtualTime time) {
		GenServerRef<Session> session = this.sessions.ref("ann");
		assertThat(session.call(Session::visit)).isOne();
		time.advance(Duration.ofMinutes(4));
		assertThat(session.call(Session::visit)).isEqualTo(2);
		time.advance(Duration.ofMinutes(7));
		assertThat(this.registry.info("session", "ann")).isNull();
		assertThat(session.call(Session::visit)).isOne();
	}

	@Test
	void aServerPausesBeforeItsRestart(VirtualTime time) {
		this.stock.add(5);
		this.stock.add(-1);
		CompletableFuture<Integer> pieces = this.registry.<StockServer>ref(StockServer.class)
			.withTimeout(Duration.ofMinutes(1))
			.callAsync(StockServer::pieces);
		time.advance(Duration.ofSeconds(5));
		assertThat(pieces).isNotDone();
		time.advance(Duration.ofSeconds(10));
		assertThat(pieces).isCompletedWithValue(0);
	}

	@Test
	void aHandlerCannotLetTimePass(VirtualTime time) {
		assertThatIllegalStateException().isThrownBy(() -> this.heartbeat.call((server) -> {
			time.advance(Duration.ofSeconds(1));
			return null;
		})).withMessageContaining("test's thread");
	}

}
