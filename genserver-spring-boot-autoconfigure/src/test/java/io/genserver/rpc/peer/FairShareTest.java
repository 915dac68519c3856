package io.genserver.rpc.peer;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.Overflow;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.peer.RawPeer.Reply;
import io.genserver.runtime.Server;
import io.genserver.runtime.ServerSettings;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the casts of one peer may hold of a mailbox that others send to. */
@ExtendWith(BufferLeaks.class)
class FairShareTest {

	private final SharedServer instance = new SharedServer();

	private @Nullable TestServers servers;

	private @Nullable RawPeer greedy;

	private @Nullable RawPeer modest;

	private void start(WireMode mode, int capacity, Overflow overflow) {
		ServerSettings settings = ServerSettings.DEFAULTS.withMailbox(capacity, overflow);
		this.servers = new TestServers().add("shared", Shared.class, () -> this.instance, false, settings)
			.add("room", Shared.class, () -> this.instance, true, settings)
			.start();
		PeerContext context = this.servers.context(ProtocolLimits.defaults());
		this.greedy = new RawPeer(mode, context, 31);
		this.modest = new RawPeer(mode, context, 37);
	}

	@AfterEach
	void stop() {
		this.instance.gate.countDown();
		this.greedy.disconnect();
		this.modest.disconnect();
		this.servers.close();
	}

	private Server server(String name) {
		return this.servers.runtime().server(name);
	}

	/** From now on what is sent waits. */
	private void hold(RawPeer by) {
		by.call("shared.hold", "");
		by.pumpUntil(() -> this.instance.running.get() == 1);
	}

	private void cast(RawPeer peer, String operation, int times) {
		for (int i = 0; i < times; i++) {
			peer.cast(operation, "1");
		}
		peer.pump();
	}

	private void awaitTaken(int number) {
		HangGuard.await("casts are handled", () -> this.instance.taken.get() == number);
	}

	@ParameterizedTest
	@CsvSource({ "BASE,100,51", "EXT,100,51", "BASE,5,3", "EXT,3,2", "EXT,2,2", "BASE,1,1" })
	void S07_aPeersCastsHoldHalfOfAMailboxThatOthersSendTo(WireMode mode, int capacity, int share) {
		start(mode, capacity, Overflow.BLOCK);
		hold(this.modest);
		cast(this.greedy, "shared.take", 2 * capacity);
		assertThat(server("shared").mailboxDepth()).isEqualTo(share);
		cast(this.modest, "shared.take", 1);
		assertThat(server("shared").mailboxDepth()).isEqualTo(Math.min(capacity, share + 1));
		long accepted = Math.min(capacity, share + 1);
		assertThat(this.servers.registry().info("shared").dropped()).isEqualTo(2 * capacity + 1 - accepted);
		this.instance.gate.countDown();
		awaitTaken(Math.min(capacity, share + 1));
		// What is handled holds nothing.
		assertThat(this.greedy.answer(this.greedy.call("shared.take", "1"))).isEqualTo("0 ");
	}

	@ParameterizedTest
	@EnumSource(WireMode.class)
	void whoIsAloneMayFillIt(WireMode mode) {
		start(mode, 10, Overflow.BLOCK);
		hold(this.greedy);
		cast(this.greedy, "shared.take", 20);
		assertThat(server("shared").mailboxDepth()).isEqualTo(10);
		this.instance.gate.countDown();
		awaitTaken(10);
		// Those that were refused hold nothing either, now that others send.
		assertThat(this.modest.answer(this.modest.call("shared.take", "1"))).isEqualTo("0 ");
		assertThat(this.greedy.answer(this.greedy.call("shared.take", "1"))).isEqualTo("0 ");
	}

	@ParameterizedTest
	@EnumSource(WireMode.class)
	void thisProcessIsAnotherSender(WireMode mode) {
		start(mode, 10, Overflow.BLOCK);
		hold(this.greedy);
		this.servers.registry().ref("shared").cast((server) -> {
		});
		cast(this.greedy, "shared.take", 20);
		assertThat(server("shared").mailboxDepth()).isEqualTo(7);
	}

	@ParameterizedTest
	@EnumSource(Overflow.class)
	void whateverBecomesOfCastsThatFindNoRoom(Overflow overflow) {
		start(WireMode.BASE, 10, overflow);
		hold(this.modest);
		cast(this.modest, "shared.take", 4);
		cast(this.greedy, "shared.other", 20);
		assertThat(server("shared").mailboxDepth()).isEqualTo(10);
		this.instance.gate.countDown();
		awaitTaken(4);
	}

	@ParameterizedTest
	@EnumSource(WireMode.class)
	void aCallOfACastIsToldThatThereIsNoRoom(WireMode mode) {
		start(mode, 4, Overflow.BLOCK);
		hold(this.modest);
		Reply last = null;
		for (int i = 0; i < 4; i++) {
			last = this.greedy.call("shared.take", "1");
			this.greedy.pumpUntil(last::isOver);
		}
		assertThat(server("shared").mailboxDepth()).isEqualTo(3);
		assertThat(this.greedy.answer(last)).contains("the mailbox is full").contains("not executed");
	}

	@Test
	void eachInstanceHasAMailboxOfItsOwn() {
		start(WireMode.EXT, 10, Overflow.BLOCK);
		int total = 0;
		for (String key : List.of("a", "b")) {
			CallMetadata metadata = CallMetadata.NONE.toBuilder().key(key).build();
			int running = this.instance.running.get();
			this.modest.session.call(MethodId.of("room.hold"), new byte[0], ResponseMode.UNARY, new Reply(), metadata);
			this.modest.pumpUntil(() -> this.instance.running.get() > running);
			for (int i = 0; i < 20; i++) {
				Reply reply = new Reply();
				this.greedy.session.call(MethodId.of("room.take"), new byte[] { '1' }, ResponseMode.UNARY, reply,
						metadata);
				this.greedy.pumpUntil(reply::isOver);
			}
			total += 6;
			assertThat(server("room").mailboxDepth()).isEqualTo(total);
		}
	}

	private RawPeer connect(WireMode mode, PeerContext context, @Nullable String owner) {
		return new RawPeer(mode, context, 41, new MemoryTransport(null, owner));
	}

	@ParameterizedTest
	@EnumSource(WireMode.class)
	void S07_whoConnectsAgainGetsNoOtherShare(WireMode mode) {
		start(mode, 100, Overflow.BLOCK);
		PeerContext context = this.servers.context(ProtocolLimits.defaults());
		hold(this.modest);
		for (int i = 0; i < 5; i++) {
			RawPeer again = connect(mode, context, "address 1");
			cast(again, "shared.take", 30);
			again.disconnect();
			assertThat(server("shared").mailboxDepth()).isEqualTo(Math.min(51, 30 * (i + 1)));
		}
		RawPeer other = connect(mode, context, "address 2");
		cast(other, "shared.take", 5);
		assertThat(server("shared").mailboxDepth()).isEqualTo(56);
		this.instance.gate.countDown();
		awaitTaken(56);
		HangGuard.await("nothing is remembered", () -> context.exposure().operations().countersOfPastCasts() == 0);
		RawPeer again = connect(mode, context, "address 1");
		assertThat(again.answer(again.call("shared.take", "1"))).isEqualTo("0 ");
		again.disconnect();
		other.disconnect();
	}

	@ParameterizedTest
	@EnumSource(WireMode.class)
	void whoIsNotKnownAgainIsNotRemembered(WireMode mode) {
		start(mode, 100, Overflow.BLOCK);
		PeerContext context = this.servers.context(ProtocolLimits.defaults());
		hold(this.modest);
		RawPeer unknown = connect(mode, context, null);
		cast(unknown, "shared.take", 30);
		unknown.disconnect();
		assertThat(context.exposure().operations().countersOfPastCasts()).isZero();
	}

	interface Shared {

		@Call(timeout = "5m")
		void hold() throws InterruptedException;

		@Cast
		void take(int number);

		@Cast
		void other(int number);

	}

	static class SharedServer implements Shared {

		final CountDownLatch gate = new CountDownLatch(1);

		final AtomicInteger running = new AtomicInteger();

		final AtomicInteger taken = new AtomicInteger();

		@Override
		public void hold() throws InterruptedException {
			this.running.incrementAndGet();
			assertThat(this.gate.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		}

		@Override
		public void take(int number) {
			this.taken.incrementAndGet();
		}

		@Override
		public void other(int number) {
		}

	}

}
