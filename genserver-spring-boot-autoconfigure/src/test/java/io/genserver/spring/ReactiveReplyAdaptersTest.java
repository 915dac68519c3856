package io.genserver.spring;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.runtime.contract.ReplyAdapter;
import io.genserver.runtime.contract.ReplyAdapters;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.boot.test.context.FilteredClassLoader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReactiveReplyAdaptersTest {

	private final ReplyAdapters adapters = ReactiveReplyAdapters.create(getClass().getClassLoader(), null);

	@Test
	void aMonoCallsOncePerSubscriber() {
		AtomicInteger calls = new AtomicInteger();
		Mono<?> mono = (Mono<?>) single(Mono.class)
			.toCaller(() -> CompletableFuture.completedFuture(calls.incrementAndGet()));
		assertThat(calls).hasValue(0);
		StepVerifier.create(mono.cast(Integer.class)).expectNext(1).verifyComplete();
		StepVerifier.create(mono.cast(Integer.class)).expectNext(2).verifyComplete();
	}

	@Test
	void cancellingAMonoCancelsItsCall() {
		CompletableFuture<Object> call = new CompletableFuture<>();
		Disposable subscription = ((Mono<?>) single(Mono.class).toCaller(() -> call)).subscribe();
		subscription.dispose();
		assertThat(call).isCancelled();
	}

	@Test
	void aMonoWithoutAReplyIsEmptyAndAFailureIsItsError() {
		StepVerifier.create((Mono<?>) single(Mono.class).toCaller(() -> CompletableFuture.completedFuture(null)))
			.verifyComplete();
		StepVerifier
			.create((Mono<?>) single(Mono.class)
				.toCaller(() -> CompletableFuture.failedFuture(new IllegalStateException("as thrown"))))
			.verifyErrorMessage("as thrown");
	}

	@Test
	void aHandlersMonoIsAFuture() {
		CompletableFuture<Object> stage = new CompletableFuture<>();
		single(Mono.class).fromHandler(Mono.just("reply")).thenAccept(stage::complete);
		assertThat(stage).isCompletedWithValue("reply");
	}

	@Test
	void aFluxOpensAStreamPerSubscriberAndCancelsIt() {
		List<Flow.Subscriber<?>> opened = new ArrayList<>();
		AtomicInteger cancelled = new AtomicInteger();
		Flow.Publisher<Object> items = (subscriber) -> {
			opened.add(subscriber);
			subscriber.onSubscribe(new Flow.Subscription() {

				@Override
				public void request(long n) {
					subscriber.onNext("item");
				}

				@Override
				public void cancel() {
					cancelled.incrementAndGet();
				}

			});
		};
		Flux<?> flux = (Flux<?>) stream(Flux.class).toCaller(items);
		assertThat(opened).isEmpty();
		StepVerifier.create(flux.cast(String.class), 1).expectNext("item").thenCancel().verify();
		StepVerifier.create(flux.cast(String.class), 1).expectNext("item").thenCancel().verify();
		assertThat(opened).hasSize(2);
		assertThat(cancelled).hasValue(2);
	}

	@Test
	void aHandlersStreamIsAPublisherWhateverItsType() {
		assertThat(stream(Flux.class).fromHandler(Flux.just(1))).isInstanceOf(Flow.Publisher.class);
		assertThat(stream(Publisher.class).fromHandler(Flux.just(1))).isInstanceOf(Flow.Publisher.class);
		SubmissionPublisher<String> plain = new SubmissionPublisher<>();
		assertThat(stream(Flow.Publisher.class).fromHandler(plain)).isSameAs(plain);
	}

	@Test
	void otherTypesAreRepliesThemselves() {
		assertThat(this.adapters.find(String.class)).isNull();
		assertThat(this.adapters.find(Object.class)).isNull();
		assertThat(this.adapters.find(List.class)).isNull();
		assertThat(this.adapters.find(void.class)).isNull();
	}

	@Test
	void aSubtypeNobodyCanMakeIsRefused() {
		assertThatThrownBy(() -> this.adapters.find(MyFuture.class)).isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining("no proxy can make a");
	}

	@Test
	void withoutReactorOnlyTheTypesOfTheJdkAreKnown() {
		ReplyAdapters without = ReactiveReplyAdapters.create(new FilteredClassLoader(Mono.class), null);
		assertThat(without.find(CompletableFuture.class)).isNotNull();
		assertThat(without.find(Flow.Publisher.class)).isNotNull();
		assertThat(without.find(Mono.class)).isNull();
	}

	private ReplyAdapter.Single single(Class<?> type) {
		return (ReplyAdapter.Single) this.adapters.find(type);
	}

	private ReplyAdapter.Stream stream(Class<?> type) {
		return (ReplyAdapter.Stream) this.adapters.find(type);
	}

	static class MyFuture extends CompletableFuture<String> {

	}

}
