package io.genserver.rpc.server;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.genserver.runtime.Durations;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

import org.springframework.context.SmartLifecycle;

/**
 * Ends the connections when the application stops, before the web server waits for the
 * requests that are active: an open WebSocket counts as one for as long as it is open.
 * The servers stop after that, so calls in flight can finish.
 *
 * @since 0.1.0
 */
public final class RpcServerLifecycle implements SmartLifecycle {

	/** What a peer gets to take leave, once its connection is closed. */
	private static final Duration GRACE = Duration.ofSeconds(2);

	/** Between two looks at what connections hold together. */
	private static final long SHED_MILLIS = 500;

	private final RpcConnections connections;

	private final Duration drainTimeout;

	private volatile @Nullable Disposable shedding;

	private volatile boolean running;

	/**
	 * Create.
	 * @param connections what to end
	 * @param settings how long calls in flight may take
	 */
	public RpcServerLifecycle(RpcConnections connections, RpcServerSettings settings) {
		this.connections = connections;
		this.drainTimeout = settings.drainTimeout();
	}

	@Override
	public void start() {
		this.shedding = Schedulers.parallel()
			.schedulePeriodically(this.connections::shed, SHED_MILLIS, SHED_MILLIS, TimeUnit.MILLISECONDS);
		this.running = true;
	}

	@Override
	public void stop() {
		shutdown()
			.orTimeout(Durations.millis(this.drainTimeout) + Durations.millis(GRACE) + 1000, TimeUnit.MILLISECONDS)
			.exceptionally((timeout) -> null)
			.join();
	}

	@Override
	public void stop(Runnable callback) {
		shutdown().whenComplete((nothing, failure) -> callback.run());
	}

	private CompletableFuture<@Nullable Void> shutdown() {
		this.running = false;
		Disposable pending = this.shedding;
		if (pending != null) {
			pending.dispose();
		}
		return this.connections.shutdown(this.drainTimeout, GRACE);
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public int getPhase() {
		return DEFAULT_PHASE;
	}

}
