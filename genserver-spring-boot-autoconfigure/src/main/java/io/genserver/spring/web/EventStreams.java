package io.genserver.spring.web;

import java.nio.file.Path;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.http.ZeroCopyHttpOutputMessage;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Completes responses of server-sent events when the application begins to shut down.
 * They have no end of their own, and the web server would wait for them as long as it
 * waits for requests at all, before the servers stop. Browsers connect again by
 * themselves.
 */
public final class EventStreams implements WebFilter, Ordered, SmartLifecycle, ApplicationListener<ContextClosedEvent> {

	private final ApplicationContext context;

	/** Completes when the shutdown begins; another one after a restart. */
	private volatile Sinks.Empty<Void> ending = Sinks.empty();

	private volatile boolean running;

	/**
	 * Create the filter.
	 * @param context whose end ends the responses
	 */
	public EventStreams(ApplicationContext context) {
		this.context = context;
	}

	/** Near the handlers: what other filters do to responses they do outside of this. */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		ServerHttpResponse response = exchange.getResponse();
		ServerHttpResponse ended = (response instanceof ZeroCopyHttpOutputMessage files)
				? new WithFiles(response, files) : new Ended(response);
		return chain.filter(exchange.mutate().response(ended).build());
	}

	/** Before anything of the context stops. */
	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		if (event.getApplicationContext() == this.context) {
			end();
		}
	}

	private void end() {
		this.ending.tryEmitEmpty();
	}

	@Override
	public void start() {
		this.ending = Sinks.empty();
		this.running = true;
	}

	@Override
	public void stop() {
		end();
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public boolean isPauseable() {
		return false;
	}

	/** A response that ends with the application if it has no end of its own. */
	private class Ended extends ServerHttpResponseDecorator {

		Ended(ServerHttpResponse delegate) {
			super(delegate);
		}

		@Override
		public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
			return super.writeAndFlushWith(MediaType.TEXT_EVENT_STREAM.isCompatibleWith(getHeaders().getContentType())
					? Flux.from(body).takeUntilOther(EventStreams.this.ending.asMono()) : body);
		}

	}

	/** Where the web server can send files itself, it still can. */
	private final class WithFiles extends Ended implements ZeroCopyHttpOutputMessage {

		private final ZeroCopyHttpOutputMessage files;

		WithFiles(ServerHttpResponse delegate, ZeroCopyHttpOutputMessage files) {
			super(delegate);
			this.files = files;
		}

		@Override
		public Mono<Void> writeWith(Path file, long position, long count) {
			return this.files.writeWith(file, position, count);
		}

	}

}
