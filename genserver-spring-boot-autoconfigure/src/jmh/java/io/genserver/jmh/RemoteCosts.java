package io.genserver.jmh;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What an operation of an iteration cost either JVM.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class RemoteCosts {

	/** Allocated by the client's JVM. */
	public double clientBytes;

	/** Allocated by the server's JVM. */
	public double serverBytes;

	/** Processor time of the client's JVM, in microseconds. */
	public double clientMicros;

	/** Processor time of the server's JVM, in microseconds. */
	public double serverMicros;

}
