package io.genserver.test.background;

import java.util.concurrent.CompletableFuture;

import io.genserver.GenServer;
import io.genserver.GenServerContext;

@GenServer("sum")
class SumServer implements Sum {

	private int total;

	@Override
	public void add(int number) {
		this.total += number;
	}

	@Override
	public int total() {
		return this.total;
	}

	@Override
	public CompletableFuture<Integer> next() {
		GenServerContext.current().deferReply();
		return CompletableFuture.completedFuture(0);
	}

}
