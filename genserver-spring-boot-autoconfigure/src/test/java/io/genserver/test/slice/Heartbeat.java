package io.genserver.test.slice;

import java.util.ArrayList;
import java.util.List;

import io.genserver.Every;
import io.genserver.GenServer;

@GenServer("heartbeat")
class Heartbeat {

	private final List<Integer> beats = new ArrayList<>();

	@Every("10s")
	void beat() {
		this.beats.add(this.beats.size());
	}

	int beats() {
		return this.beats.size();
	}

}
