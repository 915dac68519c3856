package io.genserver.protocol.ext;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.ConnectionListener;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.Frames;
import io.genserver.protocol.InboundListener;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.OutboundListener;
import io.genserver.protocol.RequestRefusal;
import io.genserver.protocol.ResponseFailure;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.Side;
import io.genserver.protocol.StatusCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One of two ext sessions back to back, with an application on it that calls and serves
 * at random. What it is given it consumes when it is told to.
 */
public final class ExtEnd implements InboundListener, OutboundListener, ConnectionListener {

	/** Ways to use a method; the method id is the ordinal and 1. */
	enum Use {

		UNARY, UPLOAD, DOWNLOAD, BOTH

	}

	final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);

	final ExtSession session;

	/** Bytes on their way to this end. */
	final ArrayDeque<byte[]> wire = new ArrayDeque<>();

	/** What was given and is not consumed. */
	final List<Runnable> unconsumed = new ArrayList<>();

	/** What the application may do next. */
	final List<Runnable> todo = new ArrayList<>();

	public final List<Exchange> exchanges = new ArrayList<>();

	final List<String> refused = new ArrayList<>();

	private final ExtRoll roll;

	private final Random random;

	int casts;

	int castsReceived;

	ExtEnd(Side side, ExtRoll roll, Random random) {
		this.roll = roll;
		this.random = random;
		this.session = new ExtSession(side, roll.limits(random), roll.extLimits(random), this.allocator, roll.assumed(),
				1);
		this.session.listen(this, this, this);
	}

	/** One call, as its caller sees it. */
	public static final class Exchange {

		final List<byte[]> sent = new ArrayList<>();

		final List<byte[]> received = new ArrayList<>();

		public String end = "";

	}

	void call() {
		Use use = Use.values()[this.random.nextInt(4)];
		long method = use.ordinal() + 1;
		Exchange exchange = new Exchange();
		byte[] arguments = bytes();
		exchange.sent.add(arguments);
		if (this.random.nextInt(5) == 0) {
			this.casts++;
			this.session.cast(method, arguments, CallMetadata.NONE);
			return;
		}
		this.exchanges.add(exchange);
		CallMetadata metadata = this.roll.metadata(this.random);
		ResponseMode mode = (use == Use.UNARY || use == Use.UPLOAD) ? ResponseMode.UNARY : ResponseMode.STREAM;
		if (use == Use.UNARY || use == Use.DOWNLOAD) {
			cancelPerhaps(this.session.call(method, arguments, mode, exchange, metadata), exchange);
			return;
		}
		OutboundCall call = this.session.openStream(method, arguments, mode, exchange, metadata);
		cancelPerhaps(call, exchange);
		int items = this.random.nextInt(6);
		for (int i = 0; i < items; i++) {
			byte[] item = bytes();
			this.todo.add(() -> {
				if (this.session.sendItem(call, item)) {
					exchange.sent.add(item);
				}
			});
		}
		this.todo.add(() -> this.session.sendEnd(call));
	}

	private void cancelPerhaps(OutboundCall call, Exchange exchange) {
		if (this.roll.cancels() && this.random.nextInt(4) == 0) {
			this.todo.add(() -> {
				if (this.session.cancel(call)) {
					exchange.end = "cancelled";
				}
			});
		}
	}

	private byte[] bytes() {
		byte[] bytes = new byte[this.roll.size(this.random)];
		this.random.nextBytes(bytes);
		return bytes;
	}

	/** Moves some or all of what can be written to the other end. */
	boolean send(ExtEnd other, boolean all) {
		boolean moved = false;
		for (ByteBuf message = this.session.output().flush(); message != null; message = this.session.output()
			.flush()) {
			byte[] bytes = new byte[message.readableBytes()];
			message.readBytes(bytes);
			message.release();
			other.wire.add(bytes);
			moved = true;
			if (!all) {
				break;
			}
		}
		return moved;
	}

	/** Takes some bytes off the wire. */
	boolean receive(long now) {
		byte[] bytes = this.wire.poll();
		if (bytes == null) {
			return false;
		}
		int cut = 1 + this.random.nextInt(bytes.length);
		if (cut < bytes.length) {
			this.wire.addFirst(Arrays.copyOfRange(bytes, cut, bytes.length));
		}
		this.session.receive(Unpooled.wrappedBuffer(bytes, 0, cut), now);
		return true;
	}

	boolean step(List<Runnable> steps, boolean inOrder) {
		if (steps.isEmpty()) {
			return false;
		}
		steps.remove(inOrder ? 0 : this.random.nextInt(steps.size())).run();
		return true;
	}

	void assertBalanced() {
		assertThat(this.session.credit().isBalanced()).isTrue();
		for (ExtStream stream : this.session.streams().snapshot()) {
			if (!(stream instanceof ExtCast)) {
				assertThat(stream.credit.isBalanced()).as("stream %s", stream.id).isTrue();
			}
		}
	}

	@Override
	public BodyDelivery requestOpened(InboundRequest request) {
		Use use = use(request);
		return (request.isCast() || use == Use.UNARY || use == Use.DOWNLOAD) ? BodyDelivery.WHOLE : BodyDelivery.ITEMS;
	}

	private static Use use(InboundRequest request) {
		return Use.values()[(int) request.methodId() - 1];
	}

	@Override
	public void requestComplete(InboundRequest request, byte[] arguments) {
		this.unconsumed.add(() -> {
			this.session.consumed(request, arguments.length);
			if (request.isCast()) {
				this.castsReceived++;
			}
			else if (use(request) == Use.UNARY) {
				answer(request, arguments);
			}
			else {
				item(request, this.random.nextInt(8));
			}
		});
	}

	/** An answer echoes what it can, so that both sides can be compared. */
	private void answer(InboundRequest request, byte[] value) {
		if (this.roll.cancels() && this.random.nextInt(6) == 0) {
			this.session.respondError(request, ExtError.of(ExtStatus.ABORTED, "no"));
		}
		else {
			this.session.respond(request, StatusCode.OK, value);
		}
	}

	private void item(InboundRequest request, int left) {
		if (left > 0) {
			this.session.respondItem(request, bytes());
			this.todo.add(() -> item(request, left - 1));
		}
		else if (this.roll.cancels() && this.random.nextInt(4) == 0) {
			this.session.respondError(request, ExtError.of(ExtStatus.ABORTED, "no"));
		}
		else {
			this.session.respondEnd(request);
		}
	}

	@Override
	public void requestArguments(InboundRequest request, byte[] arguments) {
		this.unconsumed.add(() -> this.session.consumed(request, arguments.length));
	}

	@Override
	public void requestItem(InboundRequest request, byte[] item) {
		if (use(request) == Use.BOTH) {
			this.session.respondItem(request, item);
		}
		this.unconsumed.add(() -> this.session.consumed(request, item.length));
	}

	@Override
	public void requestEnded(InboundRequest request) {
		this.todo.add(() -> {
			if (use(request) == Use.BOTH) {
				this.session.respondEnd(request);
			}
			else {
				answer(request, new byte[0]);
			}
		});
	}

	@Override
	public void requestCancelled(InboundRequest request) {
		this.todo.add(() -> this.session.release(request));
	}

	@Override
	public void requestRefused(InboundRequest request, RequestRefusal refusal) {
		this.refused.add(request + ": " + refusal);
		this.todo.add(() -> this.session.respond(request, refusal.status(), Frames.utf8(refusal.text())));
	}

	@Override
	public void responseItem(OutboundCall call, byte[] item) {
		((Exchange) call.attachment()).received.add(item);
		this.unconsumed.add(() -> this.session.consumed(call, 1, item.length));
	}

	@Override
	public void responseComplete(OutboundCall call, int status, byte[] payload) {
		Exchange exchange = (Exchange) call.attachment();
		assertThat(exchange.end).isEmpty();
		exchange.end = "status " + status;
		if (status == StatusCode.OK && call.methodId() == 1) {
			assertThat(payload).isEqualTo(exchange.sent.get(0));
		}
		else if (status == StatusCode.OK && call.methodId() == Use.values().length) {
			assertThat(exchange.received).containsExactlyElementsOf(exchange.sent.subList(1, exchange.sent.size()));
		}
	}

	@Override
	public void responseFailed(OutboundCall call, ResponseFailure failure) {
		Exchange exchange = (Exchange) call.attachment();
		assertThat(exchange.end).isEmpty();
		exchange.end = "failed " + failure;
	}

	@Override
	public void violated(CloseReason reason) {
		throw new AssertionError("violated: " + reason);
	}

}
