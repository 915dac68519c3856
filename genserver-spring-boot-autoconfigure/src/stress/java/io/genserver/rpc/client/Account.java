package io.genserver.rpc.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.GenServerException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls a {@link Ledger}, notes how each call ended, and holds that against what the
 * server did.
 */
final class Account {

	private static final int AT_ONCE = 64;

	private final Ledger remote;

	private final Semaphore places = new Semaphore(AT_ONCE);

	private final Map<Integer, AtomicInteger> completions = new ConcurrentHashMap<>();

	private final Map<Integer, Object> ends = new ConcurrentHashMap<>();

	private final int first;

	private final int step;

	private final AtomicInteger begun = new AtomicInteger();

	Account(Ledger remote) {
		this(remote, 0, 1);
	}

	/** One of several for one server: the numbers of its calls are its own. */
	Account(Ledger remote, int first, int step) {
		this.remote = remote;
		this.first = first;
		this.step = step;
	}

	static boolean isIdempotent(int id) {
		return id % 3 == 0;
	}

	int begun() {
		return this.begun.get();
	}

	int ended() {
		return this.ends.size();
	}

	void call() throws InterruptedException {
		assertThat(this.places.tryAcquire(60, TimeUnit.SECONDS)).as("hang guard").isTrue();
		int id = this.first + this.step * this.begun.getAndIncrement();
		this.completions.put(id, new AtomicInteger());
		CompletableFuture<Integer> reply = isIdempotent(id) ? this.remote.enterAgain(id) : this.remote.enter(id);
		reply.whenComplete((value, failure) -> {
			this.completions.get(id).incrementAndGet();
			this.ends.put(id, (failure != null) ? failure : value);
			this.places.release();
		});
	}

	void awaitAll() throws InterruptedException {
		assertThat(this.places.tryAcquire(AT_ONCE, 60, TimeUnit.SECONDS)).as("hang guard").isTrue();
		this.places.release(AT_ONCE);
	}

	int failed() {
		return (int) this.ends.values().stream().filter((end) -> end instanceof Throwable).count();
	}

	/** What was said of calls that failed; none of them may have been executed. */
	List<String> failures(Ledger.Server server) {
		List<String> failures = new ArrayList<>();
		this.ends.forEach((id, end) -> {
			if (end instanceof Throwable failure) {
				assertThat(server.executed(id)).as("executions of call %s, which ended with %s", id, end).isZero();
				failures.add(failure.toString());
			}
		});
		return failures;
	}

	/** To be called once the server is at rest. Returns a line about it. */
	String settle(Ledger.Server server) {
		int notExecuted = 0;
		int maybe = 0;
		for (int id = this.first; id < this.first + this.step * this.begun.get(); id += this.step) {
			assertThat(this.completions.get(id)).as("completions of call %s", id).hasValue(1);
			Object end = this.ends.get(id);
			int executed = server.executed(id);
			if (!isIdempotent(id)) {
				assertThat(executed).as("executions of call %s, which ended with %s", id, end).isLessThanOrEqualTo(1);
			}
			if (end instanceof GenServerException failure) {
				if (failure.notExecuted()) {
					notExecuted++;
					assertThat(executed).as("executions of call %s, which ended with %s", id, end).isZero();
				}
				else {
					maybe++;
				}
			}
			else {
				assertThat(end).as("end of call %s", id).isEqualTo(id);
				assertThat(executed).as("executions of call %s", id).isPositive();
			}
		}
		return this.begun.get() + " calls, " + notExecuted + " said not to be executed, " + maybe + " maybe executed";
	}

}
