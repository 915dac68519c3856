package com.example.jobs;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

import com.example.jobs.Jobs.State;
import com.example.jobs.Jobs.Status;
import io.genserver.GenServer;
import io.genserver.test.GenServerTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@GenServerTest(JobsServer.class)
@Import(JobsServerTests.Gated.class)
class JobsServerTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final Semaphore permits = new Semaphore(0);

	@Autowired
	private Jobs jobs;

	@BeforeEach
	void noPermits() {
		permits.drainPermits();
	}

	@Test
	void aJobIsWatchedToItsEnd() {
		String id = this.jobs.submit("hello");
		await(id, State.RUNNING);
		CompletableFuture<Status> end = this.jobs.ended(id);
		StepVerifier.create(this.jobs.watch(id))
			.expectNext(new Status(id, State.RUNNING, 0, null))
			.then(permits::release)
			.expectNext(new Status(id, State.RUNNING, 50, null))
			.then(permits::release)
			.expectNext(new Status(id, State.DONE, 100, "HELLO"))
			.expectComplete()
			.verify(PATIENCE);
		assertThat(end).succeedsWithin(PATIENCE).isEqualTo(new Status(id, State.DONE, 100, "HELLO"));
		assertThat(this.jobs.status(id).state()).isEqualTo(State.DONE);
		assertThat(this.jobs.watch(id).blockLast(PATIENCE).result()).isEqualTo("HELLO");
	}

	@Test
	void fourRunAtOnceAndACancelledOneGivesItsPlaceBack() {
		String[] ids = IntStream.range(0, 5).mapToObj((i) -> this.jobs.submit("job " + i)).toArray(String[]::new);
		for (int i = 0; i < 4; i++) {
			await(ids[i], State.RUNNING);
		}
		assertThat(this.jobs.status(ids[4]).state()).isEqualTo(State.WAITING);
		assertThat(this.jobs.cancel(ids[1])).isTrue();
		await(ids[1], State.CANCELLED);
		await(ids[4], State.RUNNING);
		assertThat(this.jobs.cancel(ids[1])).isFalse();
		permits.release(8);
		assertThat(this.jobs.ended(ids[4])).succeedsWithin(PATIENCE)
			.satisfies((end) -> assertThat(end.result()).isEqualTo("JOB 4"));
	}

	@Test
	void oneThatWaitsIsCancelledBeforeItBegins() {
		String[] ids = IntStream.range(0, 5).mapToObj((i) -> this.jobs.submit("job " + i)).toArray(String[]::new);
		this.jobs.cancel(ids[4]);
		await(ids[4], State.CANCELLED);
		permits.release(8);
		for (int i = 0; i < 4; i++) {
			await(ids[i], State.DONE);
		}
		assertThat(permits.availablePermits()).isZero();
	}

	@Test
	void whatFailsSaysWhy() {
		String id = this.jobs.submit(null);
		permits.release(2);
		assertThat(this.jobs.ended(id)).succeedsWithin(PATIENCE)
			.satisfies((end) -> assertThat(end.state()).isEqualTo(State.FAILED));
		assertThatExceptionOfType(Jobs.NoSuchJobException.class).isThrownBy(() -> this.jobs.status("4711"));
	}

	private void await(String id, State state) {
		this.jobs.watch(id).filter((status) -> status.state() == state).blockFirst(PATIENCE);
		assertThat(this.jobs.status(id).state()).isEqualTo(state);
	}

	/** Each job takes two permits, and has done half of its work after the first. */
	@GenServer("workers")
	static class Gated implements Workers {

		@Override
		public CompletableFuture<String> run(String input, IntConsumer percent) {
			try {
				percent.accept(0);
				permits.acquire();
				percent.accept(50);
				permits.acquire();
				return CompletableFuture.completedFuture(input.toUpperCase());
			}
			catch (InterruptedException ex) {
				throw new CancellationException();
			}
		}

	}

}
