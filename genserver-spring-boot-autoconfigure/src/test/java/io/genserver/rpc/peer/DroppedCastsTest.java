package io.genserver.rpc.peer;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.genserver.Cast;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.WireMode;
import io.genserver.protocol.ext.ExtLimits;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.PeerContexts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Casts whose arguments cannot be decoded, as they stand in the log. */
@ExtendWith(BufferLeaks.class)
class DroppedCastsTest {

	private final AtomicLong now = new AtomicLong(1_000_000_000);

	private final TestServers servers = new TestServers().add("shared", new SharedServer())
		.add("other", new SharedServer())
		.start();

	private final Logger target = (Logger) LoggerFactory.getLogger("io.genserver");

	private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

	@BeforeEach
	void listen() {
		this.lines.start();
		this.target.addAppender(this.lines);
	}

	@AfterEach
	void stop() {
		this.target.detachAppender(this.lines);
		this.servers.close();
	}

	private List<String> loud() {
		return List.copyOf(this.lines.list)
			.stream()
			.filter((line) -> line.getLevel().isGreaterOrEqual(Level.WARN))
			.map(ILoggingEvent::getFormattedMessage)
			.toList();
	}

	@ParameterizedTest
	@EnumSource
	void ofAPeersCastsThatCannotBeDecodedOneIsLoggedAndTheOthersAreCounted(WireMode mode) {
		PeerContext known = this.servers.context(ProtocolLimits.defaults());
		ExtLimits patient = ExtLimits.defaults().withKeepAlive(Duration.ofDays(1), Duration.ofDays(1));
		RawPeer peer = new RawPeer(mode, PeerContexts.of(known.connection().limits(), patient, StreamFailure.CANCEL,
				known.exposure().operations(), known.connection().workers(), this.now::get), 23);
		for (int i = 0; i < 40; i++) {
			peer.cast("shared.take", "\"forged\\nline\"");
		}
		peer.cast("other.take", "[");
		peer.pumpUntil(() -> known.exposure().operations().badArguments() == 41);
		peer.pumpUntil(() -> loud().size() == 2);
		assertThat(loud()).filteredOn((line) -> line.startsWith("A cast of shared.take from peer memory"))
			.singleElement()
			.asString()
			.contains("was dropped, since its arguments cannot be decoded", "error id")
			.doesNotContain("\n");
		assertThat(loud()).filteredOn((line) -> line.startsWith("A cast of other.take")).hasSize(1);
		this.now.addAndGet(TimeUnit.SECONDS.toNanos(10));
		peer.connection.tick();
		assertThat(loud()).hasSize(3).last().asString().contains("39 more failures of 'bad arguments'");
		peer.disconnect();
	}

	interface Shared {

		@Cast
		void take(int number);

	}

	static class SharedServer implements Shared {

		@Override
		public void take(int number) {
		}

	}

}
