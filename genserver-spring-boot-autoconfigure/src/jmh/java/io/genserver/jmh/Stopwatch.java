package io.genserver.jmh;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.util.SampleBuffer;
import org.openjdk.jmh.util.Statistics;

/**
 * Collects how long operations take. Some of them only, so that looking at the clock does
 * not show in the score.
 */
@State(Scope.Benchmark)
public class Stopwatch {

	/** Of how many operations one is timed. */
	static final int SAMPLED = 16;

	private SampleBuffer latencies = new SampleBuffer();

	@Setup(Level.Iteration)
	public void begin() {
		this.latencies = new SampleBuffer();
	}

	@TearDown(Level.Iteration)
	public void end(Details details) {
		synchronized (this.latencies) {
			Statistics statistics = this.latencies.getStatistics(1e-3);
			details.p50 = statistics.getPercentile(50);
			details.p99 = statistics.getPercentile(99);
			details.p999 = statistics.getPercentile(99.9);
		}
	}

	/** Note how long an operation took. */
	void took(long nanos) {
		synchronized (this.latencies) {
			this.latencies.add(nanos);
		}
	}

}
