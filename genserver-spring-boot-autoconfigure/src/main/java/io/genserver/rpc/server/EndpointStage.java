package io.genserver.rpc.server;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.genserver.runtime.LifecycleStage;
import io.genserver.runtime.ShutdownTime;
import io.genserver.runtime.message.FailureLog;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/**
 * Ends the connections when the application stops, before the web server waits for the
 * requests that are active: an open WebSocket counts as one for as long as it is open.
 * The servers stop after that, so calls in flight can finish. After a stop connections
 * are accepted again once it is started.
 */
public final class EndpointStage implements LifecycleStage {

	/** What a peer gets at most to take leave, once its connection is closed. */
	private static final Duration GRACE = Duration.ofSeconds(2);

	/** Between two looks at what connections hold together. */
	private static final long SHED_MILLIS = 100;

	private final RpcConnections connections;

	private final FailureLog failures;

	private volatile @Nullable Disposable shedding;

	/**
	 * Create.
	 * @param connections what to end
	 * @param failures where failures are counted that peers cause
	 */
	public EndpointStage(RpcConnections connections, FailureLog failures) {
		this.connections = connections;
		this.failures = failures;
	}

	@Override
	public void start() {
		this.connections.reopen();
		this.shedding = Schedulers.parallel()
			.schedulePeriodically(this::look, SHED_MILLIS, SHED_MILLIS, TimeUnit.MILLISECONDS);
	}

	private void look() {
		this.connections.shed();
		this.failures.sweep();
	}

	@Override
	public void stop(ShutdownTime time) {
		Disposable pending = this.shedding;
		if (pending != null) {
			pending.dispose();
		}
		Duration drain = time.leftToDrain();
		Duration grace = grace(drain, time.left());
		await(this.connections.shutdown(drain, grace), time.left());
	}

	/**
	 * Of the time that is left after the drain, so much for peers to take leave, and as
	 * much again for what has not. Half of it is for the servers, and for the web server
	 * nothing is left open.
	 */
	static Duration grace(Duration drain, Duration left) {
		return min(GRACE, left.minus(min(drain, left)).dividedBy(4));
	}

	private static Duration min(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

	private static void await(Future<?> closed, Duration limit) {
		try {
			closed.get(Durations.nanos(limit), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			// No time is left: what is open ends with the web server.
		}
	}

}
