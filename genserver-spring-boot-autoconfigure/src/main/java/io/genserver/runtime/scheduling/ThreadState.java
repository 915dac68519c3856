package io.genserver.runtime.scheduling;

import org.jspecify.annotations.Nullable;

/**
 * What code can change on the thread that runs it: the interrupt flag, the context class
 * loader, the name and the priority. Each piece of work begins with the same values, and
 * a thread that is not the engine's own gets back the values it had. Thread-locals that
 * other code sets are not restored. Costs a few field reads if nothing has changed.
 * <p>
 * Belongs to one thread.
 */
public final class ThreadState {

	private Thread thread = Thread.currentThread();

	private @Nullable ClassLoader before;

	private @Nullable ClassLoader during;

	private String name = "";

	private int priority;

	private boolean interrupted;

	/**
	 * Begin to run code of others on the calling thread.
	 * @param classLoader the context class loader it gets, {@code null} for that of the
	 * thread
	 */
	public void begin(@Nullable ClassLoader classLoader) {
		Thread current = Thread.currentThread();
		this.thread = current;
		this.interrupted = Thread.interrupted();
		this.name = current.getName();
		this.priority = current.getPriority();
		this.before = current.getContextClassLoader();
		this.during = (classLoader != null) ? classLoader : this.before;
		set(this.during);
	}

	/** Another piece of work begins, or has ended. */
	public void clean() {
		Thread.interrupted();
		set(this.during);
		reset();
	}

	/** Give the thread back as it was. */
	public void end() {
		Thread.interrupted();
		set(this.before);
		reset();
		if (this.interrupted) {
			this.thread.interrupt();
		}
	}

	@SuppressWarnings("ReferenceEquality")
	private void reset() {
		Thread current = this.thread;
		// If no code has set the name it is the very same string.
		if (current.getName() != this.name) {
			current.setName(this.name);
		}
		if (current.getPriority() != this.priority) {
			current.setPriority(this.priority);
		}
	}

	private void set(@Nullable ClassLoader classLoader) {
		if (this.thread.getContextClassLoader() != classLoader) {
			try {
				this.thread.setContextClassLoader(classLoader);
			}
			catch (SecurityException ex) {
				// A thread of the user's that keeps its own.
			}
		}
	}

}
