package io.genserver.test.slice;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.genserver.GenServer;
import io.genserver.GenServerContext;

@GenServer("stock")
class StockServer implements Stock {

	static final Map<String, CompletableFuture<String>> ASKED = new ConcurrentHashMap<>();

	private final GenServerContext context;

	private int pieces;

	StockServer(GenServerContext context) {
		this.context = context;
	}

	@Override
	public void add(int pieces) {
		if (pieces < 0) {
			throw new AssertionError("broken");
		}
		this.pieces += pieces;
	}

	@Override
	public int pieces() {
		return this.pieces;
	}

	@Override
	public int reserve(int wanted) {
		int reserved = Math.min(wanted, this.pieces);
		this.pieces -= reserved;
		this.context.schedule(Duration.ofMinutes(1), () -> this.pieces += reserved);
		return reserved;
	}

	@Override
	public CompletableFuture<String> supplier() {
		CompletableFuture<String> answer = new CompletableFuture<>();
		ASKED.put("supplier", answer);
		return answer;
	}

}
