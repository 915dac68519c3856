package io.genserver.jmh;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A line of the table: one of our benchmarks, the peer's twin, and the ratio aimed at.
 *
 * @param what what is measured
 * @param ours our side
 * @param peer the other side
 * @param target the least ratio aimed at; 0 for none
 */
record Scenario(String what, Side ours, Side peer, double target) {

	static List<Scenario> all() {
		return List.of(
				new Scenario("cast, 1 producer", new Side(CastBenchmark.class, "genserver", 1),
						new Side(CastBenchmark.class, "pekko", 1), 1.5),
				new Scenario("cast, 2 producers", new Side(CastBenchmark.class, "genserver", 2),
						new Side(CastBenchmark.class, "pekko", 2), 1.5),
				new Scenario("blocking call, idle server", new Side(CallBenchmark.class, "genserver", 1),
						new Side(CallBenchmark.class, "pekko", 1), 10),
				new Scenario("async calls, 64 outstanding", new Side(AsyncCallBenchmark.class, "genserver", 1),
						new Side(AsyncCallBenchmark.class, "pekko", 1), 1.5),
				new Scenario("async calls, 64 outstanding, callback",
						new Side(AsyncCallBenchmark.class, "genserverCallback", 1),
						new Side(AsyncCallBenchmark.class, "pekkoCallback", 1), 1.5),
				new Scenario("ring, 2000 servers, per hop", new Side(RingBenchmark.class, "genserver", 1),
						new Side(RingBenchmark.class, "pekko", 1), 5),
				new Scenario("cast by contract, 1 producer", new Side(CastBenchmark.class, "genserverContract", 1),
						new Side(CastBenchmark.class, "pekko", 1), 0),
				new Scenario("blocking call by contract", new Side(CallBenchmark.class, "genserverContract", 1),
						new Side(CallBenchmark.class, "pekko", 1), 0),
				new Scenario("async calls by contract, 64 outstanding",
						new Side(AsyncCallBenchmark.class, "genserverContract", 1),
						new Side(AsyncCallBenchmark.class, "pekko", 1), 0));
	}

	/**
	 * A benchmark method and the number of threads that run it.
	 *
	 * @param benchmark the class
	 * @param method the method
	 * @param threads number of threads
	 */
	record Side(Class<?> benchmark, String method, int threads) {

		/** What selects exactly this method. */
		String pattern() {
			return "^" + Pattern.quote(this.benchmark.getName() + "." + this.method) + "$";
		}

	}

}
