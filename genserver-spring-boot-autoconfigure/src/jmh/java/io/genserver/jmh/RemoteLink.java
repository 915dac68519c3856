package io.genserver.jmh;

import java.util.stream.Stream;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One connection to a server in another JVM, and what an iteration over it costs on
 * either side.
 */
@State(Scope.Benchmark)
public class RemoteLink {

	@Param({ "GENSERVER", "GENSERVER_BASE", "RSOCKET", "NETTY" })
	@SuppressWarnings("NullAway.Init")
	public String peer;

	/** Connections that calls take turns with. */
	@Param("1")
	public int connections;

	@SuppressWarnings("NullAway.Init")
	private ChildProcess server;

	@SuppressWarnings("NullAway.Init")
	EchoClient client;

	@SuppressWarnings("NullAway.Init")
	private EchoServer.Costs serverBefore;

	@SuppressWarnings("NullAway.Init")
	private EchoServer.Costs clientBefore;

	private long operations;

	@Setup
	public void connect() {
		RemotePeer remote = RemotePeer.valueOf(this.peer);
		this.server = remote.serve();
		int port = Integer.parseInt(this.server.await("port"));
		this.client = (this.connections == 1) ? remote.connect(port)
				: new EchoClients(Stream.generate(() -> remote.connect(port)).limit(this.connections).toList());
	}

	@TearDown
	public void disconnect() {
		this.client.close();
		this.server.close();
	}

	@Setup(Level.Iteration)
	public void begin() {
		this.operations = 0;
		this.serverBefore = EchoServer.Costs.parse(this.server.ask("costs"));
		this.clientBefore = EchoServer.Costs.now();
	}

	@TearDown(Level.Iteration)
	public void end(RemoteCosts costs) {
		EchoServer.Costs client = EchoServer.Costs.now();
		EchoServer.Costs remote = EchoServer.Costs.parse(this.server.ask("costs"));
		double number = Math.max(1, this.operations);
		costs.clientBytes = (client.bytes() - this.clientBefore.bytes()) / number;
		costs.serverBytes = (remote.bytes() - this.serverBefore.bytes()) / number;
		costs.clientMicros = (client.nanos() - this.clientBefore.nanos()) / number / 1000;
		costs.serverMicros = (remote.nanos() - this.serverBefore.nanos()) / number / 1000;
	}

	/** Note that operations are done. */
	void done(int number) {
		this.operations += number;
	}

}
