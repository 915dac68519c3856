package io.genserver;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Internal: the way from {@link GenServerContext#current()} to the engine. The engine
 * binds each of its threads once; applications have no use for it.
 *
 * @since 0.1.0
 */
public final class CurrentContext {

	private static final ThreadLocal<@Nullable Supplier<? extends @Nullable GenServerContext>> SOURCE = new ThreadLocal<>();

	private CurrentContext() {
	}

	/**
	 * Return the context of the turn that runs on the calling thread.
	 * @return the context, or {@code null} outside of turns
	 */
	public static @Nullable GenServerContext get() {
		Supplier<? extends @Nullable GenServerContext> source = SOURCE.get();
		return (source != null) ? source.get() : null;
	}

	/**
	 * Bind the calling thread for the rest of its life.
	 * @param source gives the context of the turn that runs on this thread, or
	 * {@code null} between turns
	 */
	public static void bind(Supplier<? extends @Nullable GenServerContext> source) {
		SOURCE.set(source);
	}

}
