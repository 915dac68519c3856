package com.example.orders;

import reactor.core.publisher.Flux;

/** The orders for one symbol. */
public interface OrderBook {

	/** Trade what matches, keep the rest, and return how much was traded. */
	long place(Order order);

	/** Cancel all orders of a client, and return how many there were. */
	int cancelAll(String client);

	/** The trades from now on. */
	Flux<Trade> trades();

	enum Side {

		BUY, SELL

	}

	record Order(String client, Side side, long price, long quantity) {

		public Order {
			if (price <= 0 || quantity <= 0) {
				throw new IllegalArgumentException("Price and quantity must be positive");
			}
		}

		boolean matches(Order other) {
			return (this.side == Side.BUY) ? other.price <= this.price : other.price >= this.price;
		}

		Order withQuantity(long left) {
			return new Order(this.client, this.side, this.price, left);
		}

	}

	record Trade(String symbol, String buyer, String seller, long price, long quantity) {

	}

	/** An application event: trading in a symbol halts, or goes on. */
	record Halt(String symbol, boolean halted) {

	}

}
