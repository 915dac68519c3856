package io.genserver.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A line of a table: one of our benchmarks, another side's twin, and the ratio aimed at.
 *
 * @param table the table
 * @param what what is measured
 * @param ours our side
 * @param peer the other side
 * @param target the least ratio aimed at; 0 for none
 */
record Scenario(Table table, String what, Side ours, Side peer, double target) {

	private static final String PEKKO = "Pekko";

	private static final String OURS = "ours";

	static List<Scenario> all() {
		List<Scenario> scenarios = new ArrayList<>();
		local(scenarios);
		remote(scenarios);
		growth(scenarios);
		return scenarios;
	}

	private static void local(List<Scenario> scenarios) {
		for (int producers : new int[] { 1, 2, 4, 8 }) {
			Side ours = Side.local(OURS, CastBenchmark.class, "genserver", producers);
			String what = "cast, " + producers + ((producers == 1) ? " producer" : " producers");
			scenarios.add(new Scenario(Table.LOCAL, what, ours,
					Side.local(PEKKO, CastBenchmark.class, "pekko", producers), (producers <= 2) ? 1.5 : 0));
			scenarios.add(new Scenario(Table.LOCAL, what, ours,
					Side.local("virtual thread over a queue", CastBenchmark.class, "queueThread", producers), 0));
			scenarios.add(new Scenario(Table.LOCAL, what, ours,
					Side.local("bare JCTools queue", CastBenchmark.class, "bareQueue", producers), 0));
		}
		scenarios.add(pekko("blocking call, idle server", CallBenchmark.class, "genserver", "pekko", 10));
		scenarios.add(pekko("async calls, 64 outstanding", AsyncCallBenchmark.class, "genserver", "pekko", 1.5));
		scenarios.add(pekko("async calls, 64 outstanding, callback", AsyncCallBenchmark.class, "genserverCallback",
				"pekkoCallback", 1.5));
		scenarios.add(pekko("ring, 2000 servers, per hop", RingBenchmark.class, "genserver", "pekko", 5));
		scenarios.add(pekko("ping-pong, 16 pairs, per bounce", PairsBenchmark.class, "genserver", "pekko", 0));
		scenarios.add(new Scenario(Table.LOCAL, "ping-pong, 16 pairs, per bounce",
				Side.local(OURS, PairsBenchmark.class, "genserver", 1),
				Side.local("virtual threads over queues", PairsBenchmark.class, "queueThread", 1), 0));
		scenarios.add(pekko("cast by contract, 1 producer", CastBenchmark.class, "genserverContract", "pekko", 0));
		scenarios.add(pekko("blocking call by contract", CallBenchmark.class, "genserverContract", "pekko", 0));
		scenarios.add(pekko("async calls by contract, 64 outstanding", AsyncCallBenchmark.class, "genserverContract",
				"pekko", 0));
	}

	private static Scenario pekko(String what, Class<?> benchmark, String ours, String peer, double target) {
		return new Scenario(Table.LOCAL, what, Side.local(OURS, benchmark, ours, 1),
				Side.local(PEKKO, benchmark, peer, 1), target);
	}

	private static void growth(List<Scenario> scenarios) {
		for (String receivers : List.of("1", "100", "10000", "1000000")) {
			Map<String, String> size = Map.of("receivers", receivers);
			scenarios.add(new Scenario(Table.GROWTH, "growth: casts to " + receivers + " servers by turns",
					new Side(Table.GROWTH, OURS, CrowdBenchmark.class, "genserver", 1, size),
					new Side(Table.GROWTH, PEKKO, CrowdBenchmark.class, "pekko", 1, size), 0));
		}
		Side one = full("beside", "1");
		scenarios
			.add(new Scenario(Table.GROWTH, "growth: casts with 1000 full mailboxes", full("beside", "1000"), one, 0));
		scenarios.add(new Scenario(Table.GROWTH, "growth: refused casts, 1000 full mailboxes", full("refused", "1000"),
				full("refused", "1"), 0));
		for (String connections : List.of("1", "100", "2000")) {
			Map<String, String> size = Map.of("connections", connections, "inFlight", "64");
			scenarios.add(new Scenario(Table.GROWTH, "growth: 64 remote calls in flight, connections: " + connections,
					Side.remote(Table.GROWTH, OURS, RemotePeer.GENSERVER, "window", size),
					Side.remote(Table.GROWTH, "RSocket", RemotePeer.RSOCKET, "window", size), 0));
		}
	}

	private static Side full(String method, String mailboxes) {
		return new Side(Table.GROWTH, mailboxes.equals("1") ? "one full mailbox" : OURS, FullMailboxBenchmark.class,
				method, 1, Map.of("fullMailboxes", mailboxes));
	}

	private static void remote(List<Scenario> scenarios) {
		remote(scenarios, "remote call, 1 in flight", "sequential", Map.of(), 1.2);
		remote(scenarios, "remote calls, 64 in flight", "window", Map.of("inFlight", "64"), 3);
		remote(scenarios, "remote calls, 512 in flight", "window", Map.of("inFlight", "512"), 3);
		remote(scenarios, "remote calls, 64 in flight, flatMap", "merged", Map.of("inFlight", "64"), 0);
		remote(scenarios, "remote stream, per item", "stream", Map.of(), 2);
	}

	private static void remote(List<Scenario> scenarios, String what, String method, Map<String, String> parameters,
			double target) {
		Side ours = Side.remote(Table.REMOTE, "ours", RemotePeer.GENSERVER, method, parameters);
		Side base = Side.remote(Table.REMOTE, "ours, base mode", RemotePeer.GENSERVER_BASE, method, parameters);
		Side rsocket = Side.remote(Table.REMOTE, "RSocket", RemotePeer.RSOCKET, method, parameters);
		Side floor = Side.remote(Table.REMOTE, "bare WebSocket", RemotePeer.NETTY, method, parameters);
		scenarios.add(new Scenario(Table.REMOTE, what, ours, rsocket, target));
		scenarios.add(new Scenario(Table.REMOTE, what + ", base mode", base, rsocket, 0));
		scenarios.add(new Scenario(Table.REMOTE, what, ours, floor, 0));
	}

	/** What belongs together. */
	enum Table {

		/** Within one JVM. */
		LOCAL(1, 1),

		/** Over a connection: two JVMs have to get warm. */
		REMOTE(4, 2),

		/** The same with more of it. */
		GROWTH(2, 1);

		private final int warmup;

		private final int iteration;

		Table(int warmup, int iteration) {
			this.warmup = warmup;
			this.iteration = iteration;
		}

		/** How many times as long iterations are that warm up. */
		int warmup() {
			return this.warmup;
		}

		/** How many times as long iterations are that count. */
		int iteration() {
			return this.iteration;
		}

	}

	/**
	 * A benchmark method, its parameters and the number of threads that run it.
	 *
	 * @param table the table it is measured for
	 * @param name whose it is
	 * @param benchmark the class
	 * @param method the method
	 * @param threads number of threads
	 * @param parameters values of the benchmark's parameters
	 */
	record Side(Table table, String name, Class<?> benchmark, String method, int threads,
			Map<String, String> parameters) {

		static Side local(String name, Class<?> benchmark, String method, int threads) {
			return new Side(Table.LOCAL, name, benchmark, method, threads, Map.of());
		}

		static Side remote(Table table, String name, RemotePeer peer, String method, Map<String, String> parameters) {
			Map<String, String> all = new TreeMap<>(parameters);
			all.put("peer", peer.name());
			return new Side(table, name, RemoteBenchmark.class, method, 1, all);
		}

		/** What selects exactly this method. */
		String pattern() {
			return "^" + Pattern.quote(this.benchmark.getName() + "." + this.method) + "$";
		}

		@Override
		public String toString() {
			return this.benchmark.getSimpleName() + "." + this.method + this.parameters + ", " + this.threads
					+ " threads";
		}

	}

}
