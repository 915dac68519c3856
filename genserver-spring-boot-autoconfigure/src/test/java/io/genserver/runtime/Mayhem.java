package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

import io.genserver.GenServerContext;
import io.genserver.GenServerException;
import io.genserver.GenServerRef;
import io.genserver.Overflow;
import io.genserver.SupervisionStrategy;
import io.genserver.test.SeededScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A workload of everything at once: callers of three servers, one of them keyed, that
 * call, cast, cancel, give up, crash and stop them while time passes; then a shutdown,
 * sometimes in the midst of it. Afterwards every promise about single messages is
 * checked.
 */
final class Mayhem {

	private static final int SENDERS = 4;

	private static final int MESSAGES = 12;

	private final SeededScheduler scheduler;

	private final Random random;

	private final Engine engine;

	private final List<Sent> calls = new ArrayList<>();

	/** By server and sender, the numbers of the messages handled. */
	private final Map<String, List<Integer>> handled = new HashMap<>();

	private final Map<Object, Integer> inTurn = new HashMap<>();

	private int numbers;

	Mayhem(SeededScheduler scheduler, SupervisionStrategy strategy) {
		this.scheduler = scheduler;
		this.random = scheduler.choices();
		this.engine = new Engine(scheduler, Engine.shutdown(Duration.ofMillis(200), Duration.ofMillis(900)));
		ServerSettings settings = ServerSettings.DEFAULTS.withStrategy(strategy)
			.withCallTimeout(Duration.ofMillis(20))
			.withMailbox(3, Overflow.values()[this.random.nextInt(2)]);
		this.engine.add("first", settings, Object::new);
		this.engine.add("second", settings, Object::new);
		this.engine.addKeyed("keyed", settings, Object::new);
	}

	void run() {
		this.engine.runtime.start();
		List<CompletableFuture<?>> senders = new ArrayList<>();
		for (int i = 0; i < SENDERS; i++) {
			String sender = "sender-" + i;
			senders.add(this.scheduler.spawn(sender, () -> {
				for (int n = 0; n < MESSAGES; n++) {
					act(sender);
				}
				return null;
			}));
		}
		if (this.random.nextBoolean()) {
			this.scheduler.finish();
		}
		else if (this.random.nextBoolean()) {
			this.scheduler.sleep(Duration.ofMillis(this.random.nextInt(20)));
		}
		this.engine.close();
		this.scheduler.finish();
		senders.forEach(CompletableFuture::join);
		check();
	}

	private void act(String sender) {
		GenServerRef<Object> ref = target();
		String pair = ref.name() + ref.key() + " from " + sender;
		int number = this.numbers++;
		try {
			switch (this.random.nextInt(10)) {
				case 0, 1 -> ref.cast((instance) -> handle(instance, pair, number));
				case 2 -> ref.tryCast((instance) -> handle(instance, pair, number));
				case 3, 4 -> blockingCall(ref, pair, number);
				case 5, 6 -> this.calls.add(new Sent(ref.callAsync((instance) -> handle(instance, pair, number))));
				case 7 -> {
					CompletableFuture<Integer> reply = ref.callAsync((instance) -> handle(instance, pair, number));
					this.calls.add(new Sent(reply));
					this.scheduler.letOthersRun();
					reply.cancel(false);
				}
				case 8 -> stream(ref, pair, number);
				default -> disturb(ref);
			}
		}
		catch (GenServerException | IllegalStateException | StackOverflowError ex) {
			// What a sender may get.
		}
	}

	private void blockingCall(GenServerRef<Object> ref, String pair, int number) {
		assertThat(ref.<Integer, RuntimeException>call((instance) -> handle(instance, pair, number))).isEqualTo(number);
	}

	private void stream(GenServerRef<Object> ref, String pair, int number) {
		Listener listener = new Listener();
		this.calls.add(new Sent(listener.end));
		this.engine.runtime.server(ref.name()).stream(ref.key(), TestOperation.stream("items", (instance, none) -> {
			handle(instance, pair, number);
			return new Empty();
		}), null, 0, null, listener);
		if (this.random.nextBoolean()) {
			this.scheduler.letOthersRun();
			listener.subscription.cancel();
			listener.end.complete(null);
		}
	}

	private void disturb(GenServerRef<Object> ref) {
		switch (this.random.nextInt(3)) {
			case 0 -> this.scheduler.advance(Duration.ofMillis(this.random.nextInt(25)));
			case 1 -> this.scheduler.sleep(Duration.ofMillis(this.random.nextInt(10)));
			default -> {
				if (ref.key() != null || this.random.nextInt(4) == 0) {
					ref.cast((instance) -> GenServerContext.current().stop());
				}
			}
		}
	}

	private GenServerRef<Object> target() {
		return switch (this.random.nextInt(4)) {
			case 0 -> this.engine.ref("first");
			case 1 -> this.engine.ref("second");
			default -> this.engine.ref("keyed", "k" + this.random.nextInt(2));
		};
	}

	private int handle(Object instance, String pair, int number) {
		assertThat(this.inTurn.merge(instance, 1, Integer::sum)).as("messages at a time").isOne();
		try {
			this.handled.computeIfAbsent(pair, (key) -> new ArrayList<>()).add(number);
			switch (this.random.nextInt(8)) {
				case 0 -> throw new IllegalStateException("bad input");
				case 1 -> throw new StackOverflowError();
				case 2 -> this.scheduler.sleep(Duration.ofMillis(this.random.nextInt(12)));
				case 3 -> this.scheduler.letOthersRun();
				case 4 -> {
					if (!"second".equals(GenServerContext.current().name())) {
						this.engine.<Object>ref("second").call(Object::hashCode);
					}
				}
				default -> {
				}
			}
			return number;
		}
		finally {
			this.inTurn.merge(instance, -1, Integer::sum);
		}
	}

	private void check() {
		for (Sent call : this.calls) {
			assertThat(call.reply).as("call").isDone();
			assertThat(call.completions).as("completions of a call").isOne();
		}
		this.handled.forEach((pair, numbers) -> assertThat(numbers).as(pair).isSorted().doesNotHaveDuplicates());
		for (Server server : this.engine.runtime.servers()) {
			for (ServerCell cell : server.instances().all()) {
				assertThat(cell.mailbox().highWater()).as("high water").isLessThanOrEqualTo(3);
				assertThat(cell.mailbox().emptyEntries()).as("empty entries").isBetween(0, 3);
			}
		}
	}

	/** A call, and how often it has completed. */
	private static final class Sent {

		private final CompletableFuture<?> reply;

		private int completions;

		Sent(CompletableFuture<?> reply) {
			this.reply = reply;
			reply.whenComplete((value, failure) -> this.completions++);
		}

	}

	/** Ends at once. */
	private static final class Empty implements Flow.Publisher<Object> {

		@Override
		public void subscribe(Flow.Subscriber<? super Object> subscriber) {
			subscriber.onSubscribe(new Flow.Subscription() {

				@Override
				public void request(long n) {
				}

				@Override
				public void cancel() {
				}

			});
			subscriber.onComplete();
		}

	}

	/** Completes with the end of its stream. */
	private static final class Listener implements Flow.Subscriber<Object> {

		private final CompletableFuture<Object> end = new CompletableFuture<>();

		private Flow.Subscription subscription;

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			this.subscription = subscription;
			subscription.request(1);
		}

		@Override
		public void onNext(Object item) {
		}

		@Override
		public void onError(Throwable throwable) {
			assertThat(this.end.completeExceptionally(throwable) || this.end.isDone()).isTrue();
		}

		@Override
		public void onComplete() {
			this.end.complete(null);
		}

	}

}
