package io.genserver.rpc.client;

import java.util.List;
import java.util.concurrent.Flow;

import io.genserver.protocol.WireMode;
import io.genserver.rpc.outbound.RemoteMethod;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ReactiveTypeDescriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * A client's contract may use any type of Spring's registry, as a server's may: here two
 * of a library that nobody knows.
 */
@ParameterizedClass
@EnumSource
@ExtendWith(BufferLeaks.class)
@RealThreads
class ClientRepliesTest {

	private final TestServers servers = new TestServers().add("counter", new CounterServer()).start();

	private final TestEndpoint endpoint = new TestEndpoint(this.servers);

	private final GenServerClient client;

	ClientRepliesTest(WireMode mode) {
		GenServerClientBuilder builder = GenServerClient.builder().callTimeout(HangGuard.DURATION);
		this.client = ((mode == WireMode.BASE) ? builder.baseMode() : builder).connect(this.endpoint.uri("/ws"));
	}

	@BeforeAll
	static void register() {
		ReactiveAdapterRegistry registry = ReactiveAdapterRegistry.getSharedInstance();
		registry.registerReactiveType(
				ReactiveTypeDescriptor.multiValue(Numbers.class, () -> new Numbers<>(Flux.empty())),
				(numbers) -> ((Numbers<?>) numbers).items, Numbers::new);
		registry.registerReactiveType(
				ReactiveTypeDescriptor.singleOptionalValue(Promise.class, () -> new Promise<>(Mono.empty())),
				(promise) -> ((Promise<?>) promise).value, Promise::new);
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.endpoint.close();
		this.servers.close();
	}

	@Test
	void aCallAndAStreamMayHaveAnyTypeOfTheRegistry() {
		Counter counter = this.client.server("counter", Counter.class);
		assertThat(Flux.from(counter.upTo(3).items).collectList().block(HangGuard.DURATION))
			.isEqualTo(List.of(1, 2, 3));
		assertThat(Mono.from(counter.twice(4).value).block(HangGuard.DURATION)).isEqualTo(8);
	}

	@Test
	void soMayWhatTheClientServes() {
		this.client.serve("mine", Counter.class, new Counter() {

			@Override
			public Numbers<Integer> upTo(int last) {
				return new Numbers<>(Flux.range(1, last));
			}

			@Override
			public Promise<Integer> twice(int number) {
				return new Promise<>(Mono.just(2 * number));
			}

		});
		byte[] reply = this.endpoint.connection()
			.peer()
			.calls()
			.call(RemoteMethod.of("mine.twice", false), "4".getBytes(), HangGuard.DURATION.toNanos(), (bytes) -> bytes);
		assertThat(new String(reply)).isEqualTo("8");
	}

	@Test
	void aTypeThatNoProxyCanMakeIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.server("counter", Special.class))
			.withMessageContaining("Numbers");
	}

	interface Counter {

		Numbers<Integer> upTo(int last);

		Promise<Integer> twice(int number);

	}

	interface Special {

		SpecialNumbers upTo(int last);

	}

	static class Numbers<T> {

		private final Publisher<T> items;

		Numbers(Publisher<T> items) {
			this.items = items;
		}

	}

	static final class SpecialNumbers extends Numbers<Integer> {

		SpecialNumbers() {
			super(Flux.empty());
		}

	}

	static final class Promise<T> {

		private final Publisher<T> value;

		Promise(Publisher<T> value) {
			this.value = value;
		}

	}

	interface LocalCounter {

		Flow.Publisher<Integer> upTo(int last);

		int twice(int number);

	}

	static final class CounterServer implements LocalCounter {

		@Override
		public Flow.Publisher<Integer> upTo(int last) {
			return FlowAdapters.toFlowPublisher(Flux.range(1, last));
		}

		@Override
		public int twice(int number) {
			return 2 * number;
		}

	}

}
