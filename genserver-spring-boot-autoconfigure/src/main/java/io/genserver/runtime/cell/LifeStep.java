package io.genserver.runtime.cell;

/**
 * What the turn of a cell does to its instance, which may take long as a handler may.
 *
 * @param name what it is called where it shows
 * @param since when it began, in nanoseconds
 */
record LifeStep(String name, long since) {

	static final String CONSTRUCTOR = "constructor";

	static final String TERMINATION = "@PreDestroy";

}
