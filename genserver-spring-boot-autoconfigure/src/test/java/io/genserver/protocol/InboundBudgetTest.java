package io.genserver.protocol;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Reading pauses while too much waits, and always resumes. */
@RealThreads
class InboundBudgetTest {

	@Test
	void readingPausesBeyondTheBudgetAndResumesBelowHalf() {
		InboundBudget budget = new InboundBudget(100);
		budget.charge(100);
		assertThat(budget.pause(0)).isFalse();
		budget.charge(1);
		assertThat(budget.pause(0)).isTrue();
		assertThat(budget.credit(51)).isFalse();
		assertThat(budget.unconsumed()).isEqualTo(50);
		assertThat(budget.credit(1)).isTrue();
		assertThat(budget.credit(49)).isFalse();
	}

	@Test
	void whatIsBeingAssembledCounts() {
		InboundBudget budget = new InboundBudget(100);
		budget.charge(71);
		assertThat(budget.pause(29)).isFalse();
		assertThat(budget.pause(30)).isTrue();
		assertThat(budget.credit(51)).isFalse();
		assertThat(budget.credit(1)).isTrue();
	}

	@Test
	void readingNeverPausesForWhatOnlyReadingCanComplete() {
		InboundBudget budget = new InboundBudget(100);
		assertThat(budget.pause(1000)).isFalse();
		budget.charge(1);
		assertThat(budget.pause(1000)).isTrue();
		assertThat(budget.credit(1)).isTrue();
		assertThat(budget.pause(1000)).isFalse();
	}

	@Test
	void everyPauseEndsExactlyOnceWhateverTheThreads() throws Exception {
		InboundBudget budget = new InboundBudget(100);
		int pieces = 200_000;
		LinkedBlockingQueue<Integer> handedOn = new LinkedBlockingQueue<>();
		Semaphore resumed = new Semaphore(0);
		CountDownLatch consumed = new CountDownLatch(pieces);
		Thread[] consumers = new Thread[2];
		for (int i = 0; i < consumers.length; i++) {
			consumers[i] = Thread.ofPlatform().start(() -> {
				try {
					for (int size = handedOn.take(); size > 0; size = handedOn.take()) {
						if (budget.credit(size)) {
							resumed.release();
						}
						consumed.countDown();
					}
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			});
		}
		for (int i = 0; i < pieces; i++) {
			int size = 1 + i % 37;
			budget.charge(size);
			handedOn.add(size);
			if (budget.pause(i % 20)) {
				assertThat(resumed.tryAcquire(HangGuard.SECONDS, TimeUnit.SECONDS)).as("resumed after pause").isTrue();
			}
		}
		assertThat(consumed.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		for (Thread consumer : consumers) {
			handedOn.add(0);
		}
		for (Thread consumer : consumers) {
			consumer.join();
		}
		assertThat(resumed.availablePermits()).isZero();
		assertThat(budget.unconsumed()).isZero();
	}

}
