package io.genserver.jmh;

import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.CastAction;
import io.genserver.GenServerRef;
import io.genserver.Keyed;
import io.genserver.jmh.GenserverCounter.CounterServer;
import io.genserver.jmh.PekkoCounter.Command;
import io.genserver.jmh.PekkoCounter.CounterActor;
import org.apache.pekko.actor.typed.ActorRef;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One thread sends messages to the receivers of a crowd, all of which exist already, in
 * random order; fan-out, if the crowd is small. An operation is a message that was
 * handled. With many receivers each message finds its own out of the processor's caches.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class CrowdBenchmark {

	private static final int MESSAGES = 100_000;

	@Benchmark
	@OperationsPerInvocation(MESSAGES)
	public void genserver(GenserverCrowd crowd) throws InterruptedException {
		CountDownLatch done = new CountDownLatch(MESSAGES);
		CastAction<CounterServer> message = (server) -> server.last(done);
		for (int i = 0; i < MESSAGES; i++) {
			crowd.next().cast(message);
		}
		done.await();
	}

	@Benchmark
	@OperationsPerInvocation(MESSAGES)
	public void pekko(PekkoCrowd crowd) throws InterruptedException {
		CountDownLatch done = new CountDownLatch(MESSAGES);
		PekkoCounter.Last message = new PekkoCounter.Last(done);
		for (int i = 0; i < MESSAGES; i++) {
			crowd.next().tell(message);
		}
		done.await();
	}

	/** Visits every receiver of a crowd once before it visits any a second time. */
	@State(Scope.Benchmark)
	public abstract static class Crowd {

		@Param({ "1", "100", "10000", "1000000" })
		public int receivers;

		@SuppressWarnings("NullAway.Init")
		private int[] order;

		private int position;

		final void shuffle() {
			Random random = new Random(42);
			this.order = new int[this.receivers];
			for (int i = 1; i < this.receivers; i++) {
				int other = random.nextInt(i + 1);
				this.order[i] = this.order[other];
				this.order[other] = i;
			}
			this.position = 0;
		}

		final int place() {
			this.position = (this.position + 1 == this.order.length) ? 0 : this.position + 1;
			return this.order[this.position];
		}

	}

	/** Instances of a keyed server. */
	@State(Scope.Benchmark)
	public static class GenserverCrowd extends Crowd {

		@SuppressWarnings("NullAway.Init")
		private GenserverEngine engine;

		@SuppressWarnings("NullAway.Init")
		private GenServerRef<CounterServer>[] refs;

		@Setup
		@SuppressWarnings({ "unchecked", "rawtypes" })
		public void start() throws InterruptedException {
			shuffle();
			this.engine = new GenserverEngine();
			Keyed<CounterServer> keyed = this.engine.startKeyed("counter", CounterServer.class, CounterServer::new,
					this.receivers, null);
			this.refs = new GenServerRef[this.receivers];
			CountDownLatch started = new CountDownLatch(this.receivers);
			for (int i = 0; i < this.receivers; i++) {
				this.refs[i] = keyed.ref("key-" + i);
				this.refs[i].cast((server) -> server.last(started));
			}
			started.await();
		}

		GenServerRef<CounterServer> next() {
			return this.refs[place()];
		}

		@TearDown
		public void stop() {
			this.engine.close();
		}

	}

	/** Named actors. */
	@State(Scope.Benchmark)
	public static class PekkoCrowd extends Crowd {

		@SuppressWarnings("NullAway.Init")
		private PekkoEngine<ActorRef<Command>[]> engine;

		@SuppressWarnings("NullAway.Init")
		private ActorRef<Command>[] refs;

		@Setup
		@SuppressWarnings({ "unchecked", "rawtypes" })
		public void start() throws InterruptedException {
			shuffle();
			this.engine = new PekkoEngine<>((context) -> {
				ActorRef<Command>[] actors = new ActorRef[this.receivers];
				for (int i = 0; i < actors.length; i++) {
					actors[i] = context.spawn(CounterActor.create(), "key-" + i);
				}
				return actors;
			});
			this.refs = this.engine.actors;
			CountDownLatch started = new CountDownLatch(this.receivers);
			for (ActorRef<Command> actor : this.refs) {
				actor.tell(new PekkoCounter.Last(started));
			}
			started.await();
		}

		ActorRef<Command> next() {
			return this.refs[place()];
		}

		@TearDown
		public void stop() {
			this.engine.close();
		}

	}

}
