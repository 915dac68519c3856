package io.genserver.jmh;

import java.net.URI;
import java.util.concurrent.CompletableFuture;

import io.genserver.rpc.client.GenServerClient;
import io.genserver.rpc.client.GenServerClientBuilder;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Our client side, by contract. Deadlines, credit and all else are on.
 */
final class GenserverEchoClient implements EchoClient {

	private final GenServerClient client;

	private final Echo waiting;

	private final AsyncEcho async;

	private final ReactiveEcho reactive;

	GenserverEchoClient(int port, boolean ext) {
		GenServerClientBuilder builder = GenServerClient.builder();
		if (!ext) {
			builder.baseMode();
		}
		this.client = builder.connect(URI.create("ws://localhost:" + port + "/ws"));
		this.waiting = this.client.server("echo", Echo.class);
		this.async = this.client.server("echo", AsyncEcho.class);
		this.reactive = this.client.server("echo", ReactiveEcho.class);
	}

	@Override
	public byte[] echo(byte[] payload) {
		return this.waiting.echo(payload);
	}

	@Override
	public CompletableFuture<byte[]> echoAsync(byte[] payload) {
		return this.async.echo(payload);
	}

	@Override
	public Mono<byte[]> echoMono(byte[] payload) {
		return this.reactive.echo(payload);
	}

	@Override
	public Flux<byte[]> items(int count) {
		return this.waiting.items(count);
	}

	@Override
	public void close() {
		this.client.close();
	}

	/** The server as callers see it that do not wait. */
	public interface AsyncEcho {

		CompletableFuture<byte[]> echo(byte[] payload);

	}

	/** The server as callers see it that subscribe. */
	public interface ReactiveEcho {

		Mono<byte[]> echo(byte[] payload);

	}

}
