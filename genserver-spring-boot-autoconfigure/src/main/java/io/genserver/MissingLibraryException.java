package io.genserver;

import java.util.List;

/**
 * Thrown when a part of this library is used whose own libraries, which are optional, are
 * not on the class path.
 *
 * @since 0.1.0
 */
public class MissingLibraryException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	private final String user;

	private final List<String> artifacts;

	/**
	 * Create an exception.
	 * @param user what needs the libraries, such as {@code GenServerClient}
	 * @param artifacts the Maven artifacts to add, such as
	 * {@code io.projectreactor.netty:reactor-netty-http}
	 */
	public MissingLibraryException(String user, List<String> artifacts) {
		super(user + " needs libraries that are not on the class path. Add " + String.join(" and ", artifacts));
		this.user = user;
		this.artifacts = List.copyOf(artifacts);
	}

	/**
	 * Return what needs the libraries.
	 * @return a noun
	 */
	public String user() {
		return this.user;
	}

	/**
	 * Return what to add to the class path.
	 * @return Maven artifacts, as {@code group:name}
	 */
	public List<String> artifacts() {
		return this.artifacts;
	}

}
