package io.genserver.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

import io.genserver.protocol.base.Wire;
import org.jspecify.annotations.Nullable;

/** Writes every event down as a line, and keeps the objects that came with them. */
public class RecordingListener implements InboundListener, OutboundListener, ConnectionListener {

	public final List<String> events = new ArrayList<>();

	public final List<String> dropped = new ArrayList<>();

	public final List<InboundRequest> requests = new ArrayList<>();

	public final List<RequestRefusal> refusals = new ArrayList<>();

	public final List<ResponseFailure> failures = new ArrayList<>();

	public final List<CloseReason> violations = new ArrayList<>();

	public Function<InboundRequest, BodyDelivery> intake = (request) -> BodyDelivery.WHOLE;

	/** Runs after each event was written down; the event's line is its argument. */
	public Consumer<String> then = (event) -> {
	};

	@Override
	public BodyDelivery requestOpened(InboundRequest request) {
		this.requests.add(request);
		note("opened " + (request.isCast() ? "event " : "call ") + id(request) + " "
				+ MethodId.toHex(request.methodId()) + " [" + show(request.metadata()) + "]");
		return this.intake.apply(request);
	}

	@Override
	public void requestComplete(InboundRequest request, byte[] arguments) {
		note("complete " + id(request) + " [" + show(arguments) + "]");
	}

	@Override
	public void requestArguments(InboundRequest request, byte[] arguments) {
		note("arguments " + id(request) + " [" + show(arguments) + "]");
	}

	@Override
	public void responseDemand(InboundRequest request, long items) {
		note("demand " + id(request) + " " + items);
	}

	@Override
	public void castNotExecuted(@Nullable Object cast) {
		note("not executed " + cast);
	}

	@Override
	public void goingAway(GoAway goAway) {
		note("leaving " + Integer.toUnsignedString(goAway.lastStream()) + " " + goAway.code() + " "
				+ goAway.drainMillis() + " " + goAway.reason());
	}

	@Override
	public void requestItem(InboundRequest request, byte[] item) {
		note("item " + id(request) + " [" + show(item) + "]");
	}

	@Override
	public void requestEnded(InboundRequest request) {
		note("ended " + id(request));
	}

	@Override
	public void requestCancelled(InboundRequest request) {
		note("cancelled " + id(request));
	}

	@Override
	public void requestRefused(InboundRequest request, RequestRefusal refusal) {
		if (!this.requests.contains(request)) {
			this.requests.add(request);
		}
		this.refusals.add(refusal);
		note("refused " + id(request) + " " + refusal.status());
	}

	@Override
	public void responseOpened(OutboundCall call, int status) {
		note("answering " + id(call) + " " + status);
	}

	@Override
	public void responseItem(OutboundCall call, byte[] item) {
		note("result item " + id(call) + " [" + show(item) + "]");
	}

	@Override
	public void responseComplete(OutboundCall call, int status, byte[] payload) {
		note("answered " + id(call) + " " + status + " [" + show(payload) + "]");
	}

	@Override
	public void responseFailed(OutboundCall call, ResponseFailure failure) {
		this.failures.add(failure);
		note("failed " + id(call) + " " + failure.cause());
	}

	@Override
	public void violated(CloseReason reason) {
		this.violations.add(reason);
		note("violated " + reason.code());
	}

	@Override
	public void dropped(Dropped why, int streamId) {
		this.dropped.add(why + " " + Integer.toUnsignedString(streamId));
	}

	public InboundRequest request() {
		return this.requests.get(this.requests.size() - 1);
	}

	private void note(String event) {
		this.events.add(event);
		this.then.accept(event);
	}

	private static String id(InboundRequest request) {
		return Integer.toUnsignedString(request.requestId());
	}

	private static String id(OutboundCall call) {
		return Integer.toUnsignedString(call.requestId());
	}

	/** Short bytes as hex, long ones as length and hash. */
	public static String show(byte[] bytes) {
		return (bytes.length <= 64) ? Vectors.hex(bytes) : bytes.length + " bytes " + Wire.hash(bytes);
	}

}
