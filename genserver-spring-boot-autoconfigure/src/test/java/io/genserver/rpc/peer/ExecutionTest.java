package io.genserver.rpc.peer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.stream.Stream;

import io.genserver.Cast;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.WireMode;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.WireStatus;
import io.genserver.rpc.outbound.RemoteFailures;
import io.genserver.rpc.outbound.RemoteMethod;
import io.genserver.rpc.peer.RawPeer.Reply;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/** What is said about whether a call was executed is true. */
@ParameterizedClass
@EnumSource
@ExtendWith(BufferLeaks.class)
class ExecutionTest {

	private final ShopServer shop = new ShopServer();

	private final AgentServer agent = new AgentServer();

	private final TestServers servers = new TestServers().add("shop", this.shop).add("agent", this.agent).start();

	private final WireMode mode;

	private final RawPeer peer;

	ExecutionTest(WireMode mode) {
		this.mode = mode;
		this.peer = new RawPeer(mode, this.servers.context(ProtocolLimits.defaults()), 11);
		this.agent.shop = this.servers.registry().contract("shop", Shop.class);
	}

	@AfterEach
	void stop() {
		this.peer.disconnect();
		this.servers.close();
	}

	static List<Arguments> payloadsOfStatus3() {
		return List.of(Arguments.of("muxio, which does not know the method", new byte[0], true),
				Arguments.of("a muxio handler that found nothing", bytes(2, 4, 'r', 'o', 'w', '7'), false),
				Arguments.of("a muxio handler without a text", bytes(2, 0), false),
				Arguments.of("a handler that says it in plain text", bytes('n', 'o', ' ', 'r', 'o', 'w'), false),
				Arguments.of("our endpoint",
						"method 00 does not exist here or is not exposed".getBytes(StandardCharsets.UTF_8), true));
	}

	private static byte[] bytes(int... values) {
		byte[] bytes = new byte[values.length];
		for (int i = 0; i < values.length; i++) {
			bytes[i] = (byte) values[i];
		}
		return bytes;
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("payloadsOfStatus3")
	void inBaseModeAnUnknownMethodIsToldFromAHandlerThatFoundNothing(String from, byte[] payload, boolean notExecuted) {
		RpcException failure = RemoteFailures.status(RemoteMethod.of("shop.find"), StatusCode.METHOD_NOT_FOUND,
				payload);
		assertThat(failure.status()).isEqualTo(Status.METHOD_NOT_FOUND);
		assertThat(failure.notExecuted()).isEqualTo(notExecuted);
	}

	@Test
	void whatAHandlerDoesNotFindIsNoUnknownMethod() {
		for (Status status : List.of(Status.NOT_FOUND, Status.METHOD_NOT_FOUND)) {
			Reply reply = this.peer.call("shop.find", "\"" + status + "\"");
			this.peer.pumpUntil(reply::isOver);
			if (this.mode == WireMode.BASE) {
				assertThat(reply.status).isEqualTo(StatusCode.FAIL);
				assertThat(reply.text()).isEqualTo("nothing there");
			}
			else {
				assertThat(reply.status).isEqualTo(WireStatus.of(status));
				assertThat(ExtError.decode(reply.status, reply.payload).notExecuted()).as("the handler says it")
					.isTrue();
			}
		}
		Reply unknown = this.peer.call("shop.sell", "");
		assertThat(this.peer.answer(unknown)).startsWith("3 ");
	}

	@Test
	void S16_aHandlerThatSaysItDidNothingIsQuoted() {
		assertThat(notExecuted("shop.refuse", "")).isTrue();
		assertThat(notExecuted("shop.refuseLater", "")).isTrue();
		assertThat(notExecuted("shop.fail", "true")).as("an unexpected exception says nothing").isFalse();
		assertThat(notExecuted("shop.fail", "false")).as("nor does a statement that it may have run").isFalse();
	}

	@Test
	void S16_whatAnotherServerSaysIsNotSaidOfTheHandlerThatLetsItThrough() {
		assertThat(notExecuted("agent.refuse", "")).isFalse();
		assertThat(notExecuted("agent.refuseLater", "")).isFalse();
		assertThat(notExecuted("agent.watch", "0")).isFalse();
		assertThat(notExecuted("shop.refuse", "")).as("the same said by the shop itself").isTrue();
	}

	@Test
	void S16_afterAnItemAHandlerCannotSayThatItDidNothing() {
		assertThat(notExecuted("shop.watch", "0")).isTrue();
		assertThat(notExecuted("shop.watch", "1")).isFalse();
	}

	/** Whether the peer is told so; base mode has no words for it. */
	private boolean notExecuted(String method, String body) {
		Assumptions.assumeTrue(this.mode == WireMode.EXT);
		Reply reply = method.endsWith("watch") ? this.peer.stream(method, body) : this.peer.call(method, body);
		this.peer.pumpUntil(reply::isOver);
		return ExtError.decode(reply.status, reply.payload).notExecuted();
	}

	static Stream<String> wrongItems() {
		return Stream.of("\"x\"", "{", "[1]", "1.5e400", "");
	}

	@ParameterizedTest
	@MethodSource("wrongItems")
	void aHandlerThatHasTakenItemsWasExecutedThoughTheNextIsNotDecoded(String wrong) {
		Reply reply = new Reply();
		reply.call = this.peer.session.openStream(MethodId.of("shop.add"), new byte[0], ResponseMode.STREAM, reply);
		for (String item : List.of("1", "2", wrong)) {
			this.peer.session.sendItem(reply.call(), item.getBytes(StandardCharsets.UTF_8));
		}
		this.peer.session.sendEnd(reply.call());
		this.peer.pumpUntil(reply::isOver);
		assertThat(reply.items).isEqualTo(List.of("1", "3"));
		assertThat(reply.failure).isNull();
		if (this.mode == WireMode.EXT) {
			assertThat(ExtError.decode(reply.status, reply.payload).notExecuted()).isFalse();
			assertThat(ExtError.decode(reply.status, reply.payload).message()).contains("shop.add: an item");
		}
		else {
			assertThat(reply.text()).contains("shop.add: an item");
		}
	}

	@Test
	void argumentsThatAreNotDecodedExecuteNothing() {
		for (String method : List.of("shop.find", "shop.count")) {
			Reply reply = this.peer.call(method, "{");
			this.peer.pumpUntil(reply::isOver);
			assertThat(reply.status).isEqualTo((this.mode == WireMode.EXT) ? 0x13 : 1);
			assertThat(this.mode == WireMode.BASE || ExtError.decode(reply.status, reply.payload).notExecuted())
				.as(method)
				.isTrue();
		}
	}

	@Test
	void aCastCalledWithBadArgumentsIsRefusedAndCounted() {
		PeerContext context = this.servers.context(ProtocolLimits.defaults());
		RawPeer other = new RawPeer(this.mode, context, 5);
		for (String wrong : List.of("{", "\"x\"", "[1, 2, 3]", "")) {
			Reply reply = other.call("shop.restock", wrong);
			other.pumpUntil(reply::isOver);
			assertThat(reply.status).as(wrong).isEqualTo((this.mode == WireMode.EXT) ? 0x13 : 1);
			assertThat(this.mode == WireMode.BASE || ExtError.decode(reply.status, reply.payload).notExecuted())
				.isTrue();
		}
		assertThat(context.exposure().operations().badArguments()).isEqualTo(4);
		// A cast that nobody waits for is counted in its turn.
		other.cast("shop.restock", "{");
		assertThat(other.answer(other.call("shop.restock", "5"))).isEqualTo("0 ");
		other.pumpUntil(() -> this.shop.stock.equals(List.of(5)));
		assertThat(context.exposure().operations().badArguments()).isEqualTo(5);
		other.disconnect();
	}

	@Test
	void callsOfCastsKeepTheirPlaceAmongOtherMessages() {
		List<Reply> replies = new ArrayList<>();
		List<Integer> sent = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			sent.add(i);
			switch (i % 3) {
				case 0 -> replies.add(this.peer.call("shop.restock", String.valueOf(i)));
				case 1 -> this.peer.cast("shop.restock", String.valueOf(i));
				default -> replies.add(this.peer.call("shop.order", String.valueOf(i)));
			}
		}
		replies.forEach((each) -> assertThat(this.peer.answer(each)).isEqualTo("0 "));
		this.peer.pumpUntil(() -> this.shop.stock.size() == sent.size());
		assertThat(this.shop.stock).isEqualTo(sent);
		assertThat(this.peer.connection.callsInFlight()).isZero();
		assertThat(this.peer.connection.inboundBytes()).isZero();
	}

	interface Refusing {

		void refuse();

		CompletableFuture<String> refuseLater();

		Flow.Publisher<Integer> watch(int items);

	}

	interface Shop extends Refusing {

		/** Throws what is unexpected, or what may have been executed. */
		void fail(boolean unexpected);

		@Cast
		void restock(int amount);

		void order(int amount);

		void find(String status);

		Flow.Publisher<Integer> count(int to);

		Flow.Publisher<Integer> add(Flux<Integer> numbers);

	}

	/** Lets through what the shop says. */
	static class AgentServer implements Refusing {

		volatile Refusing shop = this;

		@Override
		public void refuse() {
			this.shop.refuse();
		}

		@Override
		public CompletableFuture<String> refuseLater() {
			return this.shop.refuseLater();
		}

		@Override
		public Flow.Publisher<Integer> watch(int items) {
			return this.shop.watch(items);
		}

	}

	static class ShopServer implements Shop {

		@Override
		public void refuse() {
			throw RpcException.refuse(Status.FAILED_PRECONDITION, "closed", "the shop is closed");
		}

		@Override
		public CompletableFuture<String> refuseLater() {
			return CompletableFuture
				.failedFuture(RpcException.refuse(Status.FAILED_PRECONDITION, "closed", "the shop is closed"));
		}

		@Override
		public Flow.Publisher<Integer> watch(int items) {
			return FlowAdapters.toFlowPublisher(Flux.range(0, items)
				.concatWith(Flux.error(RpcException.refuse(Status.FAILED_PRECONDITION, "closed", "closed"))));
		}

		@Override
		public void fail(boolean unexpected) {
			throw unexpected ? new IllegalStateException("a bug")
					: new RpcException(Status.ABORTED, "half", "half of it is done", false, false, null);
		}

		final List<Integer> stock = new CopyOnWriteArrayList<>();

		@Override
		public void restock(int amount) {
			this.stock.add(amount);
		}

		@Override
		public void order(int amount) {
			this.stock.add(amount);
		}

		@Override
		public void find(String status) {
			throw new RpcException(Status.valueOf(status), "nothing there", true);
		}

		@Override
		public Flow.Publisher<Integer> count(int to) {
			return FlowAdapters.toFlowPublisher(Flux.range(0, to));
		}

		@Override
		public Flow.Publisher<Integer> add(Flux<Integer> numbers) {
			return FlowAdapters.toFlowPublisher(numbers.timeout(HangGuard.DURATION).scan(Integer::sum));
		}

	}

}
