package io.genserver.test.slice;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.genserver.Every;
import io.genserver.GenServer;
import io.genserver.GenServerContext;

@GenServer("heartbeat")
class Heartbeat {

	private final List<Integer> beats = new ArrayList<>();

	@Every("10s")
	void beat() {
		this.beats.add(this.beats.size());
	}

	Instant now() {
		return GenServerContext.current().now();
	}

	int beats() {
		return this.beats.size();
	}

}
