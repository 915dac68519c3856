package io.genserver.jmh;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;

/**
 * What the forks of one side measured: operations per second of each iteration, grouped
 * by round, and what was measured beside that.
 */
final class Samples {

	private final List<List<Double>> rounds = new ArrayList<>();

	/** Beside the score: by name, of each iteration. */
	private final Map<String, List<Double>> more = new HashMap<>();

	/** Add the results of one round's fork. */
	void add(Collection<RunResult> results) {
		List<Double> scores = new ArrayList<>();
		for (RunResult result : results) {
			for (BenchmarkResult fork : result.getBenchmarkResults()) {
				for (IterationResult iteration : fork.getIterationResults()) {
					scores.add(iteration.getPrimaryResult().getScore());
					iteration.getSecondaryResults()
						.forEach((name, secondary) -> this.more.computeIfAbsent(name, (key) -> new ArrayList<>())
							.add(secondary.getScore()));
				}
			}
		}
		if (scores.isEmpty()) {
			throw new IllegalStateException("A fork delivered nothing; its output says why");
		}
		this.rounds.add(scores);
	}

	double median() {
		return median(this.rounds.stream().flatMap(List::stream).toList());
	}

	double round(int number) {
		return median(this.rounds.get(number));
	}

	double min() {
		return this.rounds.stream().flatMap(List::stream).mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
	}

	double max() {
		return this.rounds.stream().flatMap(List::stream).mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
	}

	/** Whether more than the score and the allocation rate was measured. */
	boolean hasDetails() {
		return !Double.isNaN(detail("p50")) || !Double.isNaN(detail("clientMicros"));
	}

	/** The median of something measured beside the score, NaN if it was not. */
	double detail(String name) {
		List<Double> values = this.more.getOrDefault(name, List.of())
			.stream()
			.filter((value) -> !value.isNaN())
			.toList();
		return values.isEmpty() ? Double.NaN : median(values);
	}

	static double median(List<Double> values) {
		List<Double> sorted = values.stream().sorted().toList();
		int middle = sorted.size() / 2;
		return (sorted.size() % 2 == 1) ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
	}

}
