package com.example.orders;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.genserver.Keyed;
import io.genserver.KeyedReplies;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
class Desk {

	private final Keyed<OrderBook> books;

	private final ApplicationEventPublisher publisher;

	Desk(Keyed<OrderBook> books, ApplicationEventPublisher publisher) {
		this.books = books;
		this.publisher = publisher;
	}

	/** Cancel the orders of a client in all books, or say in which that failed. */
	@DeleteMapping("/clients/{client}/orders")
	CompletableFuture<Map<String, Integer>> cancelAll(@PathVariable String client) {
		return this.books.askAll(this.books.keys().toList(), 16, (book) -> book.cancelAll(client))
			.thenApply(KeyedReplies::orThrow);
	}

	@PutMapping("/books/{symbol}/halted")
	void halt(@PathVariable String symbol, @RequestBody boolean halted) {
		this.publisher.publishEvent(new OrderBook.Halt(symbol, halted));
	}

}
