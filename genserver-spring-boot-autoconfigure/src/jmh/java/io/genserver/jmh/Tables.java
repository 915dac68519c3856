package io.genserver.jmh;

import java.io.PrintStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.genserver.jmh.Scenario.Side;
import io.genserver.jmh.Scenario.Table;

/**
 * Writes what was measured as tables in Markdown: for each part of the report the ratios,
 * and, where more than a score was measured, what each side cost.
 */
final class Tables {

	private final PrintStream out;

	private final int rounds;

	Tables(PrintStream out, int rounds) {
		this.out = out;
		this.rounds = rounds;
	}

	void print(List<Scenario> scenarios, Map<Side, Samples> samples) {
		for (Table table : Table.values()) {
			List<Scenario> lines = scenarios.stream().filter((scenario) -> scenario.table() == table).toList();
			if (!lines.isEmpty()) {
				ratios(lines, samples);
				details(lines, samples);
			}
		}
	}

	private void ratios(List<Scenario> scenarios, Map<Side, Samples> samples) {
		this.out.println("| what | ours, op/s (min..max) | peer | peer, op/s (min..max) | ratio | per round | target |"
				+ " ours, B/op | peer, B/op |");
		this.out.println("|---|---|---|---|---|---|---|---|---|");
		for (Scenario scenario : scenarios) {
			ratio(scenario, samples.getOrDefault(scenario.ours(), new Samples()),
					samples.getOrDefault(scenario.peer(), new Samples()));
		}
		this.out.println();
	}

	private void ratio(Scenario scenario, Samples ours, Samples peer) {
		double least = Double.MAX_VALUE;
		double most = 0;
		for (int round = 0; round < this.rounds; round++) {
			double ratio = ours.round(round) / peer.round(round);
			least = Math.min(least, ratio);
			most = Math.max(most, ratio);
		}
		double ratio = ours.median() / peer.median();
		String target = (scenario.target() == 0) ? ""
				: String.format(Locale.ROOT, "≥ %.1f %s", scenario.target(), (ratio >= scenario.target()) ? "✓" : "✗");
		this.out.printf(Locale.ROOT, "| %s | %s | %s | %s | **%.2f** | %.2f..%.2f | %s | %.0f | %.0f |%n",
				scenario.what(), text(ours), scenario.peer().name(), text(peer), ratio, least, most, target,
				bytes(ours), bytes(peer));
	}

	/** Allocated where the caller is. */
	private static double bytes(Samples samples) {
		double client = samples.detail("clientBytes");
		return Double.isNaN(client) ? samples.detail("gc.alloc.rate.norm") : client;
	}

	private void details(List<Scenario> scenarios, Map<Side, Samples> samples) {
		Set<Side> seen = new LinkedHashSet<>();
		for (Scenario scenario : scenarios) {
			for (Side side : List.of(scenario.ours(), scenario.peer())) {
				Samples measured = samples.getOrDefault(side, new Samples());
				if (!measured.hasDetails() || !seen.add(side)) {
					continue;
				}
				if (seen.size() == 1) {
					this.out.println("| what | side | op/s | p50, µs | p99, µs | p99.9, µs | client, CPU µs/op |"
							+ " server, CPU µs/op | client, B/op | server, B/op |");
					this.out.println("|---|---|---|---|---|---|---|---|---|---|");
				}
				this.out.printf(Locale.ROOT, "| %s | %s | %,.0f | %s | %s | %s | %s | %s | %s | %s |%n",
						scenario.what(), side.name(), measured.median(), detail(measured, "p50", "%,.1f"),
						detail(measured, "p99", "%,.1f"), detail(measured, "p999", "%,.1f"),
						detail(measured, "clientMicros", "%.2f"), detail(measured, "serverMicros", "%.2f"),
						detail(measured, "clientBytes", "%.0f"), detail(measured, "serverBytes", "%.0f"));
			}
		}
		if (!seen.isEmpty()) {
			this.out.println();
		}
	}

	private static String detail(Samples samples, String name, String format) {
		double value = samples.detail(name);
		return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
	}

	private static String text(Samples samples) {
		return String.format(Locale.ROOT, "%,.0f (%,.0f..%,.0f)", samples.median(), samples.min(), samples.max());
	}

}
