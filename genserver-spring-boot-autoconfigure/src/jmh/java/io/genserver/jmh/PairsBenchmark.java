package io.genserver.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServerRef;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * {@link #PAIRS} pairs of receivers, each of which bounces one ball to its partner and
 * back; a bounce is an operation. A ball is a message of its own on all sides.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class PairsBenchmark {

	private static final int PAIRS = 16;

	private static final int BOUNCES = 5_000;

	@Benchmark
	@OperationsPerInvocation(PAIRS * BOUNCES)
	public void genserver(GenserverPairs pairs) throws InterruptedException {
		CountDownLatch done = new CountDownLatch(PAIRS);
		for (GenServerRef<Player> player : pairs.players) {
			player.cast((server) -> server.bounce(BOUNCES, done));
		}
		done.await();
	}

	@Benchmark
	@OperationsPerInvocation(PAIRS * BOUNCES)
	public void pekko(PekkoPairs pairs) throws InterruptedException {
		CountDownLatch done = new CountDownLatch(PAIRS);
		for (ActorRef<Command> player : pairs.players) {
			player.tell(new Ball(BOUNCES, done));
		}
		done.await();
	}

	@Benchmark
	@OperationsPerInvocation(PAIRS * BOUNCES)
	public void queueThread(ThreadPairs pairs) throws InterruptedException {
		CountDownLatch done = new CountDownLatch(PAIRS);
		for (BlockingQueue<Ball> player : pairs.players) {
			player.put(new Ball(BOUNCES, done));
		}
		done.await();
	}

	/** Our pairs. */
	@State(Scope.Benchmark)
	public static class GenserverPairs {

		private final List<GenServerRef<Player>> players = new ArrayList<>();

		@SuppressWarnings("NullAway.Init")
		private GenserverEngine engine;

		@Setup
		public void start() {
			this.engine = new GenserverEngine();
			for (int i = 0; i < PAIRS; i++) {
				GenServerRef<Player> one = this.engine.start("one" + i, Player.class, Player::new);
				GenServerRef<Player> other = this.engine.start("other" + i, Player.class, Player::new);
				one.call((player) -> player.partner = other);
				other.call((player) -> player.partner = one);
				this.players.add(one);
			}
		}

		@TearDown
		public void stop() {
			this.engine.close();
		}

	}

	static final class Player {

		@SuppressWarnings("NullAway.Init")
		private GenServerRef<Player> partner;

		void bounce(int left, CountDownLatch done) {
			if (left == 0) {
				done.countDown();
			}
			else {
				this.partner.cast((player) -> player.bounce(left - 1, done));
			}
		}

	}

	/** The peer's pairs. */
	@State(Scope.Benchmark)
	public static class PekkoPairs {

		@SuppressWarnings("NullAway.Init")
		private PekkoEngine<List<ActorRef<Command>>> engine;

		@SuppressWarnings("NullAway.Init")
		private List<ActorRef<Command>> players;

		@Setup
		public void start() {
			this.engine = new PekkoEngine<>((context) -> {
				List<ActorRef<Command>> players = new ArrayList<>();
				for (int i = 0; i < PAIRS; i++) {
					ActorRef<Command> one = context.spawn(PlayerActor.create(), "one" + i);
					ActorRef<Command> other = context.spawn(PlayerActor.create(), "other" + i);
					one.tell(new Partner(other));
					other.tell(new Partner(one));
					players.add(one);
				}
				return players;
			});
			this.players = this.engine.actors;
		}

		@TearDown
		public void stop() {
			this.engine.close();
		}

	}

	sealed interface Command {

	}

	record Partner(ActorRef<Command> actor) implements Command {
	}

	record Ball(int left, CountDownLatch done) implements Command {
	}

	static final class PlayerActor extends AbstractBehavior<Command> {

		@SuppressWarnings("NullAway.Init")
		private ActorRef<Command> partner;

		private PlayerActor(ActorContext<Command> context) {
			super(context);
		}

		static Behavior<Command> create() {
			return Behaviors.setup(PlayerActor::new);
		}

		@Override
		public Receive<Command> createReceive() {
			return newReceiveBuilder().onMessage(Ball.class, this::onBall)
				.onMessage(Partner.class, this::onPartner)
				.build();
		}

		private Behavior<Command> onBall(Ball ball) {
			if (ball.left() == 0) {
				ball.done().countDown();
			}
			else {
				this.partner.tell(new Ball(ball.left() - 1, ball.done()));
			}
			return this;
		}

		private Behavior<Command> onPartner(Partner partner) {
			this.partner = partner.actor();
			return this;
		}

	}

	/** Pairs of virtual threads over queues. */
	@State(Scope.Benchmark)
	public static class ThreadPairs {

		private final List<BlockingQueue<Ball>> players = new ArrayList<>();

		private final List<Thread> threads = new ArrayList<>();

		@Setup
		public void start() {
			for (int i = 0; i < PAIRS; i++) {
				BlockingQueue<Ball> one = new ArrayBlockingQueue<>(1024);
				BlockingQueue<Ball> other = new ArrayBlockingQueue<>(1024);
				play(one, other);
				play(other, one);
				this.players.add(one);
			}
		}

		private void play(BlockingQueue<Ball> own, BlockingQueue<Ball> partner) {
			this.threads.add(Thread.ofVirtual().start(() -> {
				try {
					while (true) {
						Ball ball = own.take();
						if (ball.left() == 0) {
							ball.done().countDown();
						}
						else {
							partner.put(new Ball(ball.left() - 1, ball.done()));
						}
					}
				}
				catch (InterruptedException ex) {
					// The end.
				}
			}));
		}

		@TearDown
		public void stop() {
			this.threads.forEach(Thread::interrupt);
		}

	}

}
