package com.example.jobs;

import java.math.BigInteger;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

import io.genserver.GenServer;

/** Counts primes. What runs concurrently must not touch fields that change. */
@GenServer(name = "workers", capacity = 100)
class PrimesServer implements Workers {

	@Override
	public CompletableFuture<String> run(String input, IntConsumer percent) {
		int limit = Integer.parseInt(input);
		int primes = 0;
		for (int number = 0; number < limit; number++) {
			if (Thread.interrupted()) {
				throw new CancellationException("interrupted");
			}
			primes += BigInteger.valueOf(number).isProbablePrime(20) ? 1 : 0;
			if (number % Math.max(1, limit / 100) == 0) {
				percent.accept((int) (100L * number / limit));
			}
		}
		return CompletableFuture.completedFuture(Integer.toString(primes));
	}

}
