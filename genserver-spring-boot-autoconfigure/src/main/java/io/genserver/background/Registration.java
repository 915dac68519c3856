package io.genserver.background;

/**
 * Something that was asked for and can be called off. Safe for use by many threads.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface Registration extends AutoCloseable {

	/**
	 * Call it off. What has not begun when this returns never begins; what runs already
	 * is not waited for. Does nothing the second time.
	 */
	@Override
	void close();

}
