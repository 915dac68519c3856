package io.genserver.protocol.base;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.FrameKind;
import io.genserver.protocol.Frames;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.Side;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.Vectors;

import static io.genserver.protocol.Frames.frame;
import static io.genserver.protocol.Frames.header;
import static io.genserver.protocol.Frames.join;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Feeds a base session the same bytes in several splits, with a listener that acts by
 * itself, and holds what was told and answered against one another.
 */
public final class BaseSplits {

	private BaseSplits() {
	}

	public static void assertAgree(int seed, byte[] bytes) {
		List<String> whole = run(seed, (wire) -> wire.feed(bytes));
		assertThat(run(seed, (wire) -> wire.feedByteByByte(bytes))).as("seed %s", seed).isEqualTo(whole);
		Random random = new Random(seed);
		assertThat(run(seed, (wire) -> wire.feedSplit(bytes, random))).as("seed %s", seed).isEqualTo(whole);
	}

	/** Everything a connection tells and answers, with a listener that acts by itself. */
	public static List<String> run(int seed, Consumer<Wire> feeding) {
		ProtocolLimits limits = ProtocolLimits.defaults()
			.toBuilder()
			.callsInFlight(4)
			.itemBytes(300)
			.inboundBudgetBytes(700)
			.skippedFrames(3)
			.build();
		List<String> told = new ArrayList<>();
		try (Wire wire = new Wire((seed % 2 == 0) ? Side.ACCEPTING : Side.CONNECTING, limits)) {
			for (int i = 0; i < 4; i++) {
				wire.session.call(Frames.ECHO, new byte[0], ResponseMode.values()[i % 2], "caller");
			}
			wire.listener.intake = (request) -> BodyDelivery.values()[Math.floorMod(request.requestId() + seed, 3)];
			wire.listener.then = (event) -> act(wire, seed, event);
			feeding.accept(wire);
			told.addAll(wire.events);
			told.addAll(wire.listener.dropped);
			told.add("buffered " + wire.session.streams().heldBytes());
			told.add("in flight " + wire.session.callsInFlight());
			told.add("open " + wire.session.openCalls());
			told.add(Vectors.hex(wire.output()));
		}
		return told;
	}

	private static void act(Wire wire, int seed, String event) {
		if (wire.session.isClosed()) {
			return;
		}
		if (event.startsWith("complete") || event.startsWith("ended") || event.startsWith("refused")) {
			for (InboundRequest request : wire.listener.requests) {
				if (seed % 3 == 0 && !request.isResponding()) {
					wire.session.respond(request, StatusCode.OK, Frames.utf8(event));
				}
				else if (event.startsWith("refused")) {
					// In whatever state its response is.
					wire.session.respondError(request, ExtError.of(ExtStatus.DEADLINE_EXCEEDED, event));
				}
			}
		}
		else if ((event.startsWith("opened") || event.startsWith("item")) && seed % 7 < 3) {
			wire.session.respondItem(wire.listener.request(), Frames.utf8((seed % 7 == 0) ? "" : event));
		}
		else if (event.startsWith("item") && seed % 5 == 0 && !wire.listener.request().isResponding()) {
			wire.session.respond(wire.listener.request(), StatusCode.SYSTEM, Frames.utf8("enough"));
		}
		else if (event.startsWith("cancelled")) {
			wire.listener.requests.forEach((request) -> {
				if (request.isOver()) {
					wire.session.release(request);
				}
			});
		}
	}

	/** A conversation on few ids, mostly in order, with everything that may go wrong. */
	public static byte[] frames(Random random) {
		int[] nextSeq = new int[6];
		List<byte[]> frames = new ArrayList<>();
		int count = 5 + random.nextInt(40);
		for (int i = 0; i < count; i++) {
			int stream = random.nextInt(nextSeq.length);
			int seq = (random.nextInt(20) == 0) ? random.nextInt(4) : nextSeq[stream];
			int kind = (random.nextInt(25) == 0) ? 4 + random.nextInt(4) : random.nextInt(4);
			if (kind == FrameKind.CANCEL && random.nextInt(3) > 0) {
				kind = FrameKind.DATA;
			}
			byte[] payload = new byte[random.nextInt(60)];
			random.nextBytes(payload);
			if (seq == 0) {
				byte[] metadata = new byte[random.nextInt(20)];
				if (metadata.length > 0) {
					metadata[0] = (byte) random.nextInt(4);
				}
				byte[] message = header((random.nextInt(30) == 0) ? 3 : random.nextInt(3), random.nextInt(6),
						Frames.ECHO, metadata);
				payload = switch (random.nextInt(5)) {
					case 0 -> Arrays.copyOf(message, random.nextInt(message.length));
					case 1 -> join(message, payload);
					default -> message;
				};
			}
			frames.add(frame(kind, stream, seq, payload));
			nextSeq[stream] = (kind == FrameKind.END || kind == FrameKind.CANCEL) ? 0 : seq + 1;
		}
		return join(frames.toArray(byte[][]::new));
	}

}
