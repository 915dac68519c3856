package io.genserver.log;

/**
 * Something that the log names by its label, not by its {@code toString()}.
 */
public interface Labelled {

	/**
	 * Return what the log calls it.
	 * @return the label
	 */
	String label();

}
