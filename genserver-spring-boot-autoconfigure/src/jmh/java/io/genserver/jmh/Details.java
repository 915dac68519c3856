package io.genserver.jmh;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * How long operations of an iteration took, beside its score.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class Details {

	/** Median, in microseconds. */
	public double p50;

	/** Exceeded by one of a hundred, in microseconds. */
	public double p99;

	/** Exceeded by one of a thousand, in microseconds. */
	public double p999;

}
