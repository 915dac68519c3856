package io.genserver.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServerRef;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.jspecify.annotations.Nullable;
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
 * One token travels around a ring of {@link #NODES} receivers; a hop is an operation.
 * Each node passes the token on with a message of its own, which it allocates on both
 * sides (a lambda with two captures, a record of two fields), and the last one releases
 * the waiting thread. No two nodes ever have something to do at the same time.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class RingBenchmark {

	private static final int NODES = 2_000;

	private static final int HOPS = NODES * 50;

	@Benchmark
	@OperationsPerInvocation(HOPS)
	public void genserver(GenserverRing ring) throws InterruptedException {
		CountDownLatch done = new CountDownLatch(1);
		ring.first.cast((node) -> node.pass(HOPS, done));
		done.await();
	}

	@Benchmark
	@OperationsPerInvocation(HOPS)
	public void pekko(PekkoRing ring) throws InterruptedException {
		CountDownLatch done = new CountDownLatch(1);
		ring.first.tell(new Token(HOPS, done));
		done.await();
	}

	/** Our ring. */
	@State(Scope.Benchmark)
	public static class GenserverRing {

		@SuppressWarnings("NullAway.Init")
		private GenserverEngine engine;

		@SuppressWarnings("NullAway.Init")
		private GenServerRef<NodeServer> first;

		@Setup
		public void start() {
			this.engine = new GenserverEngine();
			List<GenServerRef<NodeServer>> nodes = new ArrayList<>();
			for (int i = 0; i < NODES; i++) {
				nodes.add(this.engine.start("node" + i, NodeServer.class, NodeServer::new));
			}
			for (int i = 0; i < NODES; i++) {
				GenServerRef<NodeServer> next = nodes.get((i + 1) % NODES);
				nodes.get(i).call((node) -> node.next = next);
			}
			this.first = nodes.get(0);
		}

		@TearDown
		public void stop() {
			this.engine.close();
		}

	}

	static final class NodeServer {

		private @Nullable GenServerRef<NodeServer> next;

		void pass(int left, CountDownLatch done) {
			if (left == 0) {
				done.countDown();
			}
			else {
				Objects.requireNonNull(this.next).cast((node) -> node.pass(left - 1, done));
			}
		}

	}

	/** The peer's ring. */
	@State(Scope.Benchmark)
	public static class PekkoRing {

		@SuppressWarnings("NullAway.Init")
		private PekkoEngine<ActorRef<Command>> engine;

		@SuppressWarnings("NullAway.Init")
		private ActorRef<Command> first;

		@Setup
		public void start() {
			this.engine = new PekkoEngine<>((context) -> {
				List<ActorRef<Command>> nodes = new ArrayList<>();
				for (int i = 0; i < NODES; i++) {
					nodes.add(context.spawn(NodeActor.create(), "node" + i));
				}
				for (int i = 0; i < NODES; i++) {
					nodes.get(i).tell(new Connect(nodes.get((i + 1) % NODES)));
				}
				return nodes.get(0);
			});
			this.first = this.engine.actors;
		}

		@TearDown
		public void stop() {
			this.engine.close();
		}

	}

	sealed interface Command {

	}

	record Connect(ActorRef<Command> next) implements Command {
	}

	record Token(int left, CountDownLatch done) implements Command {
	}

	static final class NodeActor extends AbstractBehavior<Command> {

		private @Nullable ActorRef<Command> next;

		private NodeActor(ActorContext<Command> context) {
			super(context);
		}

		static Behavior<Command> create() {
			return Behaviors.setup(NodeActor::new);
		}

		@Override
		public Receive<Command> createReceive() {
			return newReceiveBuilder().onMessage(Token.class, this::onToken)
				.onMessage(Connect.class, this::onConnect)
				.build();
		}

		private Behavior<Command> onToken(Token token) {
			if (token.left() == 0) {
				token.done().countDown();
			}
			else {
				Objects.requireNonNull(this.next).tell(new Token(token.left() - 1, token.done()));
			}
			return this;
		}

		private Behavior<Command> onConnect(Connect connect) {
			this.next = connect.next();
			return this;
		}

	}

}
