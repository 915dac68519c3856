package com.example.twins;

import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.context.bean.override.convention.TestBean;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class TwinsApplicationTests {

	@LocalServerPort
	private int port;

	@TestBean
	private Gateway gateway;

	static Gateway gateway() {
		return () -> null;
	}

	@Test
	void devicesReportAndAreAskedFor() {
		RestClient http = RestClient.create("http://localhost:" + this.port + "/devices");
		for (String device : List.of("north", "south")) {
			assertThat(http.post()
				.uri("/{device}/reports", device)
				.contentType(MediaType.APPLICATION_JSON)
				.body("21.5")
				.retrieve()
				.toBodilessEntity()
				.getStatusCode()).isEqualTo(HttpStatus.ACCEPTED);
		}
		assertThat(http.get().uri("/north").retrieve().body(Twin.State.class))
			.isEqualTo(new Twin.State("north", 1, 21.5, true));
		assertThat(http.get().retrieve().body(DevicesController.Summary.class))
			.isEqualTo(new DevicesController.Summary(2, 21.5, 0));
		assertThatExceptionOfType(HttpClientErrorException.NotFound.class)
			.isThrownBy(() -> http.get().uri("/{id}", "no device").retrieve().toBodilessEntity());
	}

}
