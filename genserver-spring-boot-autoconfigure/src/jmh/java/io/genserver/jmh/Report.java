package io.genserver.jmh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the benchmarks and prints how ours compare with their peers. The two sides of a
 * comparison run one after the other, in several rounds, so that a machine that becomes
 * slower or faster meanwhile treats both alike; what is compared are medians over all
 * rounds. Options of the benchmark harness may be given as arguments; a pattern selects
 * comparisons.
 */
public final class Report {

	private static final int ROUNDS = 3;

	private static final List<Comparison> COMPARISONS = List.of(
			new Comparison("cast, 1 producer", "Cast", "ours", "peer", "1", 1.5),
			new Comparison("cast, 2 producers", "Cast", "ours", "peer", "2", 1.5),
			new Comparison("blocking call, idle server", "Call", "blockingOurs", "blockingPeer", null, 10),
			new Comparison("async calls, 64 outstanding", "Call", "asyncOurs", "asyncPeer", null, 1.5),
			new Comparison("ring, 2000 servers", "Ring", "ours", "peer", null, 5));

	private Report() {
	}

	/**
	 * Run the comparisons.
	 * @param args options of the benchmark harness
	 * @throws RunnerException if a benchmark fails
	 * @throws CommandLineOptionException if an option is wrong
	 */
	public static void main(String[] args) throws RunnerException, CommandLineOptionException {
		CommandLineOptions options = new CommandLineOptions(args);
		List<String> rows = new ArrayList<>();
		for (Comparison comparison : COMPARISONS) {
			if (options.getIncludes().isEmpty()
					|| options.getIncludes().stream().anyMatch(comparison.title()::contains)) {
				rows.add(row(comparison, options));
			}
		}
		System.out.println();
		System.out.println("| what | ours, op/s | peer, op/s | ratio | target | ours, B/op | peer, B/op |");
		System.out.println("|---|---|---|---|---|---|---|");
		rows.forEach(System.out::println);
	}

	private static String row(Comparison comparison, CommandLineOptions options) throws RunnerException {
		Map<String, Samples> sides = new LinkedHashMap<>();
		for (int round = 0; round < ROUNDS; round++) {
			for (String method : List.of(comparison.ours(), comparison.peer())) {
				sides.computeIfAbsent(method, (key) -> new Samples()).add(run(comparison, method, options));
			}
		}
		Samples ours = sides.get(comparison.ours());
		Samples peer = sides.get(comparison.peer());
		return String.format(Locale.ROOT, "| %s | %s | %s | **%.2f** | ≥ %s | %.0f | %.0f |", comparison.title(), ours,
				peer, ours.median() / peer.median(), comparison.target(), ours.bytes(), peer.bytes());
	}

	private static Collection<RunResult> run(Comparison comparison, String method, CommandLineOptions options)
			throws RunnerException {
		OptionsBuilder builder = new OptionsBuilder();
		builder.parent(options);
		builder.include("^" + Report.class.getPackageName() + "\\." + comparison.type() + "\\." + method + "$");
		if (comparison.producers() != null) {
			builder.param("producers", comparison.producers());
		}
		builder.forks(options.getForkCount().orElse(1));
		builder.warmupIterations(options.getWarmupIterations().orElse(4));
		builder.warmupTime(options.getWarmupTime().orElse(TimeValue.seconds(1)));
		builder.measurementIterations(options.getMeasurementIterations().orElse(5));
		builder.measurementTime(options.getMeasurementTime().orElse(TimeValue.seconds(1)));
		builder.jvmArgsAppend("--enable-native-access=ALL-UNNAMED", "-Xms1g", "-Xmx1g");
		builder.addProfiler(GCProfiler.class);
		return new Runner(builder.build()).run();
	}

	/** What is compared with what. */
	private record Comparison(String title, String type, String ours, String peer, String producers, double target) {
	}

	/** The iterations of one side. */
	private static final class Samples {

		private final List<Double> scores = new ArrayList<>();

		private final List<Double> bytes = new ArrayList<>();

		void add(Collection<RunResult> results) {
			for (RunResult result : results) {
				for (BenchmarkResult fork : result.getBenchmarkResults()) {
					for (IterationResult iteration : fork.getIterationResults()) {
						this.scores.add(iteration.getPrimaryResult().getScore());
						Result<?> allocated = iteration.getSecondaryResults().get("gc.alloc.rate.norm");
						if (allocated != null) {
							this.bytes.add(allocated.getScore());
						}
					}
				}
			}
		}

		double median() {
			return median(this.scores);
		}

		double bytes() {
			return median(this.bytes);
		}

		private static double median(List<Double> values) {
			double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
			return (sorted.length == 0) ? Double.NaN : sorted[sorted.length / 2];
		}

		@Override
		public String toString() {
			double[] sorted = this.scores.stream().mapToDouble(Double::doubleValue).toArray();
			Arrays.sort(sorted);
			return String.format(Locale.ROOT, "%,.0f (%,.0f to %,.0f)", median(), sorted[0], sorted[sorted.length - 1]);
		}

	}

}
