package io.genserver.rpc.client;

import java.util.ArrayList;
import java.util.List;

import io.genserver.MissingLibraryException;

/**
 * What a client needs in addition to this library. Refers to none of it, so that it can
 * report what is missing.
 *
 * @since 0.1.0
 */
public final class ClientLibraries {

	private ClientLibraries() {
	}

	/**
	 * Check that all are there.
	 * @throws MissingLibraryException naming the artifacts to add
	 */
	static void check() {
		List<String> missing = missing(ClientLibraries.class.getClassLoader());
		if (!missing.isEmpty()) {
			throw new MissingLibraryException("GenServerClient", missing);
		}
	}

	/**
	 * Return those that are not there.
	 * @param classLoader where to look
	 * @return Maven artifacts, as {@code group:name}
	 */
	public static List<String> missing(ClassLoader classLoader) {
		List<String> missing = new ArrayList<>();
		add(missing, classLoader, "reactor.core.publisher.Flux", "io.projectreactor:reactor-core");
		add(missing, classLoader, "reactor.netty.http.client.HttpClient", "io.projectreactor.netty:reactor-netty-http");
		add(missing, classLoader, "tools.jackson.databind.json.JsonMapper", "tools.jackson.core:jackson-databind");
		return missing;
	}

	private static void add(List<String> missing, ClassLoader classLoader, String name, String artifact) {
		try {
			Class.forName(name, false, classLoader);
		}
		catch (ClassNotFoundException | LinkageError ex) {
			missing.add(artifact);
		}
	}

}
