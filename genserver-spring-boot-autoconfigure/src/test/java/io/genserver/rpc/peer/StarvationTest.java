package io.genserver.rpc.peer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.genserver.Call;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.WireMode;
import io.genserver.protocol.ext.ExtLimits;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.rpc.peer.RawPeer.Reply;
import io.genserver.runtime.Server;
import io.genserver.runtime.ServerSettings;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.PeerContexts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/** What a peer chooses in ext mode, and whom it cannot starve by that. */
@ExtendWith(BufferLeaks.class)
class StarvationTest {

	/** Keys without an instance that a connection may call in a minute. */
	private static final int MOST = 20;

	private final AtomicLong now = new AtomicLong(1_000_000_000);

	private final SharedServer shared = new SharedServer();

	private final TestServers servers = new TestServers().add("shared", this.shared)
		.add("room", SharedServer.class, () -> this.shared, true, ServerSettings.DEFAULTS)
		.start();

	private final RawPeer peer = peer();

	private RawPeer peer() {
		ProtocolLimits limits = ProtocolLimits.defaults().toBuilder().newKeys(MOST).build();
		PeerContext context = this.servers.context(limits);
		ExtLimits patient = ExtLimits.defaults().withKeepAlive(Duration.ofDays(1), Duration.ofDays(1));
		return new RawPeer(WireMode.EXT, PeerContexts.of(limits, patient, StreamFailure.CANCEL,
				context.exposure().operations(), context.connection().workers(), this.now::get), 29);
	}

	@AfterEach
	void stop() {
		this.shared.gate.countDown();
		this.peer.disconnect();
		this.servers.close();
	}

	private void pass(Duration time) {
		this.now.addAndGet(time.toNanos());
		this.peer.connection.tick();
		this.peer.pump();
	}

	private static CallMetadata minutes(int minutes) {
		return CallMetadata.NONE.toBuilder().deadlineMillis(Duration.ofMinutes(minutes).toMillis()).build();
	}

	private Reply call(String operation, String arguments, CallMetadata metadata) {
		Reply reply = new Reply();
		reply.call = this.peer.session.call(MethodId.of(operation), arguments.getBytes(StandardCharsets.UTF_8),
				ResponseMode.UNARY, reply, metadata);
		return reply;
	}

	private ExtError error(Reply reply) {
		this.peer.pumpUntil(reply::isOver);
		return ExtError.decode(reply.status, reply.payload);
	}

	@Test
	void anUploadWithoutItemsHoldsAServerUpForAsLongAsTheOperationTakes() {
		Reply upload = upload();
		pass(Duration.ofSeconds(4));
		assertThat(upload.isOver()).isFalse();
		pass(Duration.ofSeconds(1));
		assertThat(error(upload).status()).isEqualTo(ExtStatus.DEADLINE_EXCEEDED);
		assertThat(this.peer.answer(this.peer.call("shared.ping", ""))).isEqualTo("0 \"pong\"");
	}

	@Test
	void onceAllItemsAreThereTheDeadlineCounts() {
		Reply upload = upload();
		this.peer.session.sendItem(upload.call(), "1".getBytes(StandardCharsets.UTF_8));
		this.peer.session.sendEnd(upload.call());
		this.peer.pumpUntil(() -> this.shared.summed.get() == 1);
		for (int i = 0; i < 10; i++) {
			this.peer.pump();
		}
		pass(Duration.ofMinutes(1));
		assertThat(upload.isOver()).isFalse();
		this.shared.sum.complete(7);
		assertThat(this.peer.answer(upload)).isEqualTo("0 7");
	}

	private Reply upload() {
		Reply upload = new Reply();
		upload.call = this.peer.session.openStream(MethodId.of("shared.sum"), new byte[0], ResponseMode.UNARY, upload,
				minutes(10));
		this.peer.pumpUntil(() -> this.shared.uploads.get() == 1);
		return upload;
	}

	@Test
	void aCallThatWaitsForItsTurnDoesSoForAsLongAsTheOperationTakes() {
		this.peer.call("shared.hold", "");
		this.peer.pumpUntil(() -> this.shared.held.get() == 1);
		Reply waiting = call("shared.ping", "", minutes(10));
		this.peer.pump();
		pass(Duration.ofSeconds(4));
		assertThat(waiting.isOver()).isFalse();
		pass(Duration.ofSeconds(1));
		assertThat(error(waiting).status()).isEqualTo(ExtStatus.DEADLINE_EXCEEDED);
		assertThat(error(waiting).notExecuted()).isTrue();
	}

	@Test
	void anUploadThatStopsIsRefused() {
		Reply upload = new Reply();
		upload.call = this.peer.session.openStream(MethodId.of("shared.longSum"), new byte[0], ResponseMode.UNARY,
				upload, minutes(10));
		this.peer.pumpUntil(() -> this.shared.uploads.get() == 1);
		pass(Duration.ofSeconds(29));
		assertThat(upload.isOver()).isFalse();
		pass(Duration.ofSeconds(1));
		assertThat(error(upload).message()).contains("nothing came for PT30S");
	}

	@Test
	void aKeyThatIsTooLongMakesNoInstance() {
		Reply reply = call("room.ping", "", CallMetadata.NONE.toBuilder().key("k".repeat(1025)).build());
		assertThat(error(reply).message()).contains("more than 1024 bytes");
		reply = call("room.ping", "", CallMetadata.NONE.toBuilder().key("é".repeat(513)).build());
		assertThat(error(reply).message()).contains("more than 1024 bytes");
		reply = call("room.ping", "", CallMetadata.NONE.toBuilder().key("k".repeat(1024)).build());
		assertThat(this.peer.answer(reply)).isEqualTo("0 \"pong\"");
	}

	@Test
	void argumentsThatCannotBeReadMakeNoInstance() {
		Server room = this.servers.runtime().server("room");
		Reply bad = call("room.echo", "{broken", CallMetadata.NONE.toBuilder().key("bad").build());
		Reply good = call("room.echo", "\"x\"", CallMetadata.NONE.toBuilder().key("good").build());
		assertThat(error(bad).status()).isEqualTo(ExtStatus.INVALID_ARGUMENT);
		assertThat(this.peer.answer(good)).isEqualTo("0 \"x\"");
		assertThat(room.hasInstance("bad")).isFalse();
		assertThat(room.hasInstance("good")).isTrue();
	}

	@Test
	void keysBeyondThatAreRefusedAndKnownOnesAreNot() {
		Reply last = null;
		assertThat(this.peer.answer(echo("known"))).isEqualTo("0 \"x\"");
		for (int i = 0; i < MOST; i++) {
			last = call("room.echo", "{", CallMetadata.NONE.toBuilder().key("k" + i).build());
			this.peer.pumpUntil(last::isOver);
		}
		assertThat(error(last).status()).isEqualTo(ExtStatus.RESOURCE_EXHAUSTED);
		assertThat(error(last).message()).contains(MOST + " keys without an instance within a minute");
		assertThat(this.peer.answer(echo("known"))).isEqualTo("0 \"x\"");
		this.now.addAndGet(Duration.ofMinutes(1).toNanos());
		Reply again = echo("new");
		assertThat(this.peer.answer(again)).isEqualTo("0 \"x\"");
		assertThat(again.status).isEqualTo(StatusCode.OK);
	}

	private Reply echo(String key) {
		return call("room.echo", "\"x\"", CallMetadata.NONE.toBuilder().key(key).build());
	}

	interface Shared {

		String ping();

		String echo(String text);

		@Call(timeout = "1m")
		void hold() throws InterruptedException;

		CompletableFuture<Integer> sum(Flow.Publisher<Integer> items);

		@Call(timeout = "10m")
		CompletableFuture<Integer> longSum(Flow.Publisher<Integer> items);

	}

	static class SharedServer implements Shared {

		final CountDownLatch gate = new CountDownLatch(1);

		final AtomicInteger held = new AtomicInteger();

		final AtomicInteger uploads = new AtomicInteger();

		final AtomicInteger summed = new AtomicInteger();

		final CompletableFuture<Integer> sum = new CompletableFuture<>();

		@Override
		public String ping() {
			return "pong";
		}

		@Override
		public String echo(String text) {
			return text;
		}

		@Override
		public void hold() throws InterruptedException {
			this.held.incrementAndGet();
			assertThat(this.gate.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		}

		@Override
		public CompletableFuture<Integer> sum(Flow.Publisher<Integer> items) {
			this.uploads.incrementAndGet();
			Flux.from(FlowAdapters.toPublisher(items)).subscribe((item) -> this.summed.incrementAndGet(), (failure) -> {
			});
			return this.sum;
		}

		@Override
		public CompletableFuture<Integer> longSum(Flow.Publisher<Integer> items) {
			return sum(items);
		}

	}

}
