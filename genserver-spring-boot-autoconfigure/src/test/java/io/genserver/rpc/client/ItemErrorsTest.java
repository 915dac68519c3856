package io.genserver.rpc.client;

import java.util.concurrent.Flow;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.genserver.protocol.WireMode;
import io.genserver.remote.RpcException;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Items whose classes throw errors, rather than exceptions, while they are read or
 * written: the stream ends for both sides, and the connection goes on.
 */
@ParameterizedClass
@EnumSource
@ExtendWith(BufferLeaks.class)
@RealThreads
class ItemErrorsTest {

	private final TestServers servers = new TestServers().add("odd", new OddServer()).start();

	private final TestEndpoint endpoint = new TestEndpoint(this.servers);

	private final GenServerClient client;

	private final Odd remote;

	ItemErrorsTest(WireMode mode) {
		GenServerClientBuilder builder = GenServerClient.builder().callTimeout(HangGuard.DURATION);
		this.client = ((mode == WireMode.BASE) ? builder.baseMode() : builder).connect(this.endpoint.uri("/ws"));
		this.remote = this.client.server("odd", Odd.class);
	}

	@AfterEach
	void stop() {
		assertThat(this.remote.plain()).isEqualTo(1);
		assertThat(this.endpoint.connections).hasSize(1);
		this.client.close();
		this.endpoint.close();
		this.servers.close();
	}

	@Test
	void ofAStreamThatCannotBeReadByItsCaller() {
		StepVerifier.create(this.client.stream("odd.numbers", Unreadable.class))
			.expectErrorSatisfies((error) -> assertThat(error).hasStackTraceContaining("not written yet"))
			.verify(HangGuard.DURATION);
	}

	@Test
	void ofAStreamThatCannotBeWrittenByItsServer() {
		StepVerifier.create(this.client.stream("odd.unwritable", Object.class))
			.expectErrorSatisfies((error) -> assertThat(error).isInstanceOf(RpcException.class)
				.hasMessageContaining("an item cannot be encoded"))
			.verify(HangGuard.DURATION);
	}

	@Test
	void ofAnUploadThatCannotBeReadByItsServer() {
		assertThatExceptionOfType(RpcException.class)
			.isThrownBy(() -> this.remote.takeUnreadable(FlowAdapters.toFlowPublisher(Flux.just(1, 2))))
			.withMessageContaining("cannot be decoded");
	}

	@Test
	void ofAnUploadThatCannotBeWrittenByItsCaller() {
		assertThatExceptionOfType(NotWrittenYet.class)
			.isThrownBy(() -> this.remote.takeUnwritable(FlowAdapters.toFlowPublisher(Flux.just(new Unwritable()))));
	}

	/** As Kotlin's {@code TODO()} throws it. */
	private static final class NotWrittenYet extends Error {

		private static final long serialVersionUID = 1;

		NotWrittenYet() {
			super("not written yet");
		}

	}

	record Unreadable(int number) {

		@JsonCreator(mode = JsonCreator.Mode.DELEGATING)
		Unreadable {
			throw new NotWrittenYet();
		}

	}

	public static final class Unwritable {

		public int getNumber() {
			throw new NotWrittenYet();
		}

	}

	interface Odd {

		int plain();

		Flow.Publisher<Integer> numbers();

		Flow.Publisher<Unwritable> unwritable();

		int takeUnreadable(Flow.Publisher<Integer> items);

		int takeUnwritable(Flow.Publisher<Unwritable> items);

	}

	/** What the server has instead of the numbers. */
	interface OddItems {

		int plain();

		Flow.Publisher<Integer> numbers();

		Flow.Publisher<Unwritable> unwritable();

		int takeUnreadable(Flow.Publisher<Unreadable> items);

		int takeUnwritable(Flow.Publisher<Integer> items);

	}

	static final class OddServer implements OddItems {

		@Override
		public int plain() {
			return 1;
		}

		@Override
		public Flow.Publisher<Integer> numbers() {
			return FlowAdapters.toFlowPublisher(Flux.just(1, 2));
		}

		@Override
		public Flow.Publisher<Unwritable> unwritable() {
			return FlowAdapters.toFlowPublisher(Flux.just(new Unwritable(), new Unwritable()));
		}

		@Override
		public int takeUnreadable(Flow.Publisher<Unreadable> items) {
			return Math.toIntExact(Flux.from(FlowAdapters.toPublisher(items)).count().block());
		}

		@Override
		public int takeUnwritable(Flow.Publisher<Integer> items) {
			return Math.toIntExact(Flux.from(FlowAdapters.toPublisher(items)).count().block());
		}

	}

}
