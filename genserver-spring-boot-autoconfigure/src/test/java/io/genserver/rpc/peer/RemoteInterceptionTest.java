package io.genserver.rpc.peer;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.genserver.Caller;
import io.genserver.Cast;
import io.genserver.Envelope;
import io.genserver.GenServerInterceptor;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.testsupport.BufferLeaks;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** What a peer sends passes the interceptors like any message. */
@ExtendWith(BufferLeaks.class)
class RemoteInterceptionTest {

	private final List<String> seen = new CopyOnWriteArrayList<>();

	private final TestServers servers = new TestServers(new Recorder()).add("echo", new EchoServer()).start();

	private final RawPeer peer = new RawPeer(this.servers.context(ProtocolLimits.defaults()), 1);

	@AfterEach
	void close() {
		this.peer.disconnect();
		this.servers.close();
	}

	@Test
	void callsAndCastsOfAPeerAreInterceptedAndKnowIt() {
		assertThat(this.peer.answer(this.peer.call("echo.same", "\"a\""))).isEqualTo("0 \"a\"");
		this.peer.cast("echo.note", "\"b\"");
		this.peer.pumpUntil(() -> this.seen.size() == 6);
		assertThat(this.seen).containsExactly("sending same by a peer", "handling same by a peer", "ended same null",
				"sending note by a peer", "handling note by a peer", "ended note null");
	}

	@Test
	void onePeerRefusedByAnInterceptorIsTold() {
		assertThat(this.peer.answer(this.peer.call("echo.forbidden", "\"a\""))).startsWith("2 ").contains("not you");
	}

	private final class Recorder implements GenServerInterceptor {

		@Override
		public void sending(Envelope envelope) {
			record("sending", envelope);
			if (envelope.operation().equals("forbidden")) {
				throw new SecurityException("not you");
			}
		}

		@Override
		public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
			record("handling", envelope);
			return invocation.proceed();
		}

		@Override
		public void ended(Envelope envelope, @Nullable Throwable failure) {
			RemoteInterceptionTest.this.seen.add("ended " + envelope.operation() + " " + failure);
		}

		private void record(String what, Envelope envelope) {
			String by = (envelope.caller() instanceof Caller.Remote) ? "a peer" : "somebody";
			RemoteInterceptionTest.this.seen.add(what + " " + envelope.operation() + " by " + by);
		}

	}

	interface Echo {

		String same(String text);

		String forbidden(String text);

		@Cast
		void note(String text);

	}

	static final class EchoServer implements Echo {

		@Override
		public String same(String text) {
			return text;
		}

		@Override
		public String forbidden(String text) {
			throw new AssertionError("It was refused");
		}

		@Override
		public void note(String text) {
		}

	}

}
