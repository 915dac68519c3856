package io.genserver.rpc.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.MuxioClient;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * An application with an RPC endpoint on a port of its own.
 */
final class RpcApplication implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private RpcApplication(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/** Start with properties and, if any, program arguments and classes of beans. */
	static RpcApplication start(Object... propertiesAndBeans) {
		List<String> properties = new ArrayList<>(
				List.of("server.port=0", "genserver.rpc.enabled=true", "genserver.rpc.exposed=*",
						"spring.lifecycle.timeout-per-shutdown-phase=5m", "spring.main.banner-mode=off"));
		List<String> arguments = new ArrayList<>();
		List<Class<?>> beans = new ArrayList<>(List.of(Servers.class));
		for (Object each : propertiesAndBeans) {
			if (each instanceof Class<?> bean) {
				beans.add(bean);
			}
			else if (((String) each).startsWith("--")) {
				arguments.add((String) each);
			}
			else {
				properties.add((String) each);
			}
		}
		return new RpcApplication(
				new SpringApplicationBuilder(beans.toArray(Class<?>[]::new)).web(WebApplicationType.REACTIVE)
					.properties(properties.toArray(String[]::new))
					.run(arguments.toArray(String[]::new)));
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	int port() {
		return Integer.parseInt(this.context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	MuxioClient client() {
		return MuxioClient.connect(port());
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	RpcConnections connections() {
		return bean(RpcConnections.class);
	}

	Probe probe() {
		return bean(Probe.class);
	}

	@Override
	public void close() {
		this.context.close();
	}

	/** Wait for a condition. */
	static void await(BooleanSupplier condition) {
		long start = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - start > HangGuard.DURATION.toNanos()) {
				throw new AssertionError("The condition does not come true");
			}
			Thread.yield();
		}
	}

	/** Wait for a latch. */
	static void await(CountDownLatch latch) {
		try {
			if (!latch.await(HangGuard.SECONDS, TimeUnit.SECONDS)) {
				throw new AssertionError("The latch does not open");
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** What tests see of the servers. */
	static class Probe {

		final CountDownLatch held = new CountDownLatch(1);

		final CountDownLatch release = new CountDownLatch(1);

		final CountDownLatch cancelled = new CountDownLatch(1);

		final CountDownLatch floodEnded = new CountDownLatch(1);

		final AtomicInteger taken = new AtomicInteger();

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Servers {

		/** Its own, since closing the shared ones ends the servers of other contexts. */
		@Bean
		ReactorResourceFactory reactorResourceFactory() {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			resources.setShutdownQuietPeriod(Duration.ZERO);
			return resources;
		}

		@Bean
		Probe probe() {
			return new Probe();
		}

		@Bean
		@GenServer
		KeyValueServer kv(Probe probe) {
			return new KeyValueServer(probe);
		}

		@Bean
		@GenServer
		MathServer math() {
			return new MathServer();
		}

		@Bean
		@GenServer
		GateServer gate(Probe probe, GenServerContext context) {
			return new GateServer(probe, context);
		}

	}

	interface KeyValue {

		@Nullable String get(String key);

		void set(String key, String value);

		/** Items for as long as they are asked for. */
		Flux<String> flood(int length);

	}

	interface Math {

		byte[] add(byte[] terms);

		byte[] echo(byte[] bytes);

	}

	interface Gate {

		/** Returns when the test lets it. */
		@Call(timeout = "1m")
		String hold();

		/** Returns when its caller has given it up. */
		@Call(timeout = "1m")
		String untilCancelled();

		@Cast
		void take(byte[] bytes);

	}

	static class KeyValueServer implements KeyValue {

		private final Map<String, String> map = new HashMap<>();

		private final Probe probe;

		KeyValueServer(Probe probe) {
			this.probe = probe;
		}

		@Override
		public @Nullable String get(String key) {
			return this.map.get(key);
		}

		@Override
		public void set(String key, String value) {
			this.map.put(key, value);
		}

		@Override
		public Flux<String> flood(int length) {
			return Flux.<String>generate((sink) -> sink.next("x".repeat(length)))
				.doFinally((end) -> this.probe.floodEnded.countDown());
		}

	}

	static class MathServer implements Math {

		@Override
		public byte[] add(byte[] terms) {
			return "result!".getBytes(StandardCharsets.UTF_8);
		}

		@Override
		public byte[] echo(byte[] bytes) {
			return bytes;
		}

	}

	static class GateServer implements Gate {

		private final Probe probe;

		private final GenServerContext context;

		GateServer(Probe probe, GenServerContext context) {
			this.probe = probe;
			this.context = context;
		}

		@Override
		public String hold() {
			this.probe.held.countDown();
			RpcApplication.await(this.probe.release);
			return "released";
		}

		@Override
		public String untilCancelled() {
			this.probe.held.countDown();
			await(this.context::isCancelled);
			this.probe.cancelled.countDown();
			return "cancelled";
		}

		@Override
		public void take(byte[] bytes) {
			this.probe.taken.addAndGet(bytes.length);
		}

	}

}
