package com.example.orders;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import com.example.orders.OrderBook.Order;
import com.example.orders.OrderBook.Side;
import com.example.orders.OrderBook.Trade;
import io.genserver.rpc.client.GenServerClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

class OrderBookApplicationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	@TempDir
	private Path folder;

	@Test
	void theAuditLogIsWholeWhenTheApplicationHasEnded() throws IOException {
		Path file = this.folder.resolve("audit.log");
		try (ConfigurableApplicationContext application = SpringApplication.run(OrderBookApplication.class,
				"--server.port=0", "--audit.file=" + file)) {
			String address = "localhost:" + application.getEnvironment().getProperty("local.server.port");
			try (GenServerClient client = GenServerClient.builder()
				.callTimeout(PATIENCE)
				.connect(URI.create("ws://" + address + "/ws"))) {
				OrderBook book = client.server("book", "ACME", OrderBook.class);
				StepVerifier.create(book.trades())
					.then(() -> book.place(new Order("ann", Side.SELL, 10, 5)))
					.then(() -> book.place(new Order("bob", Side.BUY, 10, 3)))
					.expectNext(new Trade("ACME", "bob", "ann", 10, 3))
					.thenCancel()
					.verify(PATIENCE);
			}
			String cancelled = WebClient.create("http://" + address)
				.delete()
				.uri("/clients/ann/orders")
				.retrieve()
				.bodyToMono(String.class)
				.block(PATIENCE);
			assertThat(cancelled).isEqualTo("{\"ACME\":1}");
		}
		List<String> lines = Files.readAllLines(file);
		assertThat(lines).hasSize(6);
		assertThat(lines.getFirst()).endsWith(" ACME opened");
		assertThat(lines.getLast()).endsWith(" ACME closed with 0 orders");
	}

}
