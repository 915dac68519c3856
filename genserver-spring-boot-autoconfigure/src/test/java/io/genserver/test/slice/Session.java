package io.genserver.test.slice;

import io.genserver.GenServer;

@GenServer(name = "session", keyed = true)
class Session {

	private int visits;

	int visit() {
		return ++this.visits;
	}

}
