package io.genserver.packaged;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.genserver.Call;
import io.genserver.Every;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.background.BackgroundService;
import io.genserver.background.CancellationToken;
import io.genserver.background.Step;
import io.genserver.rpc.client.GenServerClient;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import reactor.core.publisher.Mono;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Added to the packaged demo: servers and services that look around wherever code of an
 * application runs, and then end the application.
 */
@AutoConfiguration
public class ProbeConfiguration {

	@Bean(destroyMethod = "shutdown")
	ExecutorService pool() {
		// Threads with the class loader of the JDK, as those of many libraries have.
		return Executors.newSingleThreadExecutor((task) -> {
			Thread thread = new Thread(task, "pool");
			thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
			return thread;
		});
	}

	@Bean
	BackgroundService<String> looking() {
		return new LookingService();
	}

	@Bean
	ApplicationRunner lookAround(Probe probe, Pooled pooled, Environment environment,
			ConfigurableApplicationContext context) {
		return (arguments) -> {
			Look.from("main");
			probe.look();
			pooled.look();
			probe.later().thenRun(() -> Look.from("dependent")).get(30, TimeUnit.SECONDS);
			probe.besides().get(30, TimeUnit.SECONDS);
			probe.reactive().doOnNext((value) -> Look.from("Mono")).block(Duration.ofSeconds(30));
			String uri = "ws://localhost:" + environment.getRequiredProperty("local.server.port") + "/ws";
			try (GenServerClient client = GenServerClient.connect(URI.create(uri))) {
				Probe remote = client.server("probe", Probe.class);
				remote.later().thenRun(() -> Look.from("client")).get(30, TimeUnit.SECONDS);
				remote.reactive().doOnNext((value) -> Look.from("client's Mono")).block(Duration.ofSeconds(30));
			}
			ProbeServer.TICKED.await(30, TimeUnit.SECONDS);
			LookingService.LOOKED.await(30, TimeUnit.SECONDS);
			new Thread(() -> System.exit(SpringApplication.exit(context))).start();
		};
	}

	/** Its contract. */
	public interface Probe {

		/** Look in a handler. */
		String look();

		/** Answer after its caller has had time to ask for more. */
		CompletableFuture<String> later();

		/** Look beside the turn. */
		CompletableFuture<String> besides();

		/** Look where a Mono is subscribed to. */
		Mono<String> reactive();

	}

	/** On an executor of its own. */
	public interface Pooled {

		/** Look in a handler. */
		String look();

	}

	@GenServer("probe")
	static class ProbeServer implements Probe {

		static final CountDownLatch TICKED = new CountDownLatch(1);

		ProbeServer() {
			Look.from("constructor");
		}

		@PostConstruct
		void begin() {
			Look.from("@PostConstruct");
		}

		@PreDestroy
		void end() {
			Look.from("@PreDestroy");
		}

		@Every("10ms")
		void tick() {
			if (TICKED.getCount() > 0) {
				Look.from("@Every");
				TICKED.countDown();
			}
		}

		@Override
		public String look() {
			GenServerContext.current().continueWith(() -> Look.from("continuation"));
			return Look.from("handler");
		}

		@Override
		public CompletableFuture<String> later() {
			return new CompletableFuture<String>().completeOnTimeout("later", 50, TimeUnit.MILLISECONDS);
		}

		@Override
		@Call(concurrent = 2)
		public CompletableFuture<String> besides() {
			return CompletableFuture.completedFuture(Look.from("concurrent handler"));
		}

		@Override
		public Mono<String> reactive() {
			return Mono.fromCallable(() -> Look.from("handler's Mono"));
		}

	}

	@GenServer(name = "pooled", executor = "pool")
	static class PooledServer implements Pooled {

		@Override
		public String look() {
			return Look.from("user's executor");
		}

	}

	/** Looks once. */
	static class LookingService implements BackgroundService<String> {

		static final CountDownLatch LOOKED = new CountDownLatch(1);

		@Override
		public Step<String> run(CancellationToken token) {
			Look.from("background service");
			LOOKED.countDown();
			return Step.done();
		}

	}

}
