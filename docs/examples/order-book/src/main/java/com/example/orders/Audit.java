package com.example.orders;

import io.genserver.Cast;

/** What has happened, in order. */
public interface Audit {

	/** Waits where too much is not written yet. */
	@Cast
	void append(String line);

	/** Return once all that was appended before is written. */
	void flush();

}
