package io.genserver.rpc.server;

import java.util.ArrayList;
import java.util.List;

import io.genserver.protocol.CloseReason;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SharedBufferTest {

	private final List<Connection> closed = new ArrayList<>();

	private List<Connection> connections(long... bytes) {
		List<Connection> connections = new ArrayList<>();
		for (long each : bytes) {
			connections.add(new Connection(each));
		}
		return connections;
	}

	@Test
	void upToTheLimitNothingIsClosed() {
		SharedBuffer buffer = new SharedBuffer(100);
		buffer.enforce(connections(60, 0, 40));
		assertThat(this.closed).isEmpty();
	}

	@Test
	void beyondItThoseThatHoldTheMostGoUntilTheRestFits() {
		SharedBuffer buffer = new SharedBuffer(100);
		buffer.enforce(connections(30, 90, 5, 60, 50));
		assertThat(this.closed).extracting((each) -> each.bytes).containsExactly(90L, 60L);
		assertThat(this.closed.getFirst().reason)
			.isEqualTo("1013 the server has no room for what its connections hold, and this one holds the most");
	}

	@Test
	void itIsOverWhenLessIsHeld() {
		SharedBuffer buffer = new SharedBuffer(100);
		buffer.enforce(connections(101));
		buffer.enforce(connections(100));
		assertThat(this.closed).hasSize(1);
	}

	@Test
	void zeroIsNoLimit() {
		SharedBuffer buffer = new SharedBuffer(0);
		buffer.enforce(connections(Long.MAX_VALUE / 2));
		assertThat(this.closed).isEmpty();
	}

	private final class Connection implements SharedBuffer.Holder {

		private final long bytes;

		private String reason = "";

		Connection(long bytes) {
			this.bytes = bytes;
		}

		@Override
		public long heldBytes() {
			return this.bytes;
		}

		@Override
		public void letGo(CloseReason reason) {
			this.reason = reason.code() + " " + reason.text();
			SharedBufferTest.this.closed.add(this);
		}

	}

}
