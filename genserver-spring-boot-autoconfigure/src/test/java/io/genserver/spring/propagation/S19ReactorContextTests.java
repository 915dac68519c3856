package io.genserver.spring.propagation;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.genserver.Caller;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerContextPropagationAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerReactiveSecurityAutoConfiguration;
import io.genserver.runtime.contract.ReplyAdapter;
import io.genserver.runtime.contract.ReplyAdapters;
import io.genserver.spring.ReactiveReplyAdapters;
import io.genserver.spring.security.ReactiveSecurityContext;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a handler's Mono or Flux finds in Reactor's context.
 */
class S19ReactorContextTests {

	private static final Authentication ADA = new TestingAuthenticationToken("ada", "x", "ROLE_ADMIN");

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, GenServerAutoConfiguration.class,
				GenServerContextPropagationAutoConfiguration.class, GenServerReactiveSecurityAutoConfiguration.class))
		.withPropertyValues("genserver.call-timeout=30s")
		.withUserConfiguration(Secured.class, WhoServer.class);

	@AfterEach
	void clear() {
		MDC.clear();
		SecurityContextHolder.clearContext();
	}

	@Test
	void S19_aHandlersMonoOrFluxFindsWhatItsSenderHadInReactorsContext() {
		this.runner.run((context) -> {
			Who who = context.getBean(Who.class);
			assertThat(who.order().contextWrite((written) -> written.put("order", "17")).block(HangGuard.DURATION))
				.isEqualTo("17");
			assertThat(who.orders().contextWrite((written) -> written.put("order", "18")).blockLast(HangGuard.DURATION))
				.isEqualTo("18");
			assertThat(who.order().block(HangGuard.DURATION)).isEqualTo("none");
		});
	}

	@Test
	void S19_itFindsItsMessageAndWhoSentIt() {
		this.runner.run((context) -> assertThat(context.getBean(Who.class).message().block(HangGuard.DURATION))
			.isEqualTo("who Local"));
	}

	@Test
	void S19_itFindsWhoIsAuthenticatedOnTheThreadOrInReactorsContext() {
		this.runner.run((context) -> {
			Who who = context.getBean(Who.class);
			assertThat(who.name()
				.contextWrite(ReactiveSecurityContextHolder.withAuthentication(ADA))
				.block(HangGuard.DURATION)).isEqualTo("ada");
			assertThat(who.name().block(HangGuard.DURATION)).isEqualTo("nobody");
			SecurityContextHolder.getContext().setAuthentication(ADA);
			assertThat(who.name().block(HangGuard.DURATION)).isEqualTo("ada");
			assertThat(who.future().get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("future");
		});
	}

	@Test
	void S19_reactiveMethodSecurityDecidesByTheCaller() {
		this.runner.run((context) -> {
			Who who = context.getBean(Who.class);
			assertThatExceptionOfType(AccessDeniedException.class)
				.isThrownBy(() -> who.secret().block(HangGuard.DURATION));
			assertThat(who.secret()
				.contextWrite(ReactiveSecurityContextHolder.withAuthentication(ADA))
				.block(HangGuard.DURATION)).isEqualTo("secret");
		});
	}

	@Test
	void S19_diagnosticsFollowThroughOperatorsWhereReactorPropagatesThem() {
		this.runner.withPropertyValues("spring.reactor.context-propagation=auto").run((context) -> {
			// As Spring Boot does with this property.
			Hooks.enableAutomaticContextPropagation();
			try {
				MDC.put("order", "17");
				Mono<String> diagnostics = context.getBean(Who.class).diagnostics();
				assertThat(diagnostics.block(HangGuard.DURATION)).isEqualTo("17");
			}
			finally {
				Hooks.disableAutomaticContextPropagation();
			}
		});
	}

	@Test
	void S19_withoutTheLibraryItFindsItsMessageAndWhoIsAuthenticatedOnItsThread() {
		ReplyAdapters adapters = ReactiveReplyAdapters.create(getClass().getClassLoader(), null,
				() -> List.of(new ReactiveSecurityContext()));
		ReplyAdapter.Single adapter = (ReplyAdapter.Single) Objects.requireNonNull(adapters.find(Mono.class));
		SecurityContextHolder.getContext().setAuthentication(ADA);
		assertThat(adapter.fromHandler(new WhoServer().name())).succeedsWithin(HangGuard.DURATION).isEqualTo("ada");
		SecurityContextHolder.clearContext();
		assertThat(adapter.fromHandler(new WhoServer().name())).succeedsWithin(HangGuard.DURATION).isEqualTo("nobody");
	}

	interface Who {

		Mono<String> order();

		Flux<String> orders();

		Mono<String> message();

		Mono<String> name();

		Mono<String> secret();

		Mono<String> diagnostics();

		CompletableFuture<String> future();

	}

	@GenServer("who")
	static class WhoServer implements Who {

		@Override
		public Mono<String> order() {
			return Mono.just(1)
				.publishOn(Schedulers.parallel())
				.flatMap((one) -> Mono.deferContextual((found) -> Mono.just(found.getOrDefault("order", "none"))));
		}

		@Override
		public Flux<String> orders() {
			return Flux.deferContextual((found) -> Flux.just(found.<String>getOrDefault("order", "none")));
		}

		@Override
		public Mono<String> message() {
			return Mono.deferContextual((found) -> Mono.just(found.get(GenServerContext.class).name() + " "
					+ found.get(Caller.class).getClass().getSimpleName()));
		}

		@Override
		public Mono<String> name() {
			return Mono.just(1)
				.publishOn(Schedulers.parallel())
				.flatMap((one) -> ReactiveSecurityContextHolder.getContext())
				.map((found) -> found.getAuthentication().getName())
				.defaultIfEmpty("nobody");
		}

		@Override
		@PreAuthorize("hasRole('ADMIN')")
		public Mono<String> secret() {
			return Mono.just("secret");
		}

		@Override
		public Mono<String> diagnostics() {
			return Mono.just(1).publishOn(Schedulers.parallel()).map((one) -> String.valueOf(MDC.get("order")));
		}

		@Override
		public CompletableFuture<String> future() {
			return CompletableFuture.completedFuture("future");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableReactiveMethodSecurity
	static class Secured {

	}

}
