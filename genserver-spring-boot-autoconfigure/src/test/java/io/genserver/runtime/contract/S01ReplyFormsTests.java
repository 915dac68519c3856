package io.genserver.runtime.contract;

import java.nio.channels.CompletionHandler;
import java.util.Iterator;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.Reply;
import io.genserver.spring.ReactiveReplyAdapters;
import kotlin.coroutines.Continuation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Methods whose reply would come about outside of the turn are refused at start, instead
 * of running without isolation and deadline.
 */
class S01ReplyFormsTests {

	private final ReflectiveContracts contracts = new ReflectiveContracts(
			ReactiveReplyAdapters.create(getClass().getClassLoader(), null));

	@ParameterizedTest
	@ValueSource(classes = { Suspending.class, SuspendingHandler.class, SuspendingCast.class })
	void S01_suspendFunctionsOfKotlinAreRefused(Class<?> type) {
		assertThatExceptionOfType(InvalidOperationException.class)
			.isThrownBy(() -> this.contracts.operationsOf("server", type))
			.withMessageContaining("slow(")
			.withMessageContaining("is a suspend function of Kotlin")
			.withMessageContaining("CompletableFuture");
	}

	@ParameterizedTest
	@ValueSource(classes = { ToHandler.class, ToSubscriber.class, ToFlowSubscriber.class, ToCoreSubscriber.class,
			ToMonoSink.class, ToFluxSink.class, ToOne.class, ToOwnHandler.class, ToVariable.class })
	void S01_parametersThatTakeTheReplyAreRefused(Class<?> type) {
		assertThatExceptionOfType(InvalidOperationException.class)
			.isThrownBy(() -> this.contracts.operationsOf("server", type))
			.withMessageContaining("get(")
			.withMessageContaining("hands its reply to a parameter")
			.withMessageContaining("deferReply()");
	}

	@ParameterizedTest
	@ValueSource(classes = { OfFuture.class, OfTask.class, OfScheduled.class, OfOwnFuture.class, OfCallable.class,
			OfRunnable.class, OfSupplier.class, OfIntSupplier.class, OfStream.class, OfIntStream.class,
			OfIterator.class, OfOwnPublisher.class })
	void S01_returnedThingsThatAreNoReplyYetAreRefused(Class<?> type) {
		assertThatExceptionOfType(InvalidOperationException.class)
			.isThrownBy(() -> this.contracts.operationsOf("server", type))
			.withMessageContaining("get(")
			.withMessageContaining("CompletableFuture");
	}

	@Test
	void S01_withoutReactorItsTypesAreRefusedToo() {
		assertThatExceptionOfType(InvalidOperationException.class)
			.isThrownBy(() -> new ReflectiveContracts(ReplyAdapters.JDK).operationsOf("server", OfMono.class))
			.withMessageContaining("for which there is no adapter");
	}

	@Test
	void S01_whatIsSupportedIsNotRefused() {
		assertThat(this.contracts.operationsOf("server", Supported.class)).hasSize(8);
	}

	interface Suspending {

		Object slow(int number, Continuation<? super Integer> completion);

	}

	static class SuspendingHandler {

		@Call
		Object slow(String message, Continuation<? super Integer> completion) {
			return message;
		}

	}

	interface SuspendingCast {

		@Cast
		void slow(Continuation<? super Integer> completion);

	}

	interface ToHandler {

		void get(String key, CompletionHandler<String, Object> handler);

	}

	interface OwnHandler extends CompletionHandler<String, Object> {

	}

	interface ToOwnHandler {

		void get(OwnHandler handler);

	}

	interface Variable<H> {

		@Cast
		void get(String key, H handler);

	}

	interface ToVariable extends Variable<OwnHandler> {

	}

	interface ToSubscriber {

		void get(Subscriber<String> subscriber);

	}

	interface ToFlowSubscriber {

		@Cast
		void get(Flow.Subscriber<String> subscriber);

	}

	interface ToCoreSubscriber {

		void get(CoreSubscriber<String> subscriber);

	}

	interface ToMonoSink {

		void get(MonoSink<String> sink);

	}

	interface ToFluxSink {

		void get(FluxSink<String> sink);

	}

	interface ToOne {

		void get(Sinks.One<String> sink);

	}

	interface OfFuture {

		Future<String> get();

	}

	interface OfTask {

		FutureTask<String> get();

	}

	interface OfScheduled {

		ScheduledFuture<String> get();

	}

	static class OwnFuture extends CompletableFuture<String> {

	}

	interface OfOwnFuture {

		OwnFuture get();

	}

	interface OfCallable {

		Callable<String> get();

	}

	interface OfRunnable {

		Runnable get();

	}

	interface OfSupplier {

		Supplier<String> get();

	}

	interface OfIntSupplier {

		IntSupplier get();

	}

	interface OfStream {

		Stream<String> get();

	}

	interface OfIntStream {

		IntStream get();

	}

	interface OfIterator {

		Iterator<String> get();

	}

	interface OwnPublisher extends Publisher<String> {

	}

	interface OfOwnPublisher {

		OwnPublisher get();

	}

	interface OfMono {

		Mono<String> get();

	}

	interface Supported {

		String value(Supplier<String> argument);

		CompletableFuture<String> future(Runnable argument);

		Mono<String> mono();

		Flux<String> flux();

		Flow.Publisher<String> publisher();

		void reply(Reply<String> reply);

		@Cast
		void cast(CompletableFuture<String> input);

		Iterable<String> list();

	}

}
