package io.genserver.rpc;

import java.time.Duration;

import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.InboundBudget;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.WireSession;
import io.genserver.time.Durations;

/**
 * Stops and resumes reading from a connection in base mode, which knows no other way to
 * slow a peer down, by its {@link InboundBudget}. Bytes are charged when they are handed
 * on, on the connection's thread, and credited on whatever thread consumes them.
 * <p>
 * Whether reading is paused belongs to the connection's thread, which hears of the end of
 * a pause a moment late. What still arrives until then is not judged: the next bytes are.
 */
public final class ReadGate implements InboundBackpressure {

	/**
	 * What a request costs that waits for its handler, in addition to what it brought.
	 */
	private static final int REQUEST_OVERHEAD = 512;

	private final Transport transport;

	private final WireSession session;

	private final Reading reading;

	private final InboundBudget budget;

	private final Duration longestPause;

	private final Runnable resume = this::resume;

	/** What the session held when it was last looked at. */
	private volatile long assembling;

	private boolean paused;

	private long pausedAt;

	/** What was not consumed at the last tick of a pause. */
	private long unconsumed;

	public ReadGate(Transport transport, WireSession session, Reading reading, ConnectionContext context) {
		ProtocolLimits limits = context.limits();
		this.transport = transport;
		this.session = session;
		this.reading = reading;
		this.budget = new InboundBudget(limits.inboundBudgetBytes());
		this.longestPause = limits.readPause();
	}

	@Override
	public void add(int bytes) {
		this.budget.charge(bytes + REQUEST_OVERHEAD);
	}

	@Override
	public void consumed(InboundRequest request, int bytes, boolean itemsFollow) {
		credit(bytes + REQUEST_OVERHEAD);
	}

	@Override
	public void addItem(int bytes) {
		this.budget.charge(bytes + Outbound.OVERHEAD);
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
		look();
		if (!this.paused && this.budget.pause(this.session.bufferedBytes())) {
			this.paused = true;
			this.pausedAt = nowNanos;
			this.unconsumed = this.budget.unconsumed();
			this.reading.pause(Reading.Reason.BUDGET);
		}
	}

	private void resume() {
		this.paused = false;
		this.reading.resume(Reading.Reason.BUDGET);
	}

	@Override
	public void look() {
		this.assembling = this.session.bufferedBytes();
	}

	@Override
	public void tick(long nowNanos) {
		look();
		long now = this.budget.unconsumed();
		if (now < this.unconsumed) {
			// Little by little is not too slow.
			this.pausedAt = nowNanos;
		}
		this.unconsumed = now;
		if (this.paused && nowNanos - this.pausedAt >= Durations.nanos(this.longestPause)) {
			this.transport.close(new CloseReason(CloseCode.OVERLOADED,
					"what this peer sent was not consumed within " + this.longestPause));
		}
	}

	@Override
	public long bytes() {
		return this.budget.unconsumed() + this.assembling;
	}

}
