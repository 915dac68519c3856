package com.example.twins;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.stereotype.Repository;

/** Would be a table. */
@Repository
class TwinRepository {

	private final Map<String, Twin.State> rows = new ConcurrentHashMap<>();

	Twin.State find(String device) {
		return this.rows.get(device);
	}

	void save(Twin.State state) {
		this.rows.put(state.device(), state);
	}

}
