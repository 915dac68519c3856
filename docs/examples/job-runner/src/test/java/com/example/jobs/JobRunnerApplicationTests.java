package com.example.jobs;

import java.time.Duration;
import java.util.List;

import com.example.jobs.Jobs.State;
import com.example.jobs.Jobs.Status;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientResponseException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class JobRunnerApplicationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	@LocalServerPort
	private int port;

	@Test
	void jobsAreSubmittedWatchedAndCancelled() {
		WebClient http = WebClient.create("http://localhost:" + this.port + "/jobs");
		String id = submit(http, "10000");
		Status end = http.get().uri("/{id}/end", id).retrieve().bodyToMono(Status.class).block(PATIENCE);
		assertThat(end).isEqualTo(new Status(id, State.DONE, 100, "1229"));
		String endless = submit(http, Integer.toString(Integer.MAX_VALUE));
		assertThat(http.delete().uri("/{id}", endless).retrieve().bodyToMono(Boolean.class).block(PATIENCE)).isTrue();
		List<Status> seen = http.get()
			.uri("/{id}", endless)
			.accept(MediaType.TEXT_EVENT_STREAM)
			.retrieve()
			.bodyToFlux(Status.class)
			.collectList()
			.block(PATIENCE);
		assertThat(seen.getLast().state()).isEqualTo(State.CANCELLED);
		assertThatExceptionOfType(WebClientResponseException.NotFound.class)
			.isThrownBy(() -> http.get().uri("/4711").retrieve().toBodilessEntity().block(PATIENCE));
	}

	private static String submit(WebClient http, String input) {
		return http.post().bodyValue(input).retrieve().bodyToMono(Status.class).block(PATIENCE).id();
	}

}
