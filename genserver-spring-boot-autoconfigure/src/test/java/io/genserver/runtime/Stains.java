package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;

/**
 * What a careless piece of code leaves on its thread, and what is left of it.
 */
final class Stains {

	static final String FLAG = "the interrupt flag";

	private static final String NAME = "stained";

	private static final ClassLoader LOADER = new ClassLoader(Stains.class.getClassLoader()) {
	};

	private Stains() {
	}

	/** Leave everything that can be left on the calling thread. */
	static void leave() {
		Thread thread = Thread.currentThread();
		thread.setContextClassLoader(LOADER);
		thread.setName(NAME);
		thread.setPriority(Thread.MIN_PRIORITY);
		thread.interrupt();
	}

	/** What the calling thread finds of it, in words; empty if it is clean. */
	static List<String> found() {
		Thread thread = Thread.currentThread();
		List<String> found = new ArrayList<>();
		if (thread.isInterrupted()) {
			found.add(FLAG);
		}
		if (thread.getContextClassLoader() == LOADER) {
			found.add("the context class loader");
		}
		if (NAME.equals(thread.getName())) {
			found.add("the name");
		}
		if (thread.getPriority() == Thread.MIN_PRIORITY) {
			found.add("the priority");
		}
		return found;
	}

}
