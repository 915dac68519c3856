package io.genserver.jmh;

import java.util.List;

/**
 * What carries the echo: ours in either mode, the peer, and the floor.
 */
enum RemotePeer {

	/** Ours, as a client and an endpoint speak by default. */
	GENSERVER(GenserverEcho.class),

	/** Ours, in the mode that other muxio peers speak. */
	GENSERVER_BASE(GenserverEcho.class),

	/** RSocket's Java implementation over WebSocket. */
	RSOCKET(RsocketEcho.class),

	/** A WebSocket of Reactor Netty without anything above it. */
	NETTY(NettyEcho.class);

	private static final List<String> JVM_ARGUMENTS = List.of("-Xms1g", "-Xmx1g", "-XX:+UseG1GC",
			"-XX:+AlwaysPreTouch");

	private final Class<? extends EchoServer.Host> host;

	RemotePeer(Class<? extends EchoServer.Host> host) {
		this.host = host;
	}

	/**
	 * Start the server side in a JVM of its own, with what it needs on its class path.
	 */
	ChildProcess serve() {
		String classPath = (this.host == GenserverEcho.class) ? ClassPath.withStarter() : ClassPath.whole();
		return new ChildProcess(classPath, JVM_ARGUMENTS, EchoServer.class, List.of(this.host.getName()));
	}

	/** Connect the client side. */
	EchoClient connect(int port) {
		return switch (this) {
			case GENSERVER -> new GenserverEchoClient(port, true);
			case GENSERVER_BASE -> new GenserverEchoClient(port, false);
			case RSOCKET -> new RsocketEchoClient(port);
			case NETTY -> new NettyEchoClient(port);
		};
	}

}
