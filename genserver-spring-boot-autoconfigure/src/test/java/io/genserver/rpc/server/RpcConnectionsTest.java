package io.genserver.rpc.server;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.genserver.protocol.CloseReason;
import io.genserver.rpc.server.RpcConnections.Place;
import io.genserver.rpc.server.RpcConnections.Refused;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

class RpcConnectionsTest {

	private static final Duration LONG = Duration.ofHours(1);

	@Test
	void theEndpointIsNotDoneWhileAHandshakeIsUnderWay() {
		RpcConnections connections = new RpcConnections(10, 0, 0);
		Place place = (Place) connections.take(null);
		CompletableFuture<?> done = connections.shutdown(LONG, LONG);
		assertThat(done).isNotDone();
		place.releaseUnlessConnected();
		assertThat(done).isDone();
	}

	@Test
	void noPlaceIsGivenOnceTheEndpointShutsDown() {
		RpcConnections connections = new RpcConnections(10, 0, 0);
		assertThat(connections.shutdown(LONG, LONG)).isDone();
		assertThat(connections.take(null)).isInstanceOf(Refused.class);
	}

	@Test
	void aRefusalSaysWhichLimitItIsFor() {
		RpcConnections shuttingDown = new RpcConnections(10, 0, 0);
		shuttingDown.shutdown(LONG, LONG);
		assertThat(shuttingDown.take(null)).isEqualTo(new Refused("the server shuts down"));
		RpcConnections one = new RpcConnections(1, 0, 0);
		one.take(null);
		assertThat(one.take(null)).isEqualTo(new Refused("there are too many connections"));
		RpcConnections perAddress = new RpcConnections(10, 0, 1);
		perAddress.take(InetAddress.getLoopbackAddress());
		assertThat(perAddress.take(InetAddress.getLoopbackAddress()))
			.isEqualTo(new Refused("there are too many connections from this address"));
	}

	@Test
	void newcomersAreLetInHoweverMuchOthersHold() {
		SharedBuffer buffer = new SharedBuffer(100);
		RpcConnections holding = new RpcConnections(10, 0, 0, buffer);
		AtomicInteger closed = new AtomicInteger();
		buffer.enforce(List.of(new SharedBuffer.Holder() {

			@Override
			public long heldBytes() {
				return 101;
			}

			@Override
			public void letGo(CloseReason reason) {
				closed.incrementAndGet();
			}

		}));
		assertThat(closed).hasValue(1);
		assertThat(holding.take(null)).isInstanceOf(Place.class);
	}

	@Test
	void thatTheEndpointIsFullIsLoggedOnceUntilATenthIsFree() {
		Logger logger = (Logger) LoggerFactory.getLogger(RpcConnections.class);
		ListAppender<ILoggingEvent> log = new ListAppender<>();
		log.start();
		logger.addAppender(log);
		try {
			RpcConnections connections = new RpcConnections(20, 0, 0);
			Deque<Place> places = new ArrayDeque<>();
			for (int i = 0; i < 20; i++) {
				places.add((Place) connections.take(null));
			}
			for (int i = 0; i < 5; i++) {
				assertThat(connections.take(null)).isInstanceOf(Refused.class);
				places.removeFirst().release();
				places.add((Place) connections.take(null));
			}
			assertThat(log.list).hasSize(1);
			places.removeFirst().release();
			places.removeFirst().release();
			places.add((Place) connections.take(null));
			places.add((Place) connections.take(null));
			assertThat(connections.take(null)).isInstanceOf(Refused.class);
			assertThat(log.list).hasSize(2);
		}
		finally {
			logger.detachAppender(log);
		}
	}

}
