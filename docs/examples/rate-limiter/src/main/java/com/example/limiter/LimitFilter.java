package com.example.limiter;

import java.time.Duration;
import java.util.regex.Pattern;

import io.genserver.GenServerException;
import io.genserver.Keyed;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Lets a request to the API go on if its client's budget allows it.
 */
@Component
class LimitFilter implements WebFilter {

	private static final Pattern CLIENT = Pattern.compile("[A-Za-z0-9-]{1,40}");

	private final Keyed<Budget> budgets;

	LimitFilter(Keyed<Budget> budgets) {
		this.budgets = budgets;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		if (!exchange.getRequest().getPath().value().startsWith("/api/")) {
			return chain.filter(exchange);
		}
		return this.budgets.get(client(exchange))
			.take()
			// Its mailbox is full, or there are too many clients.
			.onErrorReturn(GenServerException.class, new Budget.Decision(false, Duration.ofSeconds(1)))
			.flatMap((decision) -> decision.granted() ? chain.filter(exchange) : refuse(exchange, decision));
	}

	/** The key of a server is made from what a stranger has sent: look at it first. */
	private static String client(ServerWebExchange exchange) {
		String client = exchange.getRequest().getHeaders().getFirst("X-Client");
		if (client == null || !CLIENT.matcher(client).matches()) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "X-Client must match " + CLIENT);
		}
		return client;
	}

	private static Mono<Void> refuse(ServerWebExchange exchange, Budget.Decision decision) {
		long seconds = (decision.retryAfter().toMillis() + 999) / 1000;
		exchange.getResponse().setStatusCode(HttpStatus.TOO_MANY_REQUESTS);
		exchange.getResponse().getHeaders().set(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
		return exchange.getResponse().setComplete();
	}

}
