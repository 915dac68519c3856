package io.genserver.jmh;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.Keyed;
import io.genserver.jmh.GenserverCounter.CounterServer;
import io.genserver.jmh.PekkoCounter.Command;
import io.genserver.jmh.PekkoCounter.CounterActor;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * A JVM full of idle servers of one kind: says how many bytes of heap each keeps.
 */
final class IdleServers {

	private static final int FIRST = 1_000;

	private IdleServers() {
	}

	public static void main(String[] arguments) {
		Kind kind = Kind.valueOf(arguments[0]);
		int count = Integer.parseInt(arguments[1]);
		switch (kind) {
			case KEYED -> keyed(count, null);
			case KEYED_EXPIRING -> keyed(count, Duration.ofMinutes(5));
			case ACTOR -> actors(count, (context, name) -> context.spawn(CounterActor.create(), name));
			case ACTOR_FUNCTIONAL -> actors(count, (context, name) -> context.spawn(counting(0), name));
			case ACTOR_ANONYMOUS -> actors(count, (context, name) -> context.spawnAnonymous(counting(0)));
		}
	}

	private static void keyed(int count, @Nullable Duration idleTimeout) {
		try (GenserverEngine engine = new GenserverEngine()) {
			Keyed<CounterServer> counters = engine.startKeyed("counter", CounterServer.class, CounterServer::new,
					FIRST + count, idleTimeout);
			measure(count, (number, done) -> counters.ref("key-" + number).cast((server) -> server.last(done)));
			Runtime.getRuntime().halt(0);
		}
	}

	private static void actors(int count, Spawn spawn) {
		new PekkoEngine<>((context) -> {
			measure(count, (number, done) -> spawn.actor(context, "key-" + number).tell(new PekkoCounter.Last(done)));
			Runtime.getRuntime().halt(0);
			return context;
		});
	}

	/** An actor in the style of the manual that needs the least. */
	private static Behavior<Command> counting(long count) {
		return Behaviors.receiveMessage((message) -> {
			if (message instanceof PekkoCounter.Last last) {
				last.done().countDown();
			}
			return counting(count + 1);
		});
	}

	private static void measure(int count, Use use) {
		useEach(0, FIRST, use);
		long before = used();
		useEach(FIRST, count, use);
		System.out.printf(Locale.ROOT, "bytes %.1f%n", (used() - before) / (double) count);
		System.out.flush();
	}

	private static void useEach(int first, int count, Use use) {
		for (int from = first; from < first + count; from += FIRST) {
			CountDownLatch done = new CountDownLatch(FIRST);
			for (int i = from; i < from + FIRST; i++) {
				use.one(i, done);
			}
			try {
				if (!done.await(30, TimeUnit.SECONDS)) {
					throw new IllegalStateException("Not all have handled their message");
				}
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

	/** The least seen, as what is to be collected may take several rounds to be seen. */
	private static long used() {
		MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
		long least = Long.MAX_VALUE;
		for (int i = 0; i < 5; i++) {
			System.gc();
			least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
		}
		return least;
	}

	/** Makes one of them handle its message. */
	private interface Use {

		void one(int number, CountDownLatch done);

	}

	/** Creates an actor. */
	private interface Spawn {

		ActorRef<Command> actor(ActorContext<Void> context, String name);

	}

	/** What idles. */
	enum Kind {

		KEYED("ours, an instance of a keyed server"),

		KEYED_EXPIRING("ours, to be let go after five idle minutes"),

		ACTOR("Pekko, a named actor of the object-oriented style"),

		ACTOR_FUNCTIONAL("Pekko, a named actor of the functional style"),

		ACTOR_ANONYMOUS("Pekko, an anonymous actor of the functional style");

		private final String what;

		Kind(String what) {
			this.what = what;
		}

		String what() {
			return this.what;
		}

		boolean isPeer() {
			return ordinal() >= ACTOR.ordinal();
		}

	}

}
