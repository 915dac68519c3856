package io.genserver.demo.board;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a picture cannot be painted as it is.
 */
class BadPictureException extends RuntimeException {

	BadPictureException(String message) {
		super(message);
	}

	BadPictureException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
