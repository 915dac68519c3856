package io.genserver.autoconfigure.server;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.spring.web.GenServerExceptionHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.codec.autoconfigure.CodecsAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;

import static org.assertj.core.api.Assertions.assertThat;

class GenServerWebAutoConfigurationTest {

	private final ReactiveWebApplicationContextRunner reactive = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(GenServerAutoConfiguration.class, GenServerWebAutoConfiguration.class,
				WebFluxAutoConfiguration.class, HttpHandlerAutoConfiguration.class, CodecsAutoConfiguration.class,
				JacksonAutoConfiguration.class))
		.withUserConfiguration(Controller.class);

	@ParameterizedTest
	@ValueSource(strings = { "full", "unavailable", "timeout", "future", "mono", "executed" })
	void whatAServerCannotDoNowIsAnswered503WithoutItsInternals(String path) {
		this.reactive.run((context) -> {
			WebTestClient.ResponseSpec response = WebTestClient.bindToApplicationContext(context)
				.build()
				.get()
				.uri("/" + path)
				.exchange();
			response.expectStatus()
				.isEqualTo(503)
				.expectHeader()
				.contentType(MediaType.APPLICATION_PROBLEM_JSON)
				.expectBody(String.class)
				.value((body) -> assertThat(body).contains("\"status\":503")
					.contains(path.equals("timeout") ? "not answered in time" : "at present")
					.doesNotContain("secret"));
			if (path.equals("executed")) {
				response.expectHeader().doesNotExist("Retry-After");
			}
			else if (!path.equals("timeout")) {
				response.expectHeader().valueEquals("Retry-After", "1");
			}
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { OwnAdvice.class, UnorderedAdvice.class, LastAdvice.class })
	void theApplicationsOwnAdviceWins(Class<?> advice) {
		this.reactive.withUserConfiguration(advice).run((context) -> status(context, "full", 429));
	}

	@Test
	void theControllersOwnHandlerWins() {
		this.reactive.withUserConfiguration(OwnHandler.class).run((context) -> status(context, "own", 418));
	}

	@Test
	void otherExceptionsAreNoneOfItsBusiness() {
		this.reactive.run((context) -> status(context, "other", 500));
	}

	@Test
	void itCanBeSwitchedOffOrReplaced() {
		this.reactive.withPropertyValues("genserver.web.exception-handler.enabled=false").run((context) -> {
			assertThat(context).doesNotHaveBean(GenServerExceptionHandler.class);
			status(context, "full", 500);
		});
		this.reactive.withBean("own", GenServerExceptionHandler.class)
			.run((context) -> assertThat(context).hasSingleBean(GenServerExceptionHandler.class).hasBean("own"));
	}

	@Test
	void itIsThereInServletApplicationsToo() {
		new WebApplicationContextRunner().withConfiguration(AutoConfigurations.of(GenServerWebAutoConfiguration.class))
			.run((context) -> assertThat(context).hasSingleBean(GenServerExceptionHandler.class));
	}

	@Test
	void withoutWebThereIsNone() {
		ApplicationContextRunner runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(GenServerWebAutoConfiguration.class));
		runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("genServerExceptionHandler"));
		runner.withClassLoader(new FilteredClassLoader("org.springframework.web", "org.springframework.http"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("genServerExceptionHandler"));
	}

	private static void status(ApplicationContext context, String path, int status) {
		WebTestClient.bindToApplicationContext(context)
			.build()
			.get()
			.uri("/" + path)
			.exchange()
			.expectStatus()
			.isEqualTo(status);
	}

	@RestController
	static class Controller {

		@GetMapping("/{path}")
		Object get(@PathVariable String path) {
			return switch (path) {
				case "full" -> throw new MailboxFullException("secret: 7 of 7");
				case "unavailable" -> throw new GenServerUnavailableException("secret: stopped", true);
				case "executed" -> throw new GenServerUnavailableException("secret: lost", false);
				case "timeout" -> throw new GenServerTimeoutException(new GenServerTimeoutException.Details("secret",
						null, "secret", Duration.ofSeconds(1), GenServerTimeoutException.Phase.RUNNING, Duration.ZERO,
						Duration.ZERO, Duration.ofSeconds(1), 7, 7, null, "secret"));
				case "future" -> CompletableFuture.failedFuture(new MailboxFullException("secret: 7 of 7"));
				case "mono" -> Mono.error(new MailboxFullException("secret: 7 of 7"));
				default -> throw new IllegalStateException("other");
			};
		}

	}

	@RestController
	static class OwnHandler {

		@GetMapping("/own")
		String get() {
			throw new MailboxFullException("full");
		}

		@ExceptionHandler
		ResponseEntity<String> handle(MailboxFullException ex) {
			return ResponseEntity.status(418).body("own");
		}

	}

	@RestControllerAdvice
	@Order(Ordered.HIGHEST_PRECEDENCE)
	static class OwnAdvice {

		@ExceptionHandler
		ResponseEntity<String> handle(MailboxFullException ex) {
			return ResponseEntity.status(429).body("own");
		}

	}

	@RestControllerAdvice
	static class UnorderedAdvice {

		@ExceptionHandler
		ResponseEntity<String> handle(RuntimeException ex) {
			return ResponseEntity.status(429).body("own");
		}

	}

	@RestControllerAdvice
	@Order(Ordered.LOWEST_PRECEDENCE)
	static class LastAdvice extends UnorderedAdvice {

	}

}
