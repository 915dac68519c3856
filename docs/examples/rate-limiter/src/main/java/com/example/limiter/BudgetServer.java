package com.example.limiter;

import java.time.Duration;
import java.time.Instant;

import io.genserver.GenServer;
import io.genserver.GenServerContext;
import reactor.core.publisher.Mono;

/**
 * One instance for each client. A client that has asked for nothing for ten minutes has
 * its whole budget again, so nothing is lost when its instance is passivated then.
 */
@GenServer(name = "budget", keyed = true, idleTimeout = "10m")
class BudgetServer implements Budget {

	private final GenServerContext context;

	private Limit limit;

	private double tokens;

	private Instant refilled;

	BudgetServer(GenServerContext context, Limits limits) {
		this.context = context;
		this.limit = limits.current();
		this.tokens = this.limit.burst();
		this.refilled = context.now();
	}

	@Override
	public Mono<Decision> take() {
		refill();
		if (this.tokens >= 1) {
			this.tokens--;
			return Mono.just(new Decision(true, Duration.ZERO));
		}
		double seconds = (1 - this.tokens) / this.limit.perSecond();
		return Mono.just(new Decision(false, Duration.ofMillis((long) Math.ceil(seconds * 1000))));
	}

	@Override
	public int left() {
		refill();
		return (int) this.tokens;
	}

	@Override
	public void limit(Limit limit) {
		refill();
		this.limit = limit;
		this.tokens = Math.min(this.tokens, limit.burst());
	}

	private void refill() {
		Instant now = this.context.now();
		double seconds = Duration.between(this.refilled, now).toMillis() / 1000.0;
		this.tokens = Math.min(this.limit.burst(), this.tokens + seconds * this.limit.perSecond());
		this.refilled = now;
	}

}
