package io.genserver.jmh;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Bytes that an idle instance of a keyed server keeps, and an idle actor: the heap after
 * collection, with many of them that have handled a message each, less the heap without
 * them, in a fresh JVM for each figure.
 */
final class IdleMemory implements Study {

	private static final double TARGET = 0.75;

	private static final int[] COUNTS = { 100_000, 1_000_000 };

	@Override
	public String what() {
		return "idle memory";
	}

	@Override
	public void run(PrintStream out) {
		out.println("**Idle servers.** Bytes of heap each, with a state of one long, after one message.");
		out.println();
		Map<IdleServers.Kind, List<Double>> bytes = new LinkedHashMap<>();
		for (IdleServers.Kind kind : IdleServers.Kind.values()) {
			for (int count : COUNTS) {
				try (ChildProcess process = new ChildProcess(ClassPath.whole(),
						List.of("-Xmx4g", "-XX:+UseSerialGC", "-Dlogback.configurationFile=logback-jmh.xml"),
						IdleServers.class, List.of(kind.name(), Integer.toString(count)))) {
					bytes.computeIfAbsent(kind, (key) -> new ArrayList<>())
						.add(Double.parseDouble(process.await("bytes")));
				}
			}
		}
		out.println("| what | bytes, of 100,000 | bytes, of 1,000,000 | ours by this | target |");
		out.println("|---|---|---|---|---|");
		double ours = bytes.get(IdleServers.Kind.KEYED).getLast();
		bytes.forEach((kind, all) -> {
			String ratio = "";
			String target = "";
			if (kind.isPeer()) {
				ratio = String.format(Locale.ROOT, "**%.2f**", ours / all.getLast());
				target = String.format(Locale.ROOT, "≤ %.2f %s", TARGET, (ours / all.getLast() <= TARGET) ? "✓" : "✗");
			}
			out.printf(Locale.ROOT, "| %s | %.0f | %.0f | %s | %s |%n", kind.what(), all.getFirst(), all.getLast(),
					ratio, target);
		});
		out.println();
	}

}
