package io.genserver.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServerRef;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
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
 * A token that 2000 servers pass on, each to the next. An operation is one hop.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class Ring {

	private static final int SERVERS = 2000;

	private static final int HOPS = 200_000;

	private Ours ours;

	private List<GenServerRef<Node>> servers;

	private Theirs theirs;

	private List<ActorRef<Token>> actors;

	@Setup
	public void setUp() {
		this.ours = new Ours();
		this.servers = new ArrayList<>();
		this.theirs = new Theirs();
		this.actors = new ArrayList<>();
		for (int i = 0; i < SERVERS; i++) {
			int index = i;
			this.servers.add(this.ours.start("node" + i, Node.class, () -> new Node(this.servers, index)));
			this.actors.add(this.theirs.spawn(node(this.actors, index), "node" + i));
		}
	}

	private static Behavior<Token> node(List<ActorRef<Token>> ring, int index) {
		return Behaviors.receive(Token.class).onMessage(Token.class, (token) -> {
			if (token.hops() == 0) {
				token.arrived().countDown();
			}
			else {
				ring.get((index + 1) % ring.size()).tell(new Token(token.hops() - 1, token.arrived()));
			}
			return Behaviors.same();
		}).build();
	}

	@TearDown
	public void tearDown() {
		this.ours.close();
		this.theirs.close();
	}

	@Benchmark
	@OperationsPerInvocation(HOPS)
	public void ours() throws InterruptedException {
		CountDownLatch arrived = new CountDownLatch(1);
		Token token = new Token(HOPS - 1, arrived);
		this.servers.get(0).cast((node) -> node.pass(token));
		arrived.await();
	}

	@Benchmark
	@OperationsPerInvocation(HOPS)
	public void peer() throws InterruptedException {
		CountDownLatch arrived = new CountDownLatch(1);
		this.actors.get(0).tell(new Token(HOPS - 1, arrived));
		arrived.await();
	}

	record Token(int hops, CountDownLatch arrived) {
	}

	/** A server of the ring. */
	record Node(List<GenServerRef<Node>> ring, int index) {

		void pass(Token token) {
			if (token.hops() == 0) {
				token.arrived().countDown();
				return;
			}
			Token next = new Token(token.hops() - 1, token.arrived());
			this.ring.get((this.index + 1) % this.ring.size()).cast((node) -> node.pass(next));
		}

	}

}
