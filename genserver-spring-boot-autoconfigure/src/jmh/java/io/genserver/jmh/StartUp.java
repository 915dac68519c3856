package io.genserver.jmh;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What the starter adds to the start of an application: the same reactive web application
 * is started in fresh JVMs without and with it, each in turn, in reverse order every
 * other round. Counts from the start of the JVM until the application is ready.
 */
final class StartUp implements Study {

	private static final double TARGET = 60;

	private final int rounds = Integer.getInteger("genserver.jmh.starts", 15);

	@Override
	public String what() {
		return "start-up";
	}

	@Override
	public void run(PrintStream out) {
		Map<Variant, List<Start>> starts = new LinkedHashMap<>();
		for (Variant variant : Variant.values()) {
			starts.put(variant, new ArrayList<>());
			variant.start();
		}
		for (int round = 0; round < this.rounds; round++) {
			List<Variant> order = List.of(Variant.values());
			for (Variant variant : (round % 2 == 0) ? order : order.reversed()) {
				starts.get(variant).add(variant.start());
			}
		}
		out.printf("**Start of an application.** %d starts each, medians; what is more, by rounds.%n%n", this.rounds);
		out.println(
				"| application | ready after, ms (min..max) | more, ms | target | CPU, ms | more, ms | classes | more |");
		out.println("|---|---|---|---|---|---|---|---|");
		List<Start> without = starts.get(Variant.WITHOUT);
		starts.forEach((variant, all) -> {
			double more = more(all, without, Start::millis);
			String target = (variant == Variant.WITH_SERVER)
					? String.format(Locale.ROOT, "≤ %.0f %s", TARGET, (more <= TARGET) ? "✓" : "✗") : "";
			out.printf(Locale.ROOT, "| %s | %.0f (%.0f..%.0f) | **%.0f** | %s | %.0f | %.0f | %.0f | %.0f |%n",
					variant.what, median(all, Start::millis), all.stream().mapToDouble(Start::millis).min().orElse(0),
					all.stream().mapToDouble(Start::millis).max().orElse(0), more, target,
					median(all, Start::processorMillis), more(all, without, Start::processorMillis),
					median(all, Start::classes), more(all, without, Start::classes));
		});
		out.println();
	}

	/** By rounds: what slows the machine down for a while slows down a whole round. */
	private static double more(List<Start> starts, List<Start> without, ToDoubleFunction<Start> what) {
		return Samples.median(IntStream.range(0, starts.size())
			.mapToObj((round) -> what.applyAsDouble(starts.get(round)) - what.applyAsDouble(without.get(round)))
			.toList());
	}

	private static double median(List<Start> starts, ToDoubleFunction<Start> what) {
		return Samples.median(starts.stream().mapToDouble(what).boxed().toList());
	}

	/**
	 * One start.
	 *
	 * @param millis until the application was ready
	 * @param processorMillis processor time of all threads until then
	 * @param classes loaded until then
	 */
	private record Start(double millis, double processorMillis, double classes) {

		static Start parse(String text) {
			String[] parts = text.split(" ");
			return new Start(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]), Double.parseDouble(parts[2]));
		}

	}

	private enum Variant {

		WITHOUT("without the starter", false, PlainApplication.class.getName()),

		WITH("with the starter, no server", true, PlainApplication.class.getName()),

		WITH_SERVER("with the starter, a server", true, "io.genserver.jmh.ServingApplication"),

		WITH_ENDPOINT("with the starter, a server, open to clients", true, "io.genserver.jmh.ServingApplication",
				"--genserver.rpc.enabled=true", "--genserver.rpc.exposed=echo");

		private final String what;

		private final boolean starter;

		private final List<String> arguments;

		Variant(String what, boolean starter, String... arguments) {
			this.what = what;
			this.starter = starter;
			this.arguments = List.of(arguments);
		}

		Start start() {
			String classPath = this.starter ? ClassPath.withStarter() : ClassPath.withoutStarter();
			try (ChildProcess process = new ChildProcess(classPath, List.of(), Launcher.class, this.arguments)) {
				return Start.parse(process.await("ready"));
			}
		}

	}

}
