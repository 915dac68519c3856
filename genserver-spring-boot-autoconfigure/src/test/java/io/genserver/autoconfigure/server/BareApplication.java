package io.genserver.autoconfigure.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.Every;
import io.genserver.GenServer;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import io.genserver.Request;
import io.genserver.background.BackgroundService;
import io.genserver.background.CancellationToken;
import io.genserver.background.Step;
import io.genserver.testsupport.HangGuard;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.core.ResolvableType;
import org.springframework.stereotype.Component;

/**
 * An application with servers that needs nothing but the starter.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ BareApplication.CounterServer.class, BareApplication.RoomServer.class, BareApplication.Feed.class })
class BareApplication {

	/** Start, use the servers, stop. */
	static String run() throws Exception {
		SpringApplication application = new SpringApplication(BareApplication.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setRegisterShutdownHook(false);
		try (ConfigurableApplicationContext context = application.run("--spring.main.banner-mode=off",
				"--genserver.servers.room.max-instances=2")) {
			Counter counter = context.getBean(Counter.class);
			GenServerRegistry registry = context.getBean(GenServerRegistry.class);
			counter.add(40);
			counter.cast(2);
			context.publishEvent("event");
			GenServerRef<CounterServer> ref = registry.ref("counter");
			int length = ref.call((server) -> server.heard.length());
			Keyed<?> rooms = (Keyed<?>) context
				.getBeanProvider(ResolvableType.forClassWithGenerics(Keyed.class, RoomServer.class))
				.getObject();
			rooms.ref("lobby").callAsync((room) -> 0).get(HangGuard.SECONDS, TimeUnit.SECONDS);
			context.getBean(Feed.class).fed.get(HangGuard.SECONDS, TimeUnit.SECONDS);
			return counter.value().get(HangGuard.SECONDS, TimeUnit.SECONDS) + " " + length + " "
					+ registry.call("counter", new Twice(4)) + " " + registry.info("room").instances();
		}
	}

	/** Start, with libraries missing, and return what the analysis says. */
	static String failure(WebApplicationType type, String... arguments) {
		SpringApplication application = new SpringApplication(BareApplication.class);
		application.setWebApplicationType(type);
		application.setRegisterShutdownHook(false);
		try {
			application.run(arguments).close();
			return "started";
		}
		catch (RuntimeException ex) {
			FailureAnalysis analysis = new MissingLibraryFailureAnalyzer().analyze(ex);
			return (analysis != null) ? analysis.getDescription() + " " + analysis.getAction() : ex.toString();
		}
	}

	static String clientFailure() {
		return failure(WebApplicationType.NONE, "--genserver.clients.shop.uri=ws://localhost:1/ws");
	}

	static String endpointFailure() {
		return failure(WebApplicationType.REACTIVE, "--genserver.rpc.enabled=true", "--server.port=0");
	}

	public interface Counter {

		long add(long by);

		@Cast
		void cast(long by);

		CompletableFuture<Long> value();

	}

	record Twice(int value) implements Request<Integer> {
	}

	@GenServer("counter")
	static class CounterServer implements Counter {

		private long value;

		private String heard = "";

		@Override
		public long add(long by) {
			this.value += by;
			return this.value;
		}

		@Override
		public void cast(long by) {
			this.value += by;
		}

		@Override
		public CompletableFuture<Long> value() {
			return CompletableFuture.completedFuture(this.value);
		}

		@Call
		int on(Twice message) {
			return 2 * message.value();
		}

		@EventListener
		void on(String event) {
			this.heard = event;
		}

		@Every("1h")
		void tick() {
		}

	}

	@GenServer(name = "room", keyed = true)
	static class RoomServer {

	}

	@Component("feed")
	static class Feed implements BackgroundService<String> {

		private final CompletableFuture<Boolean> fed = new CompletableFuture<>();

		@Override
		public Step<String> run(CancellationToken token) {
			this.fed.complete(true);
			return Step.done();
		}

	}

}
