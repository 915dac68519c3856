package io.genserver.test.slice;

import java.util.concurrent.CompletableFuture;

import io.genserver.Cast;

interface Stock {

	@Cast
	void add(int pieces);

	int pieces();

	/** Reserves for a minute. */
	int reserve(int wanted);

	/** Answered by somebody else's thread, if ever. */
	CompletableFuture<String> supplier();

}
