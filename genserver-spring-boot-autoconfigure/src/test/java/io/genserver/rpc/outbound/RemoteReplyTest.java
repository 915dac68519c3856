package io.genserver.rpc.outbound;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import io.genserver.remote.RpcException;
import io.genserver.rpc.codec.CodecException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The future of a call of a peer: what runs where, and who ends it.
 */
class RemoteReplyTest {

	/** Tasks for workers, run when the test says so. */
	private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

	private final RemoteReply<Object> reply = reply((PlainDecoder) RemoteReplyTest::text);

	private static Object text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

	private RemoteReply<Object> reply(Function<byte[], Object> decoder) {
		return new RemoteReply<>(RemoteMethod.of("kv.get"), decoder, this.tasks::add);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private void work() {
		for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
			task.run();
		}
	}

	@Test
	void isCompleteWhereTheReplyArrivesAndNeedsNoWorkerIfNothingDependsOnIt() {
		this.reply.arrived(bytes("x"));

		assertThat(this.reply).isCompletedWithValue("x");
		assertThat(this.tasks).isEmpty();
	}

	@Test
	void whatDependsOnItRunsOnAWorker() {
		List<Object> seen = new ArrayList<>();
		this.reply.thenAccept(seen::add);

		this.reply.arrived(bytes("x"));
		assertThat(seen).isEmpty();
		assertThat(this.reply).isCompletedWithValue("x");

		work();
		assertThat(seen).containsExactly("x");
	}

	@Test
	void whatDependsOnAFailureRunsOnAWorker() {
		CompletableFuture<Object> failed = this.reply.exceptionally((failure) -> failure);

		this.reply.end(new IllegalStateException("lost"));
		assertThat(this.reply).isNotDone();

		work();
		assertThat(this.reply).isCompletedExceptionally();
		assertThat(failed.join()).hasToString("java.lang.IllegalStateException: lost");
	}

	@Test
	void aReplyThatCannotBeDecodedFails() {
		RemoteReply<Object> unusable = reply((bytes) -> {
			throw new CodecException("no such thing");
		});

		unusable.arrived(bytes("x"));
		work();

		assertThatExceptionOfType(ExecutionException.class).isThrownBy(unusable::get)
			.havingCause()
			.isInstanceOf(RpcException.class)
			.withMessageContaining("kv.get")
			.withMessageContaining("no such thing");
	}

	@Test
	void whoeverIsFirstEndsIt() {
		assertThat(this.reply.complete("mine")).isTrue();
		this.reply.arrived(bytes("late"));
		this.reply.end(new IllegalStateException("later"));
		work();

		assertThat(this.reply).isCompletedWithValue("mine");
		assertThat(this.reply.cancel(true)).isFalse();
	}

	@Test
	void cancelledStaysCancelled() {
		assertThat(this.reply.cancel(true)).isTrue();
		assertThat(this.reply.cancel(true)).isTrue();
		this.reply.arrived(bytes("late"));

		assertThat(this.reply).isCancelled();
		assertThatExceptionOfType(CancellationException.class).isThrownBy(this.reply::join);
	}

	@Test
	void waitsForAsLongAsItIsTold() {
		assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> this.reply.get(1, TimeUnit.NANOSECONDS))
			.withMessage("There is no reply after 1 NANOSECONDS");
	}

	@Test
	void threadsThatWaitAreWoken() throws InterruptedException {
		List<Object> got = Collections.synchronizedList(new ArrayList<>());
		List<Thread> waiting = List.of(Thread.startVirtualThread(() -> got.add(this.reply.join())),
				Thread.startVirtualThread(() -> got.add(this.reply.join())),
				Thread.startVirtualThread(() -> got.add(this.reply.join())));
		while (waiting.stream().anyMatch((each) -> each.getState() != Thread.State.WAITING)) {
			Thread.onSpinWait();
		}

		this.reply.arrived(bytes("x"));
		work();

		for (Thread thread : waiting) {
			thread.join();
		}
		assertThat(got).containsExactly("x", "x", "x");
	}

	@Test
	void aThreadThatIsInterruptedStopsWaiting() throws InterruptedException {
		CompletableFuture<Throwable> thrown = new CompletableFuture<>();
		Thread thread = Thread.startVirtualThread(() -> {
			try {
				this.reply.get();
			}
			catch (Throwable ex) {
				thrown.complete(ex);
			}
		});
		while (this.reply.thread() == null) {
			Thread.onSpinWait();
		}

		thread.interrupt();
		thread.join();

		assertThat(thrown.join()).isInstanceOf(InterruptedException.class);
		assertThat(this.reply).isNotDone();
	}

}
