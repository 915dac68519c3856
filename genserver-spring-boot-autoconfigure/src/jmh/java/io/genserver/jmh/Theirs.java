package io.genserver.jmh;

import com.typesafe.config.ConfigFactory;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SpawnProtocol;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * An actor system with its defaults: unbounded mailboxes, the default dispatcher.
 */
final class Theirs implements AutoCloseable {

	static final Duration TIMEOUT = Duration.ofSeconds(5);

	final ActorSystem<SpawnProtocol.Command> system = ActorSystem.create(SpawnProtocol.create(), "peer",
			ConfigFactory.parseString("pekko.loglevel = WARNING").withFallback(ConfigFactory.load()));

	<T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
		CompletionStage<ActorRef<T>> ref = AskPattern.ask(this.system,
				(ActorRef<ActorRef<T>> replyTo) -> new SpawnProtocol.Spawn<>(behavior, name, Props.empty(), replyTo),
				TIMEOUT, this.system.scheduler());
		return ref.toCompletableFuture().join();
	}

	@Override
	public void close() {
		this.system.terminate();
		this.system.getWhenTerminated().toCompletableFuture().join();
	}

}
