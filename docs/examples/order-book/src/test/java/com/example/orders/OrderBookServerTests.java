package com.example.orders;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import com.example.orders.OrderBook.Halt;
import com.example.orders.OrderBook.Order;
import com.example.orders.OrderBook.Side;
import com.example.orders.OrderBook.Trade;
import io.genserver.Keyed;
import io.genserver.remote.RpcException;
import io.genserver.test.GenServerTest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@GenServerTest(properties = { "audit.file=target/audit-of-tests.log", "symbols=ACME, HOOLI, INITECH, STOP, LOG" })
@Import(Desk.class)
class OrderBookServerTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final Path LOG = Path.of("target/audit-of-tests.log");

	@Autowired
	private Keyed<OrderBook> books;

	@Autowired
	private Audit audit;

	@Autowired
	private Desk desk;

	@BeforeAll
	static void noLog() throws IOException {
		Files.deleteIfExists(LOG);
	}

	@Test
	void theBestPriceTradesFirstThenTheEarliestOrder() {
		OrderBook book = this.books.get("ACME");
		assertThat(book.place(new Order("ann", Side.SELL, 11, 5))).isZero();
		assertThat(book.place(new Order("bob", Side.SELL, 10, 5))).isZero();
		assertThat(book.place(new Order("carol", Side.SELL, 10, 5))).isZero();
		assertThat(book.place(new Order("dave", Side.BUY, 9, 5))).isZero();
		StepVerifier.create(book.trades())
			.then(() -> assertThat(book.place(new Order("erin", Side.BUY, 10, 7))).isEqualTo(7))
			.expectNext(new Trade("ACME", "erin", "bob", 10, 5), new Trade("ACME", "erin", "carol", 10, 2))
			.then(() -> assertThat(book.place(new Order("frank", Side.BUY, 11, 9))).isEqualTo(8))
			.expectNext(new Trade("ACME", "frank", "carol", 10, 3), new Trade("ACME", "frank", "ann", 11, 5))
			.then(() -> book.place(new Order("gina", Side.SELL, 9, 2)))
			.expectNext(new Trade("ACME", "frank", "gina", 11, 1), new Trade("ACME", "dave", "gina", 9, 1))
			.thenCancel()
			.verify(PATIENCE);
	}

	@Test
	void allOrdersOfAClientAreCancelledInAllBooks() {
		this.books.get("HOOLI").place(new Order("ann", Side.SELL, 10, 5));
		this.books.get("HOOLI").place(new Order("bob", Side.SELL, 10, 5));
		this.books.get("INITECH").place(new Order("ann", Side.BUY, 10, 5));
		this.books.get("INITECH").place(new Order("ann", Side.BUY, 11, 5));
		Map<String, Integer> cancelled = this.desk.cancelAll("ann").join();
		assertThat(cancelled).containsEntry("HOOLI", 1).containsEntry("INITECH", 2);
		assertThat(this.books.get("INITECH").place(new Order("carol", Side.SELL, 10, 1))).isZero();
		assertThat(this.books.get("HOOLI").place(new Order("carol", Side.BUY, 10, 9))).isEqualTo(5);
	}

	@Test
	void ordersWaitWhileTradingIsHalted() {
		OrderBook book = this.books.get("STOP");
		book.place(new Order("ann", Side.SELL, 10, 5));
		this.desk.halt("STOP", true);
		CompletableFuture<Long> traded = this.books.ref("STOP")
			.withTimeout(PATIENCE)
			.callAsync((halted) -> halted.place(new Order("bob", Side.BUY, 10, 5)));
		assertThat(book.cancelAll("carol")).isZero();
		assertThat(traded).isNotDone();
		this.desk.halt("STOP", false);
		assertThat(traded).succeedsWithin(PATIENCE).isEqualTo(5L);
	}

	@Test
	void theAuditLogHasEachStepInOrder() throws IOException {
		OrderBook book = this.books.get("LOG");
		book.place(new Order("ann", Side.SELL, 10, 5));
		book.place(new Order("bob", Side.BUY, 10, 5));
		this.audit.flush();
		assertThat(lines("LOG")).containsExactly("opened", "placed", "placed", "traded");
	}

	@Test
	void thereAreNoOtherSymbols() {
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> this.books.get("NONE").cancelAll("ann"))
			.satisfies((refused) -> assertThat(refused.reason()).isEqualTo("no-such-symbol"));
		assertThat(this.books.keys()).doesNotContain("NONE");
	}

	private static List<String> lines(String symbol) throws IOException {
		return Files.readAllLines(LOG)
			.stream()
			.map((line) -> line.split(" "))
			.filter((words) -> words[1].equals(symbol))
			.map((words) -> words[2])
			.toList();
	}

}
