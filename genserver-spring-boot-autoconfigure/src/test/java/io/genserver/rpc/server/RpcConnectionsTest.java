package io.genserver.rpc.server;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.genserver.rpc.server.RpcConnections.Place;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

class RpcConnectionsTest {

	private static final Duration LONG = Duration.ofHours(1);

	@Test
	void theEndpointIsNotDoneWhileAHandshakeIsUnderWay() {
		RpcConnections connections = new RpcConnections(10, 0, 0);
		Place place = Objects.requireNonNull(connections.take(null));
		CompletableFuture<?> done = connections.shutdown(LONG, LONG);
		assertThat(done).isNotDone();
		place.releaseUnlessConnected();
		assertThat(done).isDone();
	}

	@Test
	void noPlaceIsGivenOnceTheEndpointShutsDown() {
		RpcConnections connections = new RpcConnections(10, 0, 0);
		assertThat(connections.shutdown(LONG, LONG)).isDone();
		assertThat(connections.take(null)).isNull();
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
				places.add(Objects.requireNonNull(connections.take(null)));
			}
			for (int i = 0; i < 5; i++) {
				assertThat(connections.take(null)).isNull();
				places.removeFirst().release();
				places.add(Objects.requireNonNull(connections.take(null)));
			}
			assertThat(log.list).hasSize(1);
			places.removeFirst().release();
			places.removeFirst().release();
			places.add(Objects.requireNonNull(connections.take(null)));
			places.add(Objects.requireNonNull(connections.take(null)));
			assertThat(connections.take(null)).isNull();
			assertThat(log.list).hasSize(2);
		}
		finally {
			logger.detachAppender(log);
		}
	}

}
