package io.genserver.spring.web;

import io.genserver.GenServerException;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.log.SafeLogger;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Answers 503 to a request whose controller lets a server's timeout, full mailbox or
 * unavailability through. The body does not say which server it was, nor how busy it is:
 * that is in the log, at debug level. {@code Retry-After} is set where the message
 * certainly was not executed. An application's own advice is asked first.
 */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
public class GenServerExceptionHandler {

	private static final SafeLogger logger = SafeLogger.of(GenServerExceptionHandler.class);

	private static final String SECONDS = "1";

	/**
	 * Answer a request.
	 * @param failure what the controller let through
	 * @return status 503 with a problem detail
	 */
	@ExceptionHandler({ GenServerTimeoutException.class, MailboxFullException.class,
			GenServerUnavailableException.class })
	public ResponseEntity<ProblemDetail> handle(GenServerException failure) {
		logger.debug("Answering 503", failure);
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, detail(failure));
		ResponseEntity.BodyBuilder response = ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
			.contentType(MediaType.APPLICATION_PROBLEM_JSON);
		if (failure.notExecuted()) {
			response.header(HttpHeaders.RETRY_AFTER, SECONDS);
		}
		return response.body(problem);
	}

	private static String detail(GenServerException failure) {
		return (failure instanceof GenServerTimeoutException) ? "The request was not answered in time."
				: "The request cannot be handled at present.";
	}

}
