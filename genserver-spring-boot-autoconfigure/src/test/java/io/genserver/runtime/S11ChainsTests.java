package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.genserver.CallCycleException;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Cycles of every length, through servers of every kind and all ways to wait.
 */
class S11ChainsTests {

	/** Servers in a ring; each second one an instance of a keyed server. */
	private static List<GenServerRef<Object>> ring(Engine engine, int length) {
		List<GenServerRef<Object>> ring = new ArrayList<>();
		engine.addKeyed("keyed", ServerSettings.DEFAULTS, Object::new);
		for (int i = 0; i < length; i++) {
			engine.add("single" + i, ServerSettings.DEFAULTS, Object::new);
		}
		engine.runtime.start();
		for (int i = 0; i < length; i++) {
			ring.add((i % 2 == 0) ? engine.ref("single" + i) : engine.ref("keyed", "k" + i));
		}
		return ring;
	}

	/** Call the server at an index from the turn of the one before it, and so on. */
	private static int blocked(List<GenServerRef<Object>> ring, int index, boolean putOff) {
		return ring.get(index % ring.size()).call((instance) -> {
			if (putOff) {
				GenServerContext.current().deferReply();
			}
			return (index < ring.size()) ? blocked(ring, index + 1, putOff) : 1;
		});
	}

	private static CompletableFuture<?> returned(List<GenServerRef<Object>> ring, int index) {
		return ring.get(index % ring.size())
			.callAsync((instance) -> (index < ring.size()) ? returned(ring, index + 1) : 1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4 })
	void S11_aChainOfAnyLengthFailsAtOnce(int length) {
		Seeds.each(60, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<GenServerRef<Object>> ring = ring(engine, length);
			long before = scheduler.nanoTime();
			CompletableFuture<Integer> call = scheduler.spawn("caller", () -> blocked(ring, 0, false));
			scheduler.settle();
			assertThat(call.exceptionNow()).isInstanceOfSatisfying(CallCycleException.class,
					(ex) -> assertThat(ex.chain()).hasSize(length + 1));
			assertThat(scheduler.nanoTime()).isEqualTo(before);
			engine.close();
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4 })
	void S11_soDoesAChainOfHandlersThatHavePutTheirRepliesOff(int length) {
		Seeds.each(60, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<GenServerRef<Object>> ring = ring(engine, length);
			long before = scheduler.nanoTime();
			CompletableFuture<Integer> call = scheduler.spawn("caller", () -> blocked(ring, 0, true));
			scheduler.settle();
			assertThat(call.exceptionNow()).isInstanceOf(CallCycleException.class);
			assertThat(scheduler.nanoTime()).isEqualTo(before);
			engine.close();
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4 })
	void S11_soDoesAChainOfReturnedFutures(int length) {
		Seeds.each(60, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<GenServerRef<Object>> ring = ring(engine, length);
			long before = scheduler.nanoTime();
			CompletableFuture<?> call = returned(ring, 0);
			scheduler.settle();
			assertThat(call.exceptionNow()).isInstanceOf(CallCycleException.class);
			assertThat(scheduler.nanoTime()).isEqualTo(before);
			engine.close();
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 3, 4 })
	void S11_unrelatedCallersThatCloseACycleTogetherNeverWaitForADeadline(int length) {
		Seeds.each(300, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<GenServerRef<Object>> ring = ring(engine, length);
			long before = scheduler.nanoTime();
			List<CompletableFuture<Integer>> calls = new ArrayList<>();
			for (int i = 0; i < length; i++) {
				GenServerRef<Object> from = ring.get(i);
				GenServerRef<Object> to = ring.get((i + 1) % length);
				calls.add(scheduler.spawn("caller-" + i, () -> from.call((s) -> to.call((t) -> 1))));
			}
			scheduler.finish();
			List<CompletableFuture<Integer>> failed = calls.stream()
				.filter(CompletableFuture::isCompletedExceptionally)
				.toList();
			assertThat(failed).hasSizeLessThanOrEqualTo(1)
				.allSatisfy((call) -> assertThat(call.exceptionNow()).isInstanceOf(CallCycleException.class));
			assertThat(scheduler.nanoTime()).as("nobody waited for a deadline").isEqualTo(before);
			engine.close();
		});
	}

}
