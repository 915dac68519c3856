package io.genserver.rpc.peer;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.CompletableFuture;

import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.codec.JsonCodec;
import io.genserver.rpc.outbound.OutboundCalls;
import io.genserver.rpc.outbound.RemoteContracts;
import io.genserver.rpc.outbound.RpcInterceptors;
import io.genserver.runtime.contract.InvalidOperationException;
import io.genserver.spring.ReactiveReplyAdapters;
import io.genserver.testsupport.HangGuard;
import kotlinx.coroutines.flow.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ReactiveTypeDescriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Contracts as Kotlin's compiler makes them, with stubs of Kotlin's types. */
class KotlinContractsTest {

	private final TestServers servers = new TestServers().add("feed", new FeedServer()).start();

	private @Nullable PeerPair pair;

	/** As Spring does where it finds Kotlin's own. */
	@BeforeAll
	static void knowFlow() {
		ReactiveAdapterRegistry.getSharedInstance()
			.registerReactiveType(ReactiveTypeDescriptor.multiValue(Flow.class, () -> (Flow<Object>) Flux::empty),
					(flow) -> ((Flow<?>) flow).publisher(), (publisher) -> (Flow<Object>) () -> Flux.from(publisher));
	}

	@AfterEach
	void stop() {
		if (this.pair != null) {
			this.pair.close();
		}
		this.servers.close();
	}

	private OutboundCalls connect(WireMode mode) {
		this.pair = new PeerPair(mode, ProtocolLimits.defaults(), this.servers.context(ProtocolLimits.defaults()), 19);
		return this.pair.calls();
	}

	private static RemoteContracts contracts(boolean adapters) {
		JsonCodec codec = new JsonCodec(JsonMapper.builder().build());
		return adapters
				? new RemoteContracts(codec, HangGuard.DURATION, RpcInterceptors.NONE,
						ReactiveReplyAdapters.create(KotlinContractsTest.class.getClassLoader(), null))
				: new RemoteContracts(codec, HangGuard.DURATION);
	}

	@ParameterizedTest
	@EnumSource
	void aFlowHasTheItemsOfAStream(WireMode mode) {
		KotlinFeed feed = contracts(true).server(connect(mode), "feed", KotlinFeed.class);
		assertThat(Flux.from(feed.numbers(1000).publisher()).collectList().block(HangGuard.DURATION)).hasSize(1000)
			.startsWith(0, 1, 2)
			.endsWith(999);
		assertThat(Flux.from(feed.numbers(1_000_000).publisher()).take(3).collectList().block(HangGuard.DURATION))
			.containsExactly(0, 1, 2);
	}

	@ParameterizedTest
	@EnumSource
	void whereNothingAdaptsAFlowTheContractIsRefused(WireMode mode) {
		OutboundCalls calls = connect(mode);
		assertThatExceptionOfType(InvalidOperationException.class)
			.isThrownBy(() -> contracts(false).server(calls, "feed", KotlinFeed.class))
			.withMessageContaining("returns a Flow, for which there is no adapter");
	}

	/** Kotlin marks what may be null by annotations that are not there at run time. */
	@ParameterizedTest
	@EnumSource
	void aStringThatMayBeNullIsNullInBothDirections(WireMode mode) {
		KotlinFeed feed = contracts(true).server(connect(mode), "feed", KotlinFeed.class);
		assertThat(feed.echo(null)).isNull();
		assertThat(feed.echo("text")).isEqualTo("text");
		assertThat(feed.later(null).join()).isNull();
		assertThat(feed.later("text").join()).isEqualTo("text");
		assertThat(feed.both(null, "b")).isEqualTo("null b");
		assertThat(feed.both("a", null)).isEqualTo("a null");
	}

	/** As org.jetbrains.annotations.Nullable, which a {@code String?} gets. */
	@Retention(RetentionPolicy.CLASS)
	@Target({ ElementType.METHOD, ElementType.PARAMETER })
	@interface MayBeNull {

	}

	@SuppressWarnings("NullAway")
	interface KotlinFeed {

		Flow<Integer> numbers(int count);

		@MayBeNull
		String echo(@MayBeNull String text);

		CompletableFuture<String> later(@MayBeNull String text);

		String both(@MayBeNull String one, @MayBeNull String other);

	}

	interface Feed {

		java.util.concurrent.Flow.Publisher<Integer> numbers(int count);

		@Nullable String echo(@Nullable String text);

		CompletableFuture<@Nullable String> later(@Nullable String text);

		String both(@Nullable String one, @Nullable String other);

	}

	static class FeedServer implements Feed {

		@Override
		public java.util.concurrent.Flow.Publisher<Integer> numbers(int count) {
			return FlowAdapters.toFlowPublisher(Flux.range(0, count));
		}

		@Override
		public @Nullable String echo(@Nullable String text) {
			return text;
		}

		@Override
		public CompletableFuture<@Nullable String> later(@Nullable String text) {
			return CompletableFuture.completedFuture(text);
		}

		@Override
		public String both(@Nullable String one, @Nullable String other) {
			return one + " " + other;
		}

	}

}
