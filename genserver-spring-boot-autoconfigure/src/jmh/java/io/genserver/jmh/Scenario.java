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

	static List<Scenario> all() {
		List<Scenario> scenarios = new ArrayList<>();
		scenarios.addAll(local());
		scenarios.addAll(remote());
		return scenarios;
	}

	private static List<Scenario> local() {
		return List.of(local("cast, 1 producer", CastBenchmark.class, "genserver", "pekko", 1, 1.5),
				local("cast, 2 producers", CastBenchmark.class, "genserver", "pekko", 2, 1.5),
				local("blocking call, idle server", CallBenchmark.class, "genserver", "pekko", 1, 10),
				local("async calls, 64 outstanding", AsyncCallBenchmark.class, "genserver", "pekko", 1, 1.5),
				local("async calls, 64 outstanding, callback", AsyncCallBenchmark.class, "genserverCallback",
						"pekkoCallback", 1, 1.5),
				local("ring, 2000 servers, per hop", RingBenchmark.class, "genserver", "pekko", 1, 5),
				local("cast by contract, 1 producer", CastBenchmark.class, "genserverContract", "pekko", 1, 0),
				local("blocking call by contract", CallBenchmark.class, "genserverContract", "pekko", 1, 0),
				local("async calls by contract, 64 outstanding", AsyncCallBenchmark.class, "genserverContract", "pekko",
						1, 0));
	}

	private static Scenario local(String what, Class<?> benchmark, String ours, String peer, int threads,
			double target) {
		return new Scenario(Table.LOCAL, what, new Side(Table.LOCAL, "ours", benchmark, ours, threads, Map.of()),
				new Side(Table.LOCAL, PEKKO, benchmark, peer, threads, Map.of()), target);
	}

	private static List<Scenario> remote() {
		List<Scenario> scenarios = new ArrayList<>();
		remote(scenarios, "remote call, 1 in flight", "sequential", Map.of(), 1.2);
		remote(scenarios, "remote calls, 64 in flight", "window", Map.of("inFlight", "64"), 3);
		remote(scenarios, "remote calls, 512 in flight", "window", Map.of("inFlight", "512"), 3);
		remote(scenarios, "remote calls, 64 in flight, flatMap", "merged", Map.of("inFlight", "64"), 0);
		remote(scenarios, "remote stream, per item", "stream", Map.of(), 2);
		return scenarios;
	}

	private static void remote(List<Scenario> scenarios, String what, String method, Map<String, String> parameters,
			double target) {
		Side ours = Side.remote("ours", RemotePeer.GENSERVER, method, parameters);
		Side base = Side.remote("ours, base mode", RemotePeer.GENSERVER_BASE, method, parameters);
		Side rsocket = Side.remote("RSocket", RemotePeer.RSOCKET, method, parameters);
		Side floor = Side.remote("bare WebSocket", RemotePeer.NETTY, method, parameters);
		scenarios.add(new Scenario(Table.REMOTE, what, ours, rsocket, target));
		scenarios.add(new Scenario(Table.REMOTE, what + ", base mode", base, rsocket, 0));
		scenarios.add(new Scenario(Table.REMOTE, what, ours, floor, 0));
	}

	/** What belongs together. */
	enum Table {

		/** Within one JVM. */
		LOCAL(1, 1),

		/** Over a connection: two JVMs have to get warm. */
		REMOTE(4, 2);

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

		static Side remote(String name, RemotePeer peer, String method, Map<String, String> parameters) {
			Map<String, String> all = new TreeMap<>(parameters);
			all.put("peer", peer.name());
			return new Side(Table.REMOTE, name, RemoteBenchmark.class, method, 1, all);
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
