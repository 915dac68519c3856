package io.genserver.jmh;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What an iteration cost per operation, and how long operations took, beside its score.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class Details {

	/** Allocated by the client's JVM. */
	public double clientBytes;

	/** Allocated by the server's JVM. */
	public double serverBytes;

	/** Processor time of the client's JVM, in microseconds. */
	public double clientMicros;

	/** Processor time of the server's JVM, in microseconds. */
	public double serverMicros;

	/** Median, in microseconds. */
	public double p50;

	/** Exceeded by one of a hundred, in microseconds. */
	public double p99;

	/** Exceeded by one of a thousand, in microseconds. */
	public double p999;

}
