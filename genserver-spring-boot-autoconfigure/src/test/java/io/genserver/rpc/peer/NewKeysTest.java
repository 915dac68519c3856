package io.genserver.rpc.peer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.WireMode;
import io.genserver.protocol.ext.ExtLimits;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.rpc.peer.RawPeer.Reply;
import io.genserver.runtime.ServerSettings;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.PeerContexts;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** How many keys without an instance one connection may call. */
@ExtendWith(BufferLeaks.class)
class NewKeysTest {

	private static final int MOST = 20;

	private static final long MINUTE = Duration.ofMinutes(1).toNanos();

	private final AtomicLong now = new AtomicLong(1_000_000_000);

	private final TestServers servers = new TestServers()
		.add("room", RoomServer.class, RoomServer::new, true, ServerSettings.DEFAULTS)
		.add("hall", RoomServer.class, RoomServer::new, true, ServerSettings.DEFAULTS)
		.start();

	private @Nullable RawPeer peer;

	private void connect(WireMode mode) {
		ProtocolLimits limits = ProtocolLimits.defaults().toBuilder().newKeys(MOST).build();
		PeerContext context = this.servers.context(limits);
		ExtLimits patient = ExtLimits.defaults().withKeepAlive(Duration.ofDays(1), Duration.ofDays(1));
		this.peer = new RawPeer(mode, PeerContexts.of(limits, patient, StreamFailure.CANCEL,
				context.exposure().operations(), context.connection().workers(), this.now::get), 29);
	}

	@AfterEach
	void stop() {
		if (this.peer != null) {
			this.peer.disconnect();
		}
		this.servers.close();
	}

	/** The key is the first of the arguments in base mode. */
	private Reply send(WireMode mode, String server, String key, String argument) {
		Reply reply = new Reply();
		String arguments = (mode == WireMode.BASE) ? "[\"" + key + "\"," + argument + "]" : argument;
		CallMetadata metadata = (mode == WireMode.BASE) ? CallMetadata.NONE
				: CallMetadata.NONE.toBuilder().key(key).build();
		reply.call = this.peer.session.call(MethodId.of(server + ".echo"), arguments.getBytes(StandardCharsets.UTF_8),
				ResponseMode.UNARY, reply, metadata);
		return reply;
	}

	private Reply echo(WireMode mode, String server, String key) {
		return send(mode, server, key, "\"x\"");
	}

	@ParameterizedTest
	@EnumSource
	void manyRequestsForOneNewKeyCountAsOneKey(WireMode mode) {
		connect(mode);
		List<Reply> burst = new ArrayList<>();
		for (int i = 0; i < 3 * MOST; i++) {
			burst.add(echo(mode, "room", "one"));
		}
		burst.forEach((each) -> assertThat(this.peer.answer(each)).isEqualTo("0 \"x\""));
	}

	@ParameterizedTest
	@EnumSource
	void aKeyThatIsCalledInVainCountsOnce(WireMode mode) {
		connect(mode);
		for (int i = 0; i < 2 * MOST; i++) {
			assertThat(this.peer.answer(send(mode, "room", "one", "[1]"))).doesNotContain("without an instance");
		}
		assertThat(this.servers.runtime().server("room").hasInstance("one")).isFalse();
		for (int i = 1; i < MOST; i++) {
			assertThat(this.peer.answer(echo(mode, "room", "k" + i))).isEqualTo("0 \"x\"");
		}
		assertThat(this.peer.answer(echo(mode, "room", "more"))).contains("without an instance");
	}

	@ParameterizedTest
	@EnumSource
	void differentKeysOfAllServersCount(WireMode mode) {
		connect(mode);
		for (int i = 0; i < MOST; i++) {
			String server = ((i & 1) == 0) ? "room" : "hall";
			assertThat(this.peer.answer(echo(mode, server, "k" + i / 2))).isEqualTo("0 \"x\"");
		}
		Reply refused = echo(mode, "room", "other");
		assertThat(this.peer.answer(refused)).contains("20 keys without an instance within a minute");
		assertThat(refused.status).isNotEqualTo(StatusCode.OK);
		assertThat(this.peer.answer(echo(mode, "hall", "k1"))).isEqualTo("0 \"x\"");
		this.now.addAndGet(MINUTE);
		assertThat(this.peer.answer(echo(mode, "room", "other"))).isEqualTo("0 \"x\"");
	}

	interface Room {

		String echo(String text);

	}

	static class RoomServer implements Room {

		@Override
		public String echo(String text) {
			return text;
		}

	}

}
