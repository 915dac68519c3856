package com.example.twins;

import io.genserver.Cast;

/**
 * What is known of one device.
 */
public interface Twin {

	@Cast
	void report(double temperature);

	State state();

	/**
	 * @param reports how many reports there were
	 * @param temperature the latest
	 * @param online whether that was less than 30 seconds ago
	 */
	record State(String device, long reports, double temperature, boolean online) {

	}

}
