package io.genserver.jmh;

import reactor.core.publisher.Flux;

/**
 * What the server does, and how callers that wait see it.
 */
public interface Echo {

	byte[] echo(byte[] payload);

	Flux<byte[]> items(int count);

}
