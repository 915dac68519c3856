package io.genserver.testsupport;

import io.genserver.GenServerException;

/** An exception of an application that extends one of this library. */
public final class ApplicationsOwnException extends GenServerException {

	private static final long serialVersionUID = 1L;

	public ApplicationsOwnException(String message) {
		super(message, false);
	}

}
