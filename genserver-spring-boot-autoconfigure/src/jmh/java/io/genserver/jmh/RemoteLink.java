package io.genserver.jmh;

import java.util.concurrent.CompletableFuture;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.util.SampleBuffer;
import org.openjdk.jmh.util.Statistics;

/**
 * One connection to a server in another JVM, and what an iteration over it costs on
 * either side.
 */
@State(Scope.Benchmark)
public class RemoteLink {

	/** Of how many calls in flight one is timed. */
	private static final int SAMPLED = 16;

	@Param({ "GENSERVER", "GENSERVER_BASE", "RSOCKET", "NETTY" })
	@SuppressWarnings("NullAway.Init")
	public String peer;

	@SuppressWarnings("NullAway.Init")
	private ChildProcess server;

	@SuppressWarnings("NullAway.Init")
	EchoClient client;

	@SuppressWarnings("NullAway.Init")
	private EchoServer.Costs serverBefore;

	@SuppressWarnings("NullAway.Init")
	private EchoServer.Costs clientBefore;

	private SampleBuffer latencies = new SampleBuffer();

	private long operations;

	@Setup
	public void connect() {
		RemotePeer remote = RemotePeer.valueOf(this.peer);
		this.server = remote.serve();
		this.client = remote.connect(Integer.parseInt(this.server.await("port")));
	}

	@TearDown
	public void disconnect() {
		this.client.close();
		this.server.close();
	}

	@Setup(Level.Iteration)
	public void begin() {
		this.latencies = new SampleBuffer();
		this.operations = 0;
		this.serverBefore = EchoServer.Costs.parse(this.server.ask("costs"));
		this.clientBefore = EchoServer.Costs.now();
	}

	@TearDown(Level.Iteration)
	public void end(Details details) {
		EchoServer.Costs client = EchoServer.Costs.now();
		EchoServer.Costs remote = EchoServer.Costs.parse(this.server.ask("costs"));
		double number = Math.max(1, this.operations);
		details.clientBytes = (client.bytes() - this.clientBefore.bytes()) / number;
		details.serverBytes = (remote.bytes() - this.serverBefore.bytes()) / number;
		details.clientMicros = (client.nanos() - this.clientBefore.nanos()) / number / 1000;
		details.serverMicros = (remote.nanos() - this.serverBefore.nanos()) / number / 1000;
		synchronized (this.latencies) {
			Statistics statistics = this.latencies.getStatistics(1e-3);
			details.p50 = statistics.getPercentile(50);
			details.p99 = statistics.getPercentile(99);
			details.p999 = statistics.getPercentile(99.9);
		}
	}

	/** Note that operations are done. */
	void done(int number) {
		this.operations += number;
	}

	/** Note how long an operation took. */
	void took(long nanos) {
		synchronized (this.latencies) {
			this.latencies.add(nanos);
		}
	}

	/** Ask, and note the time of some calls. */
	CompletableFuture<byte[]> ask(int number, byte[] payload) {
		if (number % SAMPLED != 0) {
			return this.client.echoAsync(payload);
		}
		long before = System.nanoTime();
		CompletableFuture<byte[]> answer = this.client.echoAsync(payload);
		answer.whenComplete((bytes, failure) -> took(System.nanoTime() - before));
		return answer;
	}

}
