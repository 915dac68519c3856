package io.genserver.demo.board;

import java.util.concurrent.TimeUnit;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ResponseStatus;

/**
 * Thrown when somebody paints faster over the WebSocket than painters may. The pixel is
 * not painted. Has no stack trace: it tells of its caller, and may be thrown often.
 *
 * @since 0.1.0
 */
@ResponseStatus(HttpStatus.TOO_MANY_REQUESTS)
public class PaintRateException extends RuntimeException {

	PaintRateException(long nanosToWait) {
		super("You paint faster than a painter may; this pixel is not painted. There is room for it in "
				+ Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanosToWait)) + " ms", null, false, false);
	}

}
