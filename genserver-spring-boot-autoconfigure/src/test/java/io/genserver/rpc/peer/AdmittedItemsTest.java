package io.genserver.rpc.peer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.WireMode;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.outbound.RemoteMethod;
import io.genserver.rpc.outbound.RequestBody;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.PeerContexts;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/** Requests whose items come while it is decided whether they are allowed. */
@ParameterizedClass
@EnumSource
@ExtendWith(BufferLeaks.class)
@RealThreads
class AdmittedItemsTest {

	private static final int ITEMS = 100;

	private final WireMode mode;

	private final CompletableFuture<Boolean> decision = new CompletableFuture<>();

	private final TestServers servers = new TestServers().add("sink", new SinkServer()).start();

	private final PeerPair pair;

	AdmittedItemsTest(WireMode mode) {
		this.mode = mode;
		PeerContext context = this.servers.context(ProtocolLimits.defaults());
		this.pair = new PeerPair(mode, ProtocolLimits.defaults(),
				PeerContexts.of(context.connection().limits(), context.extLimits(), context.exposure().streamFailure(),
						context.exposure().operations(), context.connection().workers(), context.connection().clock(),
						(caller, target) -> this.decision),
				5);
	}

	@AfterEach
	void stop() {
		this.pair.close();
		this.servers.close();
	}

	private CompletableFuture<String> call() {
		AtomicInteger taken = new AtomicInteger();
		Flux<Integer> numbers = Flux.range(1, ITEMS).doOnNext((each) -> taken.incrementAndGet());
		CompletableFuture<String> reply = this.pair.calls()
			.callAsync(RemoteMethod.of("sink.sum"),
					new RequestBody(new byte[0], FlowAdapters.toFlowPublisher(numbers),
							(item) -> String.valueOf(item).getBytes(StandardCharsets.UTF_8), Map.of()),
					HangGuard.DURATION.toNanos(), (bytes) -> new String(bytes, StandardCharsets.UTF_8));
		waitFor(() -> taken.get() == ITEMS);
		waitFor(() -> this.pair.server.peer.inboundBytes() > 0);
		return reply;
	}

	@Test
	void itemsWaitForTheDecision() throws Exception {
		CompletableFuture<String> reply = call();
		this.decision.complete(true);
		assertThat(reply.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("5050");
		waitFor(() -> this.pair.server.peer.inboundBytes() == 0);
	}

	@Test
	void itemsOfWhatIsRefusedAreLetGoOf() throws Exception {
		CompletableFuture<String> reply = call();
		this.decision.complete(false);
		try {
			reply.get(HangGuard.SECONDS, TimeUnit.SECONDS);
			throw new AssertionError("no failure");
		}
		catch (ExecutionException ex) {
			assertThat(((RpcException) ex.getCause()).status())
				.isEqualTo((this.mode == WireMode.EXT) ? Status.PERMISSION_DENIED : Status.FAIL);
		}
		waitFor(() -> this.pair.server.peer.inboundBytes() == 0);
	}

	@Test
	void itemsOfWhatIsCancelledMeanwhileAreLetGoOf() {
		CompletableFuture<String> reply = call();
		reply.cancel(true);
		waitFor(() -> this.pair.server.peer.inboundBytes() == 0);
		this.decision.complete(true);
	}

	private static void waitFor(BooleanSupplier condition) {
		long end = System.nanoTime() + HangGuard.DURATION.toNanos();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("hang guard").isLessThan(end);
			Thread.yield();
		}
	}

	interface Sink {

		CompletableFuture<Integer> sum(Flux<Integer> numbers);

	}

	static final class SinkServer implements Sink {

		@Override
		public CompletableFuture<Integer> sum(Flux<Integer> numbers) {
			return numbers.reduce(0, Integer::sum).toFuture();
		}

	}

}
