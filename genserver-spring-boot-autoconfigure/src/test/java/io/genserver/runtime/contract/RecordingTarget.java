package io.genserver.runtime.contract;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

/**
 * Notes what a proxy sends, and answers with what the test put here.
 */
class RecordingTarget implements ContractTarget {

	final List<String> sent = new ArrayList<>();

	@Nullable Object reply;

	final CompletableFuture<@Nullable Object> future = new CompletableFuture<>();

	Flow.@Nullable Subscriber<? super @Nullable Object> subscriber;

	@Override
	public @Nullable Object call(MethodOperation operation, @Nullable Object[] arguments) {
		note("call", operation, arguments);
		return this.reply;
	}

	@Override
	public CompletableFuture<@Nullable Object> callAsync(MethodOperation operation, @Nullable Object[] arguments) {
		note("callAsync", operation, arguments);
		return this.future;
	}

	@Override
	public void cast(MethodOperation operation, @Nullable Object[] arguments) {
		note("cast", operation, arguments);
	}

	@Override
	public void stream(MethodOperation operation, @Nullable Object[] arguments,
			Flow.Subscriber<? super @Nullable Object> subscriber) {
		note("stream", operation, arguments);
		this.subscriber = subscriber;
	}

	private void note(String how, MethodOperation operation, @Nullable Object[] arguments) {
		this.sent.add(how + " " + operation.name() + Arrays.toString(arguments));
	}

	@Override
	public String toString() {
		return "server recording";
	}

}
