package io.genserver.jmh;

import java.io.IOException;
import java.io.PrintStream;
import java.time.LocalDate;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import io.genserver.jmh.Scenario.Side;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the scenarios and prints the table of ratios. Sides take turns: a round forks each
 * side of each scenario once, in reverse order every other round, so that what disturbs
 * the machine for a while disturbs both. A ratio is the median of all our iterations by
 * the median of all of the peer's; its spread are the ratios of single rounds.
 * <p>
 * System properties: {@code genserver.jmh.include} (regular expression found in a
 * scenario's name, all), {@code .rounds} (3), {@code .warmups} (10), {@code .iterations}
 * (4), {@code .millis} of each (500; twice that, and four times to warm up, over a
 * connection), {@code .one-cpu} (also run all on one processor, true), {@code .jvm-args}
 * (further arguments for the forks, separated by blanks), {@code .quiet} (seconds to wait
 * at most, before each fork, for other processes to leave the machine alone, 10),
 * {@code .attempts} (times a fork is run at most until others took less than a twentieth
 * of the processors; the least disturbed one counts, 1), {@code .starts} of each
 * application (15).
 */
public final class Report {

	private static final List<String> JVM_ARGUMENTS = List.of("-Xms2g", "-Xmx2g", "-XX:+UseG1GC", "-XX:+AlwaysPreTouch",
			"--enable-native-access=ALL-UNNAMED", "-Dlogback.configurationFile=logback-jmh.xml");

	private static final double UNDISTURBED = 0.05;

	private final PrintStream out;

	private final int rounds = Integer.getInteger("genserver.jmh.rounds", 3);

	private final int warmups = Integer.getInteger("genserver.jmh.warmups", 10);

	private final int iterations = Integer.getInteger("genserver.jmh.iterations", 4);

	private final int millis = Integer.getInteger("genserver.jmh.millis", 500);

	private final int quiet = Integer.getInteger("genserver.jmh.quiet", 10);

	private final int attempts = Integer.getInteger("genserver.jmh.attempts", 1);

	private final Neighbours neighbours = new Neighbours();

	private final Pattern include = Pattern.compile(System.getProperty("genserver.jmh.include", ""));

	private final List<Scenario> scenarios;

	/** What other processes took of the processors during forks that count. */
	private double othersMost;

	private double othersSum;

	private int forks;

	private Report(PrintStream out) {
		this.out = out;
		this.scenarios = Scenario.all()
			.stream()
			.filter((scenario) -> this.include.matcher(scenario.what()).find())
			.toList();
	}

	/**
	 * Print the tables.
	 * @param arguments none
	 * @throws Exception if a benchmark fails
	 */
	public static void main(String[] arguments) throws Exception {
		Report report = new Report(System.out);
		report.study();
		if (report.scenarios.isEmpty()) {
			return;
		}
		report.print("All processors", report.measure());
		if (Boolean.parseBoolean(System.getProperty("genserver.jmh.one-cpu", "true"))) {
			Map<Side, Samples> pinned = report.measureOnOneProcessor();
			if (!pinned.isEmpty()) {
				report.print("One processor", pinned);
			}
		}
	}

	private void study() {
		for (Study study : List.of(new IdleMemory(), new StartUp())) {
			if (this.include.matcher(study.what()).find()) {
				study.run(this.out);
			}
		}
	}

	private Map<Side, Samples> measureOnOneProcessor() throws RunnerException, InterruptedException {
		String usual;
		try {
			usual = Machine.processors();
			Machine.useOnly(usual.split("[,-]")[0]);
		}
		catch (IOException ex) {
			this.out.println("Not measured on one processor: " + ex.getMessage());
			return Map.of();
		}
		try {
			return measure();
		}
		finally {
			try {
				Machine.useOnly(usual);
			}
			catch (IOException ex) {
				this.out.println("Still on one processor: " + ex.getMessage());
			}
		}
	}

	private Map<Side, Samples> measure() throws RunnerException, InterruptedException {
		this.othersMost = 0;
		this.othersSum = 0;
		this.forks = 0;
		Map<Side, Samples> samples = new LinkedHashMap<>();
		for (int round = 0; round < this.rounds; round++) {
			for (Side side : sides(round)) {
				samples.computeIfAbsent(side, (key) -> new Samples()).add(fork(round, side));
			}
		}
		return samples;
	}

	/** Run one side in a fork, again if it was disturbed. */
	private Collection<RunResult> fork(int round, Side side) throws RunnerException, InterruptedException {
		Collection<RunResult> best = List.of();
		double least = Double.POSITIVE_INFINITY;
		for (int attempt = 0; attempt < this.attempts && least > UNDISTURBED; attempt++) {
			this.neighbours.awaitQuiet(this.quiet);
			this.neighbours.begin();
			Collection<RunResult> results = new Runner(options(side)).run();
			double others = this.neighbours.share();
			this.out.printf(Locale.ROOT, "round %d of %d: %s: %,.0f op/s; others took %.0f %%%n", round + 1,
					this.rounds, side, results.iterator().next().getPrimaryResult().getScore(), others * 100);
			if (best.isEmpty() || others < least) {
				best = results;
				least = others;
			}
		}
		this.othersMost = Math.max(this.othersMost, least);
		this.othersSum += least;
		this.forks++;
		return best;
	}

	/** The sides of all scenarios, each once, neighbours kept together. */
	private List<Side> sides(int round) {
		Set<Side> sides = new LinkedHashSet<>();
		for (Scenario scenario : this.scenarios) {
			sides.add(scenario.peer());
			sides.add(scenario.ours());
		}
		List<Side> order = List.copyOf(sides);
		return (round % 2 == 0) ? order : order.reversed();
	}

	private Options options(Side side) {
		ChainedOptionsBuilder options = new OptionsBuilder().include(side.pattern())
			.threads(side.threads())
			.forks(1)
			.warmupIterations(this.warmups)
			.warmupTime(times(side.table().warmup()))
			.measurementIterations(this.iterations)
			.measurementTime(times(side.table().iteration()))
			.shouldFailOnError(true)
			.verbosity(VerboseMode.SILENT)
			.addProfiler(GCProfiler.class)
			.jvmArgs(JVM_ARGUMENTS.toArray(String[]::new));
		side.parameters().forEach(options::param);
		String more = System.getProperty("genserver.jmh.jvm-args", "").trim();
		if (!more.isEmpty()) {
			options.jvmArgsAppend(more.split("\\s+"));
		}
		return options.build();
	}

	private TimeValue times(int factor) {
		return TimeValue.milliseconds((long) this.millis * factor);
	}

	private void print(String title, Map<Side, Samples> samples) {
		this.out.printf("%n**%s.** %s, %s. %d forks per side, %d iterations of %d ms each after %d to warm up."
				+ " Other processes took %.0f %% of the processors meanwhile, %.0f %% during the most disturbed fork.%n%n",
				title, LocalDate.now(), Machine.describe(), this.rounds, this.iterations, this.millis, this.warmups,
				100 * this.othersSum / this.forks, 100 * this.othersMost);
		new Tables(this.out, this.rounds).print(this.scenarios, samples);
	}

}
