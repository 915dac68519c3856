package io.genserver.autoconfigure.server;

import io.genserver.spring.web.GenServerExceptionHandler;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Auto-configuration for what requests are answered whose controllers call servers, in
 * Spring MVC and in WebFlux.
 */
@AutoConfiguration
@ConditionalOnWebApplication
@ConditionalOnClass({ RestControllerAdvice.class, ProblemDetail.class })
@ConditionalOnBooleanProperty(name = "genserver.web.exception-handler.enabled", matchIfMissing = true)
public final class GenServerWebAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	GenServerExceptionHandler genServerExceptionHandler() {
		return new GenServerExceptionHandler();
	}

}
