package io.genserver.spring.propagation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.genserver.Cast;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import io.genserver.KeyedReplies;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerContextPropagationAutoConfiguration;
import io.genserver.testsupport.HangGuard;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class S19ContextPropagationTests {

	private static final String TRACE = "test.trace";

	private static final ThreadLocal<@Nullable String> CURRENT_TRACE = new ThreadLocal<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(GenServerAutoConfiguration.class,
				GenServerContextPropagationAutoConfiguration.class))
		.withPropertyValues("genserver.call-timeout=30s")
		.withUserConfiguration(MirrorServer.class, RelayServer.class);

	@BeforeEach
	void register() {
		ContextRegistry.getInstance().registerThreadLocalAccessor(new TraceAccessor());
	}

	@AfterEach
	void clear() {
		ContextRegistry.getInstance().removeThreadLocalAccessor(TRACE);
		CURRENT_TRACE.remove();
		MDC.clear();
		SecurityContextHolder.clearContext();
	}

	@Test
	void S19_traceDiagnosticAndSecurityContextFollowAMessageAndAreGoneAfterIt() {
		this.runner.run((context) -> {
			Mirror mirror = context.getBean(Mirror.class);
			become("a");
			assertThat(mirror.look()).isEqualTo("a a a");
			assertThat(mirror.lookLater().get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("a a a");
			assertThat(mirror.lookLazily().block(HangGuard.DURATION)).isEqualTo("a a a");
			assertThat(mirror.stream().blockLast(HangGuard.DURATION)).isEqualTo("a a a");
			mirror.note();
			become(null);
			assertThat(mirror.noted()).isEqualTo("a a a");
			assertThat(mirror.look()).isEqualTo("null null null");
		});
	}

	@Test
	void S19_itIsThatOfTheMomentAMessageIsSent() {
		this.runner.run((context) -> {
			GenServerRef<MirrorServer> mirror = ref(context, MirrorServer.class);
			CountDownLatch gate = new CountDownLatch(1);
			mirror.cast((server) -> gate.await());
			become("a");
			CompletableFuture<String> first = mirror.callAsync(MirrorServer::look);
			become("b");
			CompletableFuture<String> second = mirror.callAsync(MirrorServer::look);
			become("c");
			gate.countDown();
			assertThat(List.of(first.get(HangGuard.SECONDS, TimeUnit.SECONDS),
					second.get(HangGuard.SECONDS, TimeUnit.SECONDS)))
				.containsExactly("a a a", "b b b");
			assertThat(MirrorServer.here()).isEqualTo("c c c");
		});
	}

	@Test
	void S19_whatAHandlerLeavesOnItsThreadIsGoneEvenIfItFails() {
		this.runner.run((context) -> {
			GenServerRef<MirrorServer> mirror = ref(context, MirrorServer.class);
			for (int i = 0; i < 100; i++) {
				assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> mirror.call((server) -> {
					become("left behind");
					throw new IllegalStateException("on purpose");
				}));
				assertThat(mirror.<String, RuntimeException>call(MirrorServer::look)).isEqualTo("null null null");
			}
		});
	}

	@Test
	void S19_theCallsOfAGroupOfKeysHaveThatOfTheCallerWhenEverTheyAreSent() {
		this.runner.withUserConfiguration(MirrorsServer.class).run((context) -> {
			Keyed<MirrorsServer> mirrors = context.getBean(GenServerRegistry.class)
				.keyed("mirrors", MirrorsServer.class);
			become("a");
			CompletableFuture<KeyedReplies<String>> asked = mirrors.askAll(List.of("k1", "k2", "k3", "k4", "k5"), 1,
					(mirror) -> MirrorServer.here());
			become("b");
			assertThat(asked.get(HangGuard.SECONDS, TimeUnit.SECONDS).replies().values()).hasSize(5)
				.containsOnly("a a a");
			assertThat(MirrorServer.here()).isEqualTo("b b b");
			become(null);
			assertThat(mirrors.askAll(List.of("k1", "k2"), 1, (mirror) -> MirrorServer.here())
				.get(HangGuard.SECONDS, TimeUnit.SECONDS)
				.replies()
				.values()).containsOnly("null null null");
		});
	}

	@Test
	void S19_nestedCallsHandItOn() {
		this.runner.run((context) -> {
			become("a");
			assertThat(context.getBean(Relay.class).relay()).isEqualTo("a a a");
		});
	}

	@Test
	void S19_aContinuationHasThatOfItsMessageAndATimerHasNone() {
		this.runner.run((context) -> {
			GenServerRef<MirrorServer> mirror = ref(context, MirrorServer.class);
			CompletableFuture<String> continued = new CompletableFuture<>();
			CompletableFuture<String> ticked = new CompletableFuture<>();
			become("a");
			mirror.cast((server) -> {
				GenServerContext.current().continueWith(() -> continued.complete(MirrorServer.here()));
				GenServerContext.current().schedule(Duration.ZERO, () -> ticked.complete(MirrorServer.here()));
			});
			assertThat(continued.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("a a a");
			assertThat(ticked.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("null null null");
		});
	}

	@Test
	void S19_aReactiveSubscribersContextCountsWhereTheThreadHasNone() {
		this.runner.run((context) -> {
			Mirror mirror = context.getBean(Mirror.class);
			assertThat(mirror.lookLazily()
				.contextWrite((values) -> values.put(TRACE, "subscriber"))
				.block(HangGuard.DURATION)).isEqualTo("subscriber null null");
			assertThat(mirror.stream()
				.contextWrite((values) -> values.put(TRACE, "subscriber"))
				.blockLast(HangGuard.DURATION)).isEqualTo("subscriber null null");
			assertThat(CURRENT_TRACE.get()).isNull();
		});
	}

	@Test
	void S19_withoutTheLibraryOrSwitchedOffNothingFollows() {
		this.runner.withPropertyValues("genserver.context-propagation.enabled=false").run((context) -> {
			become("a");
			assertThat(context.getBean(Mirror.class).look()).isEqualTo("null null null");
		});
		this.runner.withClassLoader(new FilteredClassLoader(ContextSnapshotFactory.class)).run((context) -> {
			assertThat(context).hasNotFailed().doesNotHaveBean(ContextPropagation.class);
			assertThat(context.getBean(Mirror.class).look()).isEqualTo("null null null");
		});
	}

	private static void become(@Nullable String who) {
		if (who == null) {
			CURRENT_TRACE.remove();
			MDC.clear();
			SecurityContextHolder.clearContext();
			return;
		}
		CURRENT_TRACE.set(who);
		MDC.put("who", who);
		SecurityContextHolder.setContext(SecurityContextHolder.createEmptyContext());
		SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken(who, "secret"));
	}

	@SuppressWarnings("unchecked")
	private static <S> GenServerRef<S> ref(org.springframework.context.ApplicationContext context, Class<S> type) {
		return context.getBean(io.genserver.GenServerRegistry.class).ref(type);
	}

	interface Mirror {

		String look();

		CompletableFuture<String> lookLater();

		Mono<String> lookLazily();

		Flux<String> stream();

		@Cast
		void note();

		String noted();

	}

	@GenServer("mirror")
	static class MirrorServer implements Mirror {

		private final AtomicReference<String> noted = new AtomicReference<>();

		static String here() {
			Authentication user = SecurityContextHolder.getContext().getAuthentication();
			return CURRENT_TRACE.get() + " " + MDC.get("who") + " " + ((user != null) ? user.getName() : null);
		}

		@Override
		public String look() {
			return here();
		}

		@Override
		public CompletableFuture<String> lookLater() {
			return CompletableFuture.completedFuture(here());
		}

		@Override
		public Mono<String> lookLazily() {
			return Mono.just(here());
		}

		@Override
		public Flux<String> stream() {
			return Flux.just(here());
		}

		@Override
		public void note() {
			this.noted.set(here());
		}

		@Override
		public String noted() {
			return this.noted.get();
		}

	}

	interface Relay {

		String relay();

	}

	@GenServer("relay")
	static class RelayServer implements Relay {

		private final Mirror mirror;

		RelayServer(Mirror mirror) {
			this.mirror = mirror;
		}

		@Override
		public String relay() {
			return this.mirror.look();
		}

	}

	private static final class TraceAccessor implements ThreadLocalAccessor<String> {

		@Override
		public Object key() {
			return TRACE;
		}

		@Override
		public @Nullable String getValue() {
			return CURRENT_TRACE.get();
		}

		@Override
		public void setValue(String value) {
			CURRENT_TRACE.set(value);
		}

		@Override
		public void setValue() {
			CURRENT_TRACE.remove();
		}

	}

	@GenServer(name = "mirrors", keyed = true)
	static class MirrorsServer {

	}

}
