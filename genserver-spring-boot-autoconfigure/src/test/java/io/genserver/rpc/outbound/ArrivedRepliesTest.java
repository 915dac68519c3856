package io.genserver.rpc.outbound;

import java.util.ArrayDeque;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Replies that are decoded on workers.
 */
class ArrivedRepliesTest {

	@Test
	void aDecoderThatBlocksHoldsUpNoReplyThatComesLater() throws InterruptedException {
		ArrayDeque<Runnable> tasks = new ArrayDeque<>();
		ArrivedReplies replies = new ArrivedReplies(tasks::add);
		RemoteReply<Object> awaited = new RemoteReply<>(RemoteMethod.of("kv.get"), (bytes) -> "second", tasks::add);
		RemoteReply<Object> waiting = new RemoteReply<>(RemoteMethod.of("kv.get"), (bytes) -> awaited.join(),
				tasks::add);

		replies.add(waiting, new byte[0]);
		replies.flush();
		Thread blocked = Thread.startVirtualThread(tasks.remove());
		while (awaited.thread() == null) {
			Thread.onSpinWait();
		}
		replies.add(awaited, new byte[0]);
		replies.flush();
		tasks.remove().run();
		blocked.join();

		assertThat(waiting).isCompletedWithValue("second");
	}

	@Test
	void oneWorkerDecodesAllThatCameInOneGo() {
		ArrayDeque<Runnable> tasks = new ArrayDeque<>();
		ArrivedReplies replies = new ArrivedReplies(tasks::add);
		RemoteReply<Object> first = new RemoteReply<>(RemoteMethod.of("kv.get"), (bytes) -> 1, tasks::add);
		RemoteReply<Object> second = new RemoteReply<>(RemoteMethod.of("kv.get"), (bytes) -> 2, tasks::add);

		replies.add(first, new byte[0]);
		replies.add(second, new byte[0]);
		assertThat(tasks).isEmpty();
		replies.flush();
		replies.flush();

		assertThat(tasks).hasSize(1);
		tasks.remove().run();
		assertThat(first).isCompletedWithValue(1);
		assertThat(second).isCompletedWithValue(2);
	}

}
