package io.genserver.test;

import java.util.concurrent.TimeUnit;

/**
 * The last steps of a {@link SeededScheduler}, for its dumps. Costs next to nothing until
 * it is read.
 */
final class ScheduleTrace {

	private static final int KEPT = 64;

	private final String[] kinds = new String[KEPT];

	private final Object[] subjects = new Object[KEPT];

	private final long[] times = new long[KEPT];

	private int steps;

	void step(String kind, Object subject, long time) {
		int at = this.steps++ % KEPT;
		this.kinds[at] = kind;
		this.subjects[at] = subject;
		this.times[at] = time;
	}

	int steps() {
		return this.steps;
	}

	void dump(StringBuilder to) {
		int first = Math.max(0, this.steps - KEPT);
		to.append("Last ").append(this.steps - first).append(" of ").append(this.steps).append(" steps:\n");
		for (int step = first; step < this.steps; step++) {
			int at = step % KEPT;
			to.append(step)
				.append(" at ")
				.append(TimeUnit.NANOSECONDS.toMicros(this.times[at]))
				.append(" us: ")
				.append(this.kinds[at])
				.append(' ')
				.append(this.subjects[at])
				.append('\n');
		}
	}

}
