package io.genserver.test.background;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

import io.genserver.background.BackgroundService;
import io.genserver.background.CancellationToken;
import io.genserver.background.Step;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Component;

/** Looks every ten seconds whether there is something new. */
@Component("feed")
class Feed implements BackgroundService<Integer> {

	/** What there is, by the test's thread and its own, which never run at once. */
	final Deque<Integer> outside = new ArrayDeque<>();

	int looks;

	@Nullable RuntimeException failure;

	@Override
	public Step<Integer> run(CancellationToken token) {
		if (this.failure != null) {
			throw this.failure;
		}
		Integer next = this.outside.poll();
		if (next != null) {
			return Step.item(next);
		}
		this.looks++;
		return Step.next(Duration.ofSeconds(10));
	}

}
