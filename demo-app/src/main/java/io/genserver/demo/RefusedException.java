package io.genserver.demo;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ResponseStatus;

/**
 * Thrown when what a caller wants makes no sense. Its message is for everybody: the
 * annotation lets it go to peers that are not authenticated, as everybody is here.
 */
@ResponseStatus(HttpStatus.BAD_REQUEST)
public class RefusedException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	public RefusedException(String message) {
		super(message);
	}

}
