package io.genserver.jmh;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * What the forks of one side measured: operations per second of each iteration, grouped
 * by round, and bytes allocated per operation.
 */
final class Samples {

	private final List<List<Double>> rounds = new ArrayList<>();

	private final List<Double> bytes = new ArrayList<>();

	/** Add the results of one round's fork. */
	void add(Collection<RunResult> results) {
		List<Double> scores = new ArrayList<>();
		for (RunResult result : results) {
			for (BenchmarkResult fork : result.getBenchmarkResults()) {
				for (IterationResult iteration : fork.getIterationResults()) {
					scores.add(iteration.getPrimaryResult().getScore());
				}
			}
			Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
			if (allocated != null) {
				this.bytes.add(allocated.getScore());
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

	double bytesPerOperation() {
		return this.bytes.isEmpty() ? Double.NaN : median(this.bytes);
	}

	private static double median(List<Double> values) {
		List<Double> sorted = values.stream().sorted().toList();
		int middle = sorted.size() / 2;
		return (sorted.size() % 2 == 1) ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
	}

}
