package io.genserver;

import org.jspecify.annotations.Nullable;

/**
 * Internal: the way from {@link GenServerContext#current()} to the engine. The engine
 * binds each of its threads once; applications have no use for it.
 *
 * @since 0.1.0
 */
public final class CurrentContext {

	private static final ThreadLocal<@Nullable Source> SOURCE = new ThreadLocal<>();

	private CurrentContext() {
	}

	/**
	 * Return the context of the turn that runs on the calling thread.
	 * @return the context, or {@code null} outside of turns
	 */
	public static @Nullable GenServerContext get() {
		Source source = SOURCE.get();
		return (source != null) ? source.context(false) : null;
	}

	/**
	 * Return the same for the message that the calling thread handles: what it tells of
	 * the message it tells on any thread.
	 * @return the context, or {@code null} outside of turns
	 */
	static @Nullable GenServerContext ofMessage() {
		Source source = SOURCE.get();
		return (source != null) ? source.context(true) : null;
	}

	/**
	 * Bind the calling thread for the rest of its life.
	 * @param source gives the context of the turn that runs on this thread
	 */
	public static void bind(Source source) {
		SOURCE.set(source);
	}

	/**
	 * Knows what runs on a thread.
	 *
	 * @since 0.1.0
	 */
	public interface Source {

		/**
		 * Return the context of the turn that runs on the calling thread.
		 * @param ofMessage whether it is to stay with the message being handled
		 * @return the context, or {@code null} between turns
		 */
		@Nullable GenServerContext context(boolean ofMessage);

	}

}
