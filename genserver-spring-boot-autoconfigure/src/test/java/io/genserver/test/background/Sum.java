package io.genserver.test.background;

import java.util.concurrent.CompletableFuture;

import io.genserver.Cast;

interface Sum {

	@Cast
	void add(int number);

	int total();

	/** Never replied to. */
	CompletableFuture<Integer> next();

}
