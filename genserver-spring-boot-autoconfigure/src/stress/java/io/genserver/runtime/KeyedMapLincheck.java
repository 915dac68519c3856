package io.genserver.runtime;

import java.util.HashSet;
import java.util.Set;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.genserver.GenServerException;
import io.genserver.ServerState;
import io.genserver.runtime.cell.ServerCell;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Compares the instances of a keyed server with a bounded set of keys.
 */
class KeyedMapLincheck {

	private static final int PROGRAMS = Integer.getInteger("genserver.lincheck.programs", 20);

	@BeforeAll
	static void beQuiet() {
		((Logger) LoggerFactory.getLogger("io.genserver")).setLevel(Level.OFF);
	}

	@Test
	void inEverySchedule_aKeyHasOneInstanceAndTheBoundIsExact() {
		check(new ModelCheckingOptions(), 300);
	}

	@Test
	void onRealThreads_aKeyHasOneInstanceAndTheBoundIsExact() {
		check(new StressOptions(), 300);
	}

	private static void check(Options<?, ?> options, int schedules) {
		options.iterations(PROGRAMS);
		options.invocationsPerIteration(schedules);
		options.threads(2);
		options.actorsPerThread(3);
		options.actorsBefore(1);
		options.actorsAfter(1);
		options.sequentialSpecification(Keys.class);
		options.check(Map.class);
		System.out.println("Lincheck, " + options.getClass().getSimpleName() + " of the keyed map: " + PROGRAMS
				+ " programs, up to " + schedules + " schedules each");
	}

	/** The instances of a keyed server that may have two, and has two. */
	@Param(name = "key", gen = IntGen.class, conf = "0:2")
	@Param(name = "old", gen = IntGen.class, conf = "0:1")
	public static class Map {

		private final Instances instances;

		private final TestMessage message = new TestMessage(0);

		/** Those that are there at first, until they end. */
		private final ServerCell[] old = new ServerCell[2];

		public Map() {
			ServerSettings settings = ServerSettings.DEFAULTS;
			settings = new ServerSettings(4, settings.overflow(), settings.callTimeout(), settings.supervision(), 2,
					null, settings.startFailure());
			this.instances = new Engine(new HandScheduler()).addKeyed("keyed", settings, Object::new).instances();
			this.old[0] = this.instances.forMessage("k0", this.message);
			this.old[1] = this.instances.forMessage("k1", this.message);
		}

		/** Find or make the instance; one that has ended gets a successor. */
		@Operation
		public boolean send(@Param(name = "key") int key) {
			try {
				ServerCell cell = this.instances.forMessage("k" + key, this.message);
				while (cell.mailbox().isClosed()) {
					this.instances.succeed(cell, "k" + key);
					cell = this.instances.forMessage("k" + key, this.message);
				}
				return true;
			}
			catch (GenServerException ex) {
				return false;
			}
		}

		/** An instance ends: its mailbox is closed, then its place is free. */
		@Operation(nonParallelGroup = "end")
		public boolean end(@Param(name = "old") int key) {
			ServerCell cell = this.old[key];
			if (cell == null) {
				return false;
			}
			this.old[key] = null;
			cell.mailbox().close();
			this.instances.ended(cell, ServerState.STOPPED, true);
			return true;
		}

	}

	/** At most two keys. */
	public static class Keys {

		private final Set<Integer> keys = new HashSet<>(Set.of(0, 1));

		private final Set<Integer> old = new HashSet<>(this.keys);

		public boolean send(int key) {
			return this.keys.contains(key) || (this.keys.size() < 2 && this.keys.add(key));
		}

		public boolean end(int key) {
			return this.old.remove(key) && this.keys.remove(key);
		}

	}

}
