package io.genserver.jmh;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.websocket.WebsocketInbound;
import reactor.netty.http.websocket.WebsocketOutbound;

/**
 * The floor's server side: sends back every message that comes, or, at another path, as
 * many items as it is asked for. A message is an operation, so there is nothing that
 * tells one operation from another, no flow control but TCP's, and no batching.
 */
final class NettyEcho implements EchoServer.Host {

	@Override
	public int start() {
		DisposableServer server = HttpServer.create()
			.host("localhost")
			.port(0)
			.route((routes) -> routes.ws("/echo", NettyEcho::echo).ws("/items", NettyEcho::items))
			.bindNow();
		return server.port();
	}

	private static Publisher<Void> echo(WebsocketInbound in, WebsocketOutbound out) {
		return out.send(in.receive().retain());
	}

	private static Publisher<Void> items(WebsocketInbound in, WebsocketOutbound out) {
		return out.send(in.receive().map(ByteBuf::readInt).concatMap(NettyEcho::items));
	}

	private static Flux<ByteBuf> items(int count) {
		return Flux.range(0, count).map((number) -> Unpooled.wrappedBuffer(EchoServer.ITEM));
	}

}
