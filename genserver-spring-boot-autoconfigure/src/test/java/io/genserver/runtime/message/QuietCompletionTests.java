package io.genserver.runtime.message;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

import io.genserver.runtime.scheduling.Waiter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is relied on of the JDK's class, and what happens where it does not hold. Runs on
 * every JDK that is supported.
 */
class QuietCompletionTests {

	/** JDKs that behave in another way. */
	static Stream<BiConsumer<CompletableFuture<Object>, Object>> others() {
		return Stream.of(
				// A copy that completes like any other future.
				CompletableFuture::complete,
				// A copy that is made without asking for a future.
				(future, value) -> {
				},
				// A copy that completes later.
				(future, value) -> future.completeOnTimeout(value, 1, TimeUnit.DAYS),
				// A copy that wraps what it is given.
				(future, value) -> QuietCompletion.complete(future, List.of("other")),
				(future, value) -> future.completeExceptionally(new IllegalStateException()), (future, value) -> {
					throw new UnsupportedOperationException();
				});
	}

	@Test
	void onThisJdkItWorks() {
		assertThat(QuietCompletion.WORKS).isTrue();
	}

	@ParameterizedTest
	@MethodSource("others")
	void anotherBehaviourIsNoticed(BiConsumer<CompletableFuture<Object>, Object> way) {
		assertThat(QuietCompletion.works(way)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void dependentsRunWhereTheyMayAndNoneIsLostEitherWay(boolean quiet) {
		for (String value : new String[] { "value", null }) {
			Held future = new Held(quiet);
			List<Object> seen = new ArrayList<>();
			future.thenAccept(seen::add);
			boolean owed = future.reply(value);
			assertThat(seen).as("on the thread that answers").isEmpty();
			assertThat(owed).isTrue();
			future.tell(value);
			assertThat(seen).containsExactly(value);
			future.thenAccept(seen::add);
			assertThat(seen).containsExactly(value, value);
			assertThat(future.getNow("none")).isEqualTo(value);
			assertThat(future.woken).isPositive();
		}
	}

	@Test
	void withoutDependentsNothingIsOwed() {
		Held future = new Held(true);
		assertThat(future.reply("value")).isFalse();
		assertThat(future).isCompletedWithValue("value");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatIsObtrudedStaysThoughAReplyIsPutAtTheSameMoment(boolean quiet) {
		Held future = new Held(quiet);
		future.owned = false;
		future.obtrudeValue("mine");
		if (future.reply("reply")) {
			future.tell("reply");
		}
		assertThat(future).isCompletedWithValue("mine");
	}

	/** A future whose call is not there. */
	private static final class Held extends CallFuture<Object> {

		private boolean owned = true;

		private int woken;

		Held(boolean quiet) {
			super(quiet);
		}

		boolean reply(Object value) {
			return put(value);
		}

		void tell(Object value) {
			notifyDependents(value);
		}

		@Override
		protected boolean disown(String why) {
			return this.owned;
		}

		@Override
		protected boolean await(Waiter waiter, long nanos) {
			throw new UnsupportedOperationException();
		}

		@Override
		protected void wake(Waiter waiter) {
			this.woken++;
		}

	}

}
