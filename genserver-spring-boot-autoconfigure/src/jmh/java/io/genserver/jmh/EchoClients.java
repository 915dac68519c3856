package io.genserver.jmh;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Many connections that take turns. For one thread.
 */
final class EchoClients implements EchoClient {

	private final List<EchoClient> clients;

	private int next;

	EchoClients(List<EchoClient> clients) {
		this.clients = clients;
	}

	private EchoClient next() {
		this.next = (this.next + 1) % this.clients.size();
		return this.clients.get(this.next);
	}

	@Override
	public byte[] echo(byte[] payload) {
		return next().echo(payload);
	}

	@Override
	public CompletableFuture<byte[]> echoAsync(byte[] payload) {
		return next().echoAsync(payload);
	}

	@Override
	public Mono<byte[]> echoMono(byte[] payload) {
		return next().echoMono(payload);
	}

	@Override
	public Flux<byte[]> items(int count) {
		return next().items(count);
	}

	@Override
	public void close() {
		this.clients.parallelStream().forEach(EchoClient::close);
	}

}
