package com.example.jobs;

import java.util.concurrent.CompletableFuture;

import io.genserver.Call;
import reactor.core.publisher.Flux;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ResponseStatus;

/**
 * The jobs there are. Answers at once, however busy the workers are.
 */
public interface Jobs {

	/** Submit a job, and return its id. */
	String submit(String input);

	Status status(String id);

	/** How the job is, and each change until it has ended. */
	Flux<Status> watch(String id);

	/** Completes when the job has ended. */
	@Call(timeout = "30s")
	CompletableFuture<Status> ended(String id);

	/** Cancel a job, and return whether that was in time. */
	boolean cancel(String id);

	record Status(String id, State state, int percent, String result) {

		boolean isOver() {
			return this.state != State.WAITING && this.state != State.RUNNING;
		}

	}

	enum State {

		WAITING, RUNNING, DONE, FAILED, CANCELLED

	}

	@ResponseStatus(HttpStatus.NOT_FOUND)
	class NoSuchJobException extends RuntimeException {

		NoSuchJobException(String id) {
			super("There is no job " + id);
		}

	}

}
