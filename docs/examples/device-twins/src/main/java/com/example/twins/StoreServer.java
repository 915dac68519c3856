package com.example.twins;

import io.genserver.GenServer;

/** Writes one state at a time. A thousand wait, and a thousand more for room. */
@GenServer(name = "store", capacity = 1000)
class StoreServer {

	private final TwinRepository repository;

	StoreServer(TwinRepository repository) {
		this.repository = repository;
	}

	Twin.State load(String device) {
		return this.repository.find(device);
	}

	Twin.State save(Twin.State state) {
		this.repository.save(state);
		return state;
	}

}
