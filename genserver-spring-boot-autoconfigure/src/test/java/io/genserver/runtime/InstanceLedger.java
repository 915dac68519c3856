package io.genserver.runtime;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Counts the live instances of each server and key outside of the engine, as a database
 * would see them: an instance is opened before its constructor does anything slow, and
 * closed when its termination has done everything. Safe for use by many threads.
 */
final class InstanceLedger {

	private final Map<String, AtomicInteger> live = new ConcurrentHashMap<>();

	private final List<String> violations = Collections.synchronizedList(new ArrayList<>());

	/** The constructor of an instance begins. */
	void open(String label) {
		int now = live(label).incrementAndGet();
		if (now != 1) {
			this.violations.add(now + " live instances of " + label);
		}
	}

	/** The termination of an instance has ended, or its constructor has failed. */
	void close(String label) {
		live(label).decrementAndGet();
	}

	private AtomicInteger live(String label) {
		return this.live.computeIfAbsent(label, (absent) -> new AtomicInteger());
	}

	/** There were never two, and all have ended. */
	void check() {
		assertThat(this.violations).as("instances that were live at once").isEmpty();
		this.live.forEach((label, count) -> assertThat(count).as("live instances of " + label).hasValue(0));
	}

}
