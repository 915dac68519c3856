package com.example.twins;

import java.io.IOException;

/** Where what devices report comes from. */
public interface Gateway {

	/** Return the next report, or {@code null} if there is none. */
	Report poll() throws IOException;

	record Report(String device, double temperature) {

	}

}
