package io.genserver.jmh;

import reactor.core.publisher.Flux;

/** What answers, as a server or as an ordinary bean. */
final class EchoingServer implements Echo {

	@Override
	public byte[] echo(byte[] payload) {
		return payload;
	}

	@Override
	public Flux<byte[]> items(int count) {
		return Flux.range(0, count).map((number) -> EchoServer.ITEM);
	}

}
