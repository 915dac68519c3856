package io.genserver.packaged;

import java.util.ServiceLoader;

/**
 * What code finds through the context class loader of its thread, as libraries do.
 *
 * @param where who looks
 * @param services number of services found
 * @param type whether a class of the application is found
 * @param resource whether a resource of the application is found
 */
record Look(String where, long services, boolean type, boolean resource) {

	/** How a line begins that tells of a look. */
	static final String SEEN = "SEEN ";

	/** Look around on the calling thread, and print what is seen. */
	static String from(String where) {
		ClassLoader loader = Thread.currentThread().getContextClassLoader();
		boolean type;
		try {
			Class.forName("io.genserver.packaged.FirstExtension", false, loader);
			type = true;
		}
		catch (ClassNotFoundException ex) {
			type = false;
		}
		long services = ServiceLoader.load(Extension.class).stream().count();
		boolean resource = loader.getResource("META-INF/services/io.genserver.packaged.Extension") != null;
		String line = new Look(where, services, type, resource).toString();
		System.out.println(SEEN + line);
		return line;
	}

	/** What a place should see. */
	static Look everything(String where) {
		return new Look(where, 1, true, true);
	}

}
