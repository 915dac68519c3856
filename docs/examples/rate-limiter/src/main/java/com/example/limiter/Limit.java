package com.example.limiter;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How much a client may ask for.
 *
 * @param burst requests at once
 * @param perSecond requests per second after that
 */
@ConfigurationProperties("limit")
public record Limit(int burst, double perSecond) {

	public Limit {
		if (burst < 1 || !(perSecond > 0)) {
			throw new IllegalArgumentException("A limit must be positive: " + burst + ", " + perSecond);
		}
	}

}
