package com.example.jobs;

import java.util.concurrent.CompletableFuture;

import com.example.jobs.Jobs.Status;
import reactor.core.publisher.Flux;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/jobs")
class JobsController {

	private final Jobs jobs;

	JobsController(Jobs jobs) {
		this.jobs = jobs;
	}

	@PostMapping
	@ResponseStatus(HttpStatus.ACCEPTED)
	Status submit(@RequestBody String input) {
		return this.jobs.status(this.jobs.submit(input));
	}

	@GetMapping("/{id}")
	Status status(@PathVariable String id) {
		return this.jobs.status(id);
	}

	@GetMapping(path = "/{id}", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	Flux<Status> watch(@PathVariable String id) {
		return this.jobs.watch(id);
	}

	@GetMapping("/{id}/end")
	CompletableFuture<Status> end(@PathVariable String id) {
		return this.jobs.ended(id);
	}

	@DeleteMapping("/{id}")
	boolean cancel(@PathVariable String id) {
		return this.jobs.cancel(id);
	}

}
