package io.genserver.rpc.peer;

import io.genserver.Envelope;
import io.genserver.GenServerInterceptor;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.peer.RawPeer.Reply;
import io.genserver.testsupport.BufferLeaks;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/** What a request brought is let go of when an interceptor ends it before its handler. */
@ParameterizedClass
@EnumSource
@ExtendWith(BufferLeaks.class)
class InterceptedArgumentsTest {

	private final TestServers servers = new TestServers(new GenServerInterceptor() {

		@Override
		public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
			if (envelope.operation().equals("echo")) {
				return invocation.proceed();
			}
			throw new IllegalStateException("not today");
		}

	}).add("shop", new ShopServer()).start();

	private final WireMode mode;

	private final RawPeer peer;

	InterceptedArgumentsTest(WireMode mode) {
		this.mode = mode;
		this.peer = new RawPeer(mode, this.servers.context(ProtocolLimits.defaults()), 11);
	}

	@AfterEach
	void stop() {
		this.peer.disconnect();
		this.servers.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "shop.put", "shop.sum" })
	void nothingIsLeftOfIt(String method) {
		Reply reply = new Reply();
		reply.call = this.peer.session.openStream(MethodId.of(method), "\"hello\"".getBytes(), ResponseMode.UNARY,
				reply);
		if (method.equals("shop.put")) {
			this.peer.session.sendEnd(reply.call());
		}
		this.peer.pumpUntil(reply::isOver);
		assertThat(reply.status).isEqualTo((this.mode == WireMode.EXT) ? 0x1d : 2);
		assertThat(this.peer.answer(this.peer.call("shop.echo", "1"))).isEqualTo("0 1");
		this.peer.pumpUntil(() -> {
			this.peer.connection.tick();
			return this.peer.connection.inboundBytes() == 0 && this.peer.connection.callsInFlight() == 0;
		});
	}

	interface Shop {

		void put(String text);

		void sum(String topic, Flux<Integer> numbers);

		int echo(int number);

	}

	static class ShopServer implements Shop {

		@Override
		public void put(String text) {
		}

		@Override
		public void sum(String topic, Flux<Integer> numbers) {
		}

		@Override
		public int echo(int number) {
			return number;
		}

	}

}
