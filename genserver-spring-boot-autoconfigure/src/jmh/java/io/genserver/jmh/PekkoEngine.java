package io.genserver.jmh;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * A Pekko typed actor system with its default configuration: the fork-join dispatcher and
 * unbounded mailboxes. The actors under test are children of the guardian, as in any
 * application.
 *
 * @param <A> what the guardian spawns: an actor's ref, or a holder of several
 */
final class PekkoEngine<A> implements AutoCloseable {

	final ActorSystem<Void> system;

	final A actors;

	PekkoEngine(Function<ActorContext<Void>, A> spawn) {
		CompletableFuture<A> spawned = new CompletableFuture<>();
		this.system = ActorSystem.create(Behaviors.setup((context) -> {
			spawned.complete(spawn.apply(context));
			return Behaviors.empty();
		}), "benchmark");
		this.actors = spawned.join();
	}

	@Override
	public void close() {
		this.system.terminate();
		this.system.getWhenTerminated().toCompletableFuture().join();
	}

}
