package io.genserver.runtime;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.genserver.GenServerRef;
import io.genserver.runtime.cell.ServerCell;
import org.slf4j.LoggerFactory;

/**
 * A program that makes many instances of a keyed server by sending a message to each,
 * lets them become idle, weighs them, and asks some. Ends with an error if one is
 * missing. Its heap is the limit.
 */
public final class Population {

	private static final int ASKED = 10_000;

	private Population() {
	}

	/**
	 * Run the program.
	 * @param arguments the number of instances
	 */
	public static void main(String[] arguments) {
		((Logger) LoggerFactory.getLogger("io.genserver")).setLevel(Level.WARN);
		int count = Integer.parseInt(arguments[0]);
		ServerSettings defaults = ServerSettings.DEFAULTS;
		ServerSettings settings = new ServerSettings(defaults.capacity(), defaults.overflow(), defaults.callTimeout(),
				defaults.supervision(), count, null, defaults.startFailure());
		GenServerRuntime runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS, null, List.of(), () -> false);
		Server server = runtime
			.add(new ServerDefinition("keyed", Small.class, List.of(), true, List.of(), Small::new, settings));
		runtime.start();
		long before = used();
		AtomicInteger handled = new AtomicInteger();
		for (int i = 0; i < count; i++) {
			ref(server, i).cast((instance) -> {
				instance.value++;
				handled.incrementAndGet();
			});
		}
		while (handled.get() < count || !server.instances().all().stream().allMatch(ServerCell::isQuiet)) {
			LockSupport.parkNanos(1_000_000);
		}
		check(server.instances().all().size() == count, "all instances are there");
		long each = (used() - before) / count;
		for (int i = 0; i < ASKED; i++) {
			long value = ref(server, (int) ((long) i * count / ASKED))
				.<Long, RuntimeException>call((instance) -> instance.value);
			check(value == 1, "an instance has its state");
		}
		check(server.instances().all().size() == count, "no other instance was made");
		System.out.println(String.format(Locale.ROOT,
				"Population: %,d idle instances, %d bytes each with key and object, in a heap of at most %d MiB", count,
				each, Runtime.getRuntime().maxMemory() >> 20));
		System.exit(0);
	}

	private static GenServerRef<Small> ref(Server server, int number) {
		return new LocalRef<>(server, "key-" + number);
	}

	private static void check(boolean condition, String what) {
		if (!condition) {
			throw new AssertionError("Not true: " + what);
		}
	}

	private static long used() {
		Runtime java = Runtime.getRuntime();
		long least = Long.MAX_VALUE;
		for (int i = 0; i < 3; i++) {
			System.gc();
			least = Math.min(least, java.totalMemory() - java.freeMemory());
		}
		return least;
	}

	/** What a user might keep per key. */
	static final class Small {

		private long value;

	}

}
