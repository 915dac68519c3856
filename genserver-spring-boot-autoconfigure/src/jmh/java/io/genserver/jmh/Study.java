package io.genserver.jmh;

import java.io.PrintStream;

/**
 * A part of the report that is not about operations per second, and forks JVMs itself.
 */
interface Study {

	/** What is studied, for whoever selects parts of the report. */
	String what();

	/** Measure, and write a table. */
	void run(PrintStream out);

}
