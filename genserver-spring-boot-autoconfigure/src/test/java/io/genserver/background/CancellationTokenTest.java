package io.genserver.background;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@RealThreads
class CancellationTokenTest {

	private final CancellationToken root = CancellationToken.create();

	private final List<String> log = new ArrayList<>();

	@Test
	void aTokenIsNotCancelledUntilSomebodyCancelsIt() {
		assertThat(this.root.isCancelled()).isFalse();
		this.root.throwIfCancelled();
		this.root.cancel();
		assertThat(this.root.isCancelled()).isTrue();
		assertThatExceptionOfType(CancellationException.class).isThrownBy(this.root::throwIfCancelled);
	}

	@Test
	void cancellingAParentCancelsAllBelowIt() {
		CancellationToken grandchild = this.root.child().child();
		this.root.cancel();
		assertThat(grandchild.isCancelled()).isTrue();
		assertThat(grandchild.child().isCancelled()).as("born cancelled").isTrue();
	}

	@Test
	void cancellingAChildLeavesItsParentAndItsSiblingsAlone() {
		CancellationToken child = this.root.child();
		CancellationToken sibling = this.root.child();
		this.root.onCancel(() -> this.log.add("root"));
		sibling.onCancel(() -> this.log.add("sibling"));
		child.cancel();
		assertThat(child.isCancelled()).isTrue();
		assertThat(this.root.isCancelled()).isFalse();
		assertThat(sibling.isCancelled()).isFalse();
		assertThat(this.log).isEmpty();
	}

	@Test
	void callbacksRunOnceOnTheCancellingThreadTheParentsFirst() {
		CancellationToken child = this.root.child();
		child.onCancel(() -> this.log.add("child on " + Thread.currentThread().threadId()));
		this.root.onCancel(() -> this.log.add("first"));
		this.root.onCancel(() -> this.log.add("second"));
		this.root.cancel();
		this.root.cancel();
		child.cancel();
		assertThat(this.log).containsExactly("first", "second", "child on " + Thread.currentThread().threadId());
	}

	@Test
	void allTokensBelowAreCancelledBeforeTheFirstCallbackRuns() {
		CancellationToken grandchild = this.root.child().child();
		this.root.onCancel(() -> this.log.add("grandchild cancelled: " + grandchild.isCancelled()));
		this.root.cancel();
		assertThat(this.log).containsExactly("grandchild cancelled: true");
	}

	@Test
	void aCancelledTokenRunsANewCallbackAtOnce() {
		CancellationToken child = this.root.child();
		this.root.cancel();
		child.onCancel(() -> this.log.add("at once")).close();
		assertThat(this.log).containsExactly("at once");
		assertThat(child.isBare()).isTrue();
	}

	@Test
	void aClosedRegistrationIsNotCalled() {
		Registration first = this.root.onCancel(() -> this.log.add("closed before"));
		Registration[] third = new Registration[1];
		this.root.onCancel(() -> third[0].close());
		third[0] = this.root.onCancel(() -> this.log.add("closed by a callback before it"));
		first.close();
		first.close();
		this.root.cancel();
		assertThat(this.log).isEmpty();
	}

	@Test
	void aCallbackThatThrowsHarmsNobody() {
		this.root.onCancel(() -> {
			throw new IllegalStateException("expected");
		});
		this.root.onCancel(() -> {
			throw new AssertionError("expected");
		});
		this.root.child().onCancel(() -> this.log.add("below"));
		this.root.cancel();
		assertThat(this.log).containsExactly("below");
		this.root.onCancel(() -> {
			throw new IllegalStateException("expected, at once");
		});
	}

	@Test
	void aCallbackMayUseTheTree() {
		this.root.onCancel(() -> {
			this.root.cancel();
			this.root.child().onCancel(() -> this.log.add("nested"));
		});
		this.root.cancel();
		assertThat(this.log).containsExactly("nested");
	}

	@Test
	void aParentKnowsAChildOnlyWhileTheChildHasCallbacks() {
		for (int i = 0; i < 1000; i++) {
			this.root.child().child();
		}
		assertThat(this.root.isBare()).as("children without callbacks").isTrue();
		CancellationToken middle = this.root.child();
		CancellationToken leaf = middle.child();
		Registration one = leaf.onCancel(() -> this.log.add("one"));
		Registration other = leaf.onCancel(() -> this.log.add("other"));
		one.close();
		assertThat(this.root.isBare()).isFalse();
		other.close();
		assertThat(this.root.isBare()).as("callbacks closed").isTrue();
		assertThat(middle.isBare()).isTrue();
		leaf.onCancel(() -> this.log.add("again"));
		leaf.cancel();
		assertThat(this.log).containsExactly("again");
		assertThat(this.root.isBare()).as("child cancelled").isTrue();
	}

	@Test
	void aDeepTreeIsCancelledWithoutDeepRecursion() {
		CancellationToken leaf = this.root;
		for (int i = 0; i < 100_000; i++) {
			leaf = leaf.child();
		}
		leaf.onCancel(() -> this.log.add("leaf"));
		this.root.cancel();
		assertThat(this.log).containsExactly("leaf");
	}

	/**
	 * Threads grow a tree, register, close and cancel at once. Afterwards each callback
	 * has run once if its token is cancelled, unless it was closed; not at all if it is
	 * not; and the tree holds nothing that does not matter any more.
	 */
	@Test
	void whateverRacesEachCallbackRunsOnceExactlyIfItsTokenIsCancelled() throws Exception {
		for (int seed = 0; seed < 300; seed++) {
			race(seed);
		}
	}

	private void race(int seed) throws Exception {
		CancellationToken top = CancellationToken.create();
		List<CancellationToken> tokens = new ArrayList<>(List.of(top));
		Random random = new Random(seed);
		for (int i = 0; i < 12; i++) {
			tokens.add(tokens.get(random.nextInt(tokens.size())).child());
		}
		CyclicBarrier begin = new CyclicBarrier(4);
		List<CompletableFuture<List<Registered>>> racers = new ArrayList<>();
		for (int racer = 0; racer < 4; racer++) {
			Random own = new Random(seed * 31L + racer);
			CompletableFuture<List<Registered>> result = new CompletableFuture<>();
			racers.add(result);
			Thread.ofPlatform()
				.daemon()
				.start(() -> result.completeAsync(() -> act(tokens, own, begin), Runnable::run));
		}
		List<Registered> all = new ArrayList<>();
		for (CompletableFuture<List<Registered>> racer : racers) {
			all.addAll(racer.get(HangGuard.SECONDS, TimeUnit.SECONDS));
		}
		for (Registered each : all) {
			int ran = each.ran.get();
			if (each.closed) {
				assertThat(ran).as("seed %s, closed", seed).isLessThanOrEqualTo(1);
				assertThat(each.mustNotRun && ran > 0).as("seed %s, ran though closed before", seed).isFalse();
			}
			else {
				assertThat(ran).as("seed %s, open", seed).isEqualTo(each.token.isCancelled() ? 1 : 0);
			}
		}
		all.forEach((each) -> each.registration.close());
		assertThat(tokens).as("seed %s", seed).allMatch(CancellationToken::isBare);
	}

	private static List<Registered> act(List<CancellationToken> tokens, Random random, CyclicBarrier begin) {
		try {
			begin.await(HangGuard.SECONDS, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		List<Registered> registered = new ArrayList<>();
		for (int i = 0; i < 60; i++) {
			CancellationToken token = tokens.get(random.nextInt(tokens.size()));
			switch (random.nextInt(8)) {
				case 0, 1, 2 -> registered.add(new Registered(token));
				case 3, 4 -> registered.add(new Registered(token.child()));
				case 5, 6 -> {
					if (!registered.isEmpty()) {
						registered.get(random.nextInt(registered.size())).close();
					}
				}
				default -> {
					// The upper ones seldom, else all is over at once.
					if (tokens.indexOf(token) > random.nextInt(60)) {
						token.cancel();
					}
				}
			}
		}
		return registered;
	}

	private static final class Registered {

		private final AtomicInteger ran = new AtomicInteger();

		private final CancellationToken token;

		private final Registration registration;

		private boolean closed;

		private boolean mustNotRun;

		private Registered(CancellationToken token) {
			this.token = token;
			this.registration = token.onCancel(this.ran::incrementAndGet);
		}

		private void close() {
			this.registration.close();
			this.closed = true;
			this.mustNotRun |= !this.token.isCancelled();
		}

	}

}
