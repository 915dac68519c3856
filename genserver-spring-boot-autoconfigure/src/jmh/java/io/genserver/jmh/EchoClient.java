package io.genserver.jmh;

import java.util.concurrent.CompletableFuture;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The client side of an echo over one connection: what a caller has in hand is an array
 * when it asks, and an array when it is answered.
 */
interface EchoClient extends AutoCloseable {

	/** Ask, and wait for the answer. */
	byte[] echo(byte[] payload);

	/** Ask, to be answered later. */
	CompletableFuture<byte[]> echoAsync(byte[] payload);

	/** Ask once there is a subscriber. */
	Mono<byte[]> echoMono(byte[] payload);

	/** Let the server send items of {@link EchoServer#PAYLOAD} bytes. */
	Flux<byte[]> items(int count);

	@Override
	void close();

}
