package io.genserver.rpc;

import java.time.Duration;
import java.util.function.LongSupplier;

import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.InboundBudget;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.WireSession;
import io.genserver.runtime.Durations;

/**
 * Stops and resumes reading from a connection in base mode, which knows no other way to
 * slow a peer down, by its {@link InboundBudget}. Bytes are charged when they are handed
 * on, on the connection's thread, and credited on whatever thread consumes them.
 * <p>
 * Whether reading is paused belongs to the connection's thread, which hears of the end of
 * a pause a moment late. What still arrives until then is not judged: the next bytes are.
 */
final class ReadGate implements Backlog {

	private final Transport transport;

	private final WireSession session;

	private final LongSupplier clock;

	private final InboundBudget budget;

	private final Duration longestPause;

	private final Runnable resume = this::resume;

	private boolean paused;

	private long pausedAt;

	ReadGate(Transport transport, WireSession session, PeerContext context) {
		ProtocolLimits limits = context.limits();
		this.transport = transport;
		this.session = session;
		this.clock = context.clock();
		this.budget = new InboundBudget(limits.inboundBudgetBytes());
		this.longestPause = limits.readPause();
	}

	@Override
	public void add(int bytes) {
		if (bytes > 0) {
			this.budget.charge(bytes);
		}
	}

	@Override
	public void consumed(InboundRequest request, int bytes, boolean itemsFollow) {
		credit(bytes);
	}

	@Override
	public void addItem(int bytes) {
		add(bytes + Outbound.OVERHEAD);
	}

	@Override
	public void consumedItems(InboundRequest request, int items, long bytes) {
		credit(bytes + (long) items * Outbound.OVERHEAD);
	}

	@Override
	public void consumedItems(OutboundCall call, int items, long bytes) {
		credit(bytes + (long) items * Outbound.OVERHEAD);
	}

	private void credit(long bytes) {
		if (bytes > 0 && this.budget.credit(bytes)) {
			this.transport.execute(this.resume);
		}
	}

	@Override
	public void received(long nowNanos) {
		if (!this.paused && this.budget.pause(this.session.bufferedBytes())) {
			this.paused = true;
			this.pausedAt = nowNanos;
			this.session.readingPaused(true, nowNanos);
			this.transport.pauseReading();
		}
	}

	private void resume() {
		this.paused = false;
		this.session.readingPaused(false, this.clock.getAsLong());
		this.transport.resumeReading();
	}

	@Override
	public void tick(long nowNanos) {
		if (this.paused && nowNanos - this.pausedAt >= Durations.nanos(this.longestPause)) {
			this.transport.close(new CloseReason(CloseCode.OVERLOADED,
					"what this peer sent was not consumed within " + this.longestPause));
		}
	}

	@Override
	public long bytes() {
		return this.budget.unconsumed();
	}

}
