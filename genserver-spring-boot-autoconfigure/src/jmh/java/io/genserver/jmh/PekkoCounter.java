package io.genserver.jmh;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One actor that counts; the twin of {@link GenserverCounter}. Written as the manual
 * writes Java actors. Asks time out as our calls do.
 */
@State(Scope.Benchmark)
public class PekkoCounter {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	@SuppressWarnings("NullAway.Init")
	private PekkoEngine<ActorRef<Command>> engine;

	@SuppressWarnings("NullAway.Init")
	ActorRef<Command> actor;

	@Setup
	public void start() {
		this.engine = new PekkoEngine<>((context) -> context.spawn(CounterActor.create(), "counter"));
		this.actor = this.engine.actors;
	}

	@TearDown
	public void stop() {
		this.engine.close();
	}

	CompletableFuture<Long> increment() {
		return AskPattern.ask(this.actor, Increment::new, TIMEOUT, this.engine.system.scheduler())
			.toCompletableFuture();
	}

	sealed interface Command {

	}

	/** A message without content: one object serves for all of them. */
	enum Add implements Command {

		INSTANCE

	}

	record Last(CountDownLatch done) implements Command {
	}

	record Increment(ActorRef<Long> replyTo) implements Command {
	}

	static final class CounterActor extends AbstractBehavior<Command> {

		private long count;

		private CounterActor(ActorContext<Command> context) {
			super(context);
		}

		static Behavior<Command> create() {
			return Behaviors.setup(CounterActor::new);
		}

		@Override
		public Receive<Command> createReceive() {
			return newReceiveBuilder().onMessage(Add.class, this::onAdd)
				.onMessage(Increment.class, this::onIncrement)
				.onMessage(Last.class, this::onLast)
				.build();
		}

		private Behavior<Command> onAdd(Add add) {
			this.count++;
			return this;
		}

		private Behavior<Command> onIncrement(Increment increment) {
			increment.replyTo().tell(++this.count);
			return this;
		}

		private Behavior<Command> onLast(Last last) {
			this.count++;
			last.done().countDown();
			return this;
		}

	}

}
