package com.example.twins;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.genserver.Keyed;
import io.genserver.KeyedReplies;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/devices")
class DevicesController {

	/** What may become a key. Any other path is answered with 404. */
	private static final String ID = "/{id:[a-z0-9-]{1,40}}";

	private final Keyed<Twin> twins;

	DevicesController(Keyed<Twin> twins) {
		this.twins = twins;
	}

	@GetMapping(ID)
	Twin.State state(@PathVariable String id) {
		return this.twins.get(id).state();
	}

	@PostMapping(ID + "/reports")
	@ResponseStatus(HttpStatus.ACCEPTED)
	void report(@PathVariable String id, @RequestBody double temperature) {
		this.twins.get(id).report(temperature);
	}

	/** Of all devices that have an instance, 64 at a time. */
	@GetMapping
	CompletableFuture<Summary> summary() {
		return this.twins.askAll(this.twins.keys().toList(), 64, Twin::state).thenApply(Summary::of);
	}

	record Summary(int online, double temperature, int unknown) {

		static Summary of(KeyedReplies<Twin.State> all) {
			List<Twin.State> online = all.replies().values().stream().filter(Twin.State::online).toList();
			double temperature = online.stream().mapToDouble(Twin.State::temperature).average().orElse(0);
			return new Summary(online.size(), temperature, all.failures().size());
		}

	}

}
