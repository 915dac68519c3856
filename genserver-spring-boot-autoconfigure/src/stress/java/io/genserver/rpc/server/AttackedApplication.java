package io.genserver.rpc.server;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.management.ObjectName;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.GenServer;
import io.genserver.remote.RpcPeer;
import io.genserver.remote.RpcPeerEvent;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import io.netty.util.internal.PlatformDependent;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;

/**
 * The application that {@link AttackStressTests} attacks, in a JVM of its own with a
 * small heap. Answers each line of its input by one of its output that begins with
 * {@value #ANSWER}; all others are its log.
 */
final class AttackedApplication {

	static final String ANSWER = "= ";

	/** Bytes and class of a line of a histogram. */
	private static final Pattern LINE = Pattern.compile("(?m)^ *\\d+: +\\d+ +(\\d+) +(\\S+)");

	private AttackedApplication() {
	}

	/**
	 * Serve until the input ends.
	 * @param properties of the application
	 */
	public static void main(String[] properties) throws Exception {
		Buffers.count();
		Object[] all = new Object[properties.length + 1];
		System.arraycopy(properties, 0, all, 0, properties.length);
		all[properties.length] = Servers.class;
		try (RpcApplication application = RpcApplication.start(all)) {
			answer("port " + application.port());
			BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
			for (String line = in.readLine(); line != null; line = in.readLine()) {
				answer(switch (line) {
					case "weigh" -> weigh();
					case "state" -> state(application.connections());
					case "codes" -> application.bean(Closed.class).codes.toString();
					case "histogram" -> histogram().lines().limit(16).toList().toString();
					default -> "unknown";
				});
			}
		}
	}

	private static void answer(String text) {
		System.out.println("\n" + ANSWER + text);
	}

	/** Bytes of the objects that live, and of what is not on the heap. */
	private static String weigh() throws Exception {
		long heap = 0;
		for (Matcher line = LINE.matcher(histogram()); line.find();) {
			// The collector fills gaps with objects of this package.
			heap += line.group(2).contains("jdk.internal.vm.Filler") ? 0 : Long.parseLong(line.group(1));
		}
		long buffers = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)
			.stream()
			.mapToLong(BufferPoolMXBean::getMemoryUsed)
			.sum();
		long pool = (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider known)
				? known.metric().usedDirectMemory() : 0;
		return heap + " " + Math.max(buffers, Math.max(pool, PlatformDependent.usedDirectMemory()));
	}

	/** Of the objects that live: it collects all garbage first. */
	private static String histogram() throws Exception {
		return (String) ManagementFactory.getPlatformMBeanServer()
			.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
					new Object[] { new String[0] }, new String[] { String[].class.getName() });
	}

	private static String state(RpcConnections connections) {
		List<RpcConnection> open = connections.list();
		return open.size() + " " + open.stream().mapToLong(RpcConnection::bytesUnhandled).sum() + " "
				+ open.stream().mapToLong(RpcConnection::bytesUnsent).sum() + " "
				+ open.stream().mapToLong(RpcConnection::callsInFlight).sum() + " " + Buffers.open.sum();
	}

	/** Counts buffers of Netty that are allocated and not released. */
	private static final class Buffers<T> extends ResourceLeakDetector<T> {

		static final LongAdder open = new LongAdder();

		Buffers(Class<T> resource, int samplingInterval) {
			super(resource, samplingInterval);
		}

		/** Before the first class of Netty is used. */
		static void count() {
			ResourceLeakDetector.setLevel(Level.PARANOID);
			ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {

				@Override
				@SuppressWarnings("deprecation")
				public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval,
						long maxActive) {
					return new Buffers<>(resource, samplingInterval);
				}

			});
		}

		@Override
		public ResourceLeakTracker<T> track(T resource) {
			open.increment();
			return new Tracker<>();
		}

		@Override
		public ResourceLeakTracker<T> trackForcibly(T resource) {
			return track(resource);
		}

		private static final class Tracker<T> implements ResourceLeakTracker<T> {

			@Override
			public void record() {
			}

			@Override
			public void record(Object hint) {
			}

			@Override
			public boolean close(T resource) {
				open.decrement();
				return true;
			}

		}

	}

	/** With what connections were closed. */
	static class Closed {

		final Map<Integer, Integer> codes = new ConcurrentSkipListMap<>();

		@EventListener
		void on(RpcPeerEvent event) {
			if (event.state() == RpcPeer.State.CLOSED) {
				this.codes.merge(event.code(), 1, Integer::sum);
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(RoomServer.class)
	static class Servers {

		@Bean
		Closed closed() {
			return new Closed();
		}

		@Bean
		@GenServer
		BoardServer board() {
			return new BoardServer();
		}

		@Bean
		@GenServer
		BigServer big() {
			return new BigServer();
		}

		@Bean
		@GenServer
		SlowServer slow() {
			return new SlowServer();
		}

		@Bean
		@GenServer
		LiveServer live() {
			return new LiveServer();
		}

		/** The same for attackers alone: who else calls it waits behind all they send. */
		@Bean
		@GenServer("busy")
		SlowServer busy() {
			return new SlowServer();
		}

	}

	/** A server that others use, too. */
	interface Board {

		@Cast
		void post(int number);

		@Cast
		void fail(String text);

	}

	static class BoardServer implements Board {

		@Override
		public void post(int number) {
		}

		@Override
		public void fail(String text) {
			throw new IllegalArgumentException(text + "\n" + text);
		}

	}

	/** One instance for each key. */
	interface Room {

		@Cast
		void enter(int number);

		int sit(int number);

	}

	@GenServer(name = "room", keyed = true)
	static class RoomServer implements Room {

		@Override
		public void enter(int number) {
		}

		@Override
		public int sit(int number) {
			return number;
		}

	}

	/** Replies as long as its peer wants. */
	interface Big {

		/** May wait as it is. */
		record Page(String text) {
		}

		Page page(int length);

		/** Has to be encoded at once. */
		List<StringBuilder> lines(int length);

		@Call(timeout = "1m", concurrent = 64)
		Page later(int length);

		Flux<String> stream(int length);

		long upload(Flow.Publisher<byte[]> parts);

	}

	static class BigServer implements Big {

		@Override
		public Page page(int length) {
			return new Page("x".repeat(length));
		}

		@Override
		public List<StringBuilder> lines(int length) {
			return List.of(new StringBuilder("x".repeat(length)));
		}

		@Override
		public Page later(int length) {
			return page(length);
		}

		@Override
		public Flux<String> stream(int length) {
			return Flux.<String>generate((sink) -> sink.next("x".repeat(length)));
		}

		@Override
		public long upload(Flow.Publisher<byte[]> parts) {
			CompletableFuture<Long> sum = new CompletableFuture<>();
			reactor.adapter.JdkFlowAdapter.flowPublisherToFlux(parts)
				.map((part) -> (long) part.length)
				.reduce(0L, Long::sum)
				.subscribe(sum::complete, sum::completeExceptionally);
			return sum.join();
		}

	}

	/** Goes on for as long as its peer wants. */
	interface Live {

		Flux<String> watch();

		Flux<String> talk(Flux<byte[]> lines);

		@Call(timeout = "5m", concurrent = 100_000)
		Mono<String> later();

	}

	static class LiveServer implements Live {

		@Override
		public Flux<String> watch() {
			return Flux.never();
		}

		@Override
		public Flux<String> talk(Flux<byte[]> lines) {
			return lines.map((line) -> "x");
		}

		@Override
		public Mono<String> later() {
			return Mono.never();
		}

	}

	/** Takes a while for each message. */
	interface Slow {

		@Cast
		void note(String text);

		@Call(timeout = "1m")
		String wait(String text);

		int ask(int number);

	}

	static class SlowServer implements Slow {

		@Override
		public void note(String text) {
			LockSupport.parkNanos(100_000);
		}

		@Override
		public String wait(String text) {
			LockSupport.parkNanos(100_000);
			return text;
		}

		@Override
		public int ask(int number) {
			return number;
		}

	}

}
