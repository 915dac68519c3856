package io.genserver.spring;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.genserver.CurrentContext;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * The reply to a call, which is made for each subscriber. A handler that blocks for it
 * waits as it would in a blocking call, so that one that closes a cycle fails at once;
 * what operators make of it is only a subscriber, whose call ends at its deadline.
 */
final class ReplyMono extends Mono<Object> {

	private final Mono<Object> source;

	private final Supplier<CompletableFuture<@Nullable Object>> call;

	private final CallContext context;

	ReplyMono(Supplier<CompletableFuture<@Nullable Object>> call, CallContext context) {
		this.call = call;
		this.context = context;
		this.source = (context == CallContext.OF_THREAD) ? Mono.fromFuture(call::get)
				: Mono.deferContextual((subscriber) -> Mono.fromFuture(context.within(subscriber, call)));
	}

	@Override
	public void subscribe(CoreSubscriber<? super Object> actual) {
		this.source.subscribe(actual);
	}

	@Override
	public @Nullable Object block() {
		return isInTurn() ? await(Long.MAX_VALUE) : super.block();
	}

	@Override
	public @Nullable Object block(Duration timeout) {
		return isInTurn() ? await(Durations.nanos(timeout)) : super.block(timeout);
	}

	@Override
	public Optional<Object> blockOptional() {
		return isInTurn() ? Optional.ofNullable(await(Long.MAX_VALUE)) : super.blockOptional();
	}

	@Override
	public Optional<Object> blockOptional(Duration timeout) {
		return isInTurn() ? Optional.ofNullable(await(Durations.nanos(timeout))) : super.blockOptional(timeout);
	}

	private static boolean isInTurn() {
		return CurrentContext.get() != null;
	}

	/** Fails as Reactor's does. */
	private @Nullable Object await(long nanos) {
		CompletableFuture<@Nullable Object> reply = this.context.within(Context.empty(), this.call);
		try {
			return (nanos == Long.MAX_VALUE) ? reply.get() : reply.get(nanos, TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException ex) {
			throw Exceptions.propagate((ex.getCause() != null) ? ex.getCause() : ex);
		}
		catch (TimeoutException ex) {
			reply.cancel(true);
			throw new IllegalStateException("Timeout on blocking read for " + nanos + " NANOSECONDS", ex);
		}
		catch (InterruptedException ex) {
			reply.cancel(true);
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Thread interrupted while it blocked for a reply", ex);
		}
	}

}
