package io.genserver.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * What other processes do to the machine while a fork runs. Engines that hand work from
 * thread to thread suffer most when a processor is taken away from one of two threads
 * that spin for each other, so a fork measured then says little about either side.
 * <p>
 * Counts processor time, from the kernel's statistics: all of it, less that of ended
 * forks. Knows nothing, and says so, where there are no such statistics.
 */
final class Neighbours {

	private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(500);

	private static final double QUIET = 0.05;

	private long busy;

	private long total;

	private long forks;

	/**
	 * Wait until others leave the machine alone.
	 * @param seconds the longest wait
	 */
	void awaitQuiet(long seconds) throws InterruptedException {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
		while (System.nanoTime() - end < 0) {
			begin();
			TimeUnit.NANOSECONDS.sleep(LOOK);
			if (!(share() > QUIET)) {
				return;
			}
		}
	}

	/** Count from now on. */
	void begin() {
		try {
			read();
		}
		catch (IOException ex) {
			this.total = -1;
		}
	}

	/**
	 * Return what others took of all processors since the beginning.
	 * @return 0 to 1, or not a number if that is not known
	 */
	double share() {
		if (this.total < 0) {
			return Double.NaN;
		}
		long busyBefore = this.busy;
		long totalBefore = this.total;
		long forksBefore = this.forks;
		try {
			read();
		}
		catch (IOException ex) {
			return Double.NaN;
		}
		double others = (double) (this.busy - busyBefore) - (this.forks - forksBefore);
		return Math.max(0, others / Math.max(1, this.total - totalBefore));
	}

	private void read() throws IOException {
		String[] processors = Files.readAllLines(Path.of("/proc/stat")).get(0).trim().split("\\s+");
		long all = 0;
		for (int i = 1; i <= Math.min(8, processors.length - 1); i++) {
			all += Long.parseLong(processors[i]);
		}
		long idle = Long.parseLong(processors[4]) + Long.parseLong(processors[5]);
		String self = Files.readString(Path.of("/proc/self/stat"));
		String[] fields = self.substring(self.lastIndexOf(')') + 2).split(" ");
		this.total = all;
		this.busy = all - idle;
		this.forks = Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
	}

}
