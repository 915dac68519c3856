package io.genserver.protocol.ext;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.FrameKind;
import io.genserver.protocol.Frames;
import io.genserver.protocol.GoAway;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.MessageType;
import io.genserver.protocol.OutboundCall;
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
 * Feeds an ext session the same bytes in several splits, with a listener that acts by
 * itself, and holds what was told and answered against one another.
 */
public final class ExtSplits {

	/** Small, so that a conversation of a few frames meets all of them. */
	private static final ExtSettings ASSUMED = new ExtSettings(200, 500, 8, 600, 4000, 64, 25_000, 10_000);

	private static final int CALLS = 4;

	private ExtSplits() {
	}

	public static void assertAgree(int seed, byte[] bytes) {
		List<String> whole = run(seed, (wire) -> wire.feed(bytes));
		assertThat(run(seed, (wire) -> wire.feedByteByByte(bytes))).as("seed %s", seed).isEqualTo(whole);
		Random random = new Random(seed);
		assertThat(run(seed, (wire) -> wire.feedSplit(bytes, random))).as("seed %s", seed).isEqualTo(whole);
	}

	public static Side side(int seed) {
		return (seed % 2 == 0) ? Side.ACCEPTING : Side.CONNECTING;
	}

	/** Everything a connection tells and answers. */
	public static List<String> run(int seed, Consumer<ExtWire> feeding) {
		ProtocolLimits limits = ProtocolLimits.defaults()
			.toBuilder()
			.callsInFlight(5)
			.itemBytes(500)
			.inboundBudgetBytes(600)
			.build();
		ExtLimits extLimits = new ExtLimits(600, 4000, 64, ExtLimits.defaults().keepAlive(),
				ExtLimits.defaults().keepAliveTimeout(), ExtLimits.defaults().withholding(), 10);
		List<String> told = new ArrayList<>();
		Map<String, OutboundCall> calls = new HashMap<>();
		try (ExtWire wire = new ExtWire(side(seed), limits, extLimits, ASSUMED, 1)) {
			if (seed % 16 != 15) {
				wire.feed(ExtWire.NO_SETTINGS);
			}
			for (int i = 0; i < CALLS; i++) {
				CallMetadata metadata = (i > 1) ? CallMetadata.NONE.toBuilder().itemCredit(3).build()
						: CallMetadata.NONE;
				OutboundCall call = wire.session.call(Frames.ECHO, new byte[i], ResponseMode.values()[i % 2], "caller",
						metadata);
				told.add(Vectors.hex(wire.output()));
				calls.put(Integer.toUnsignedString(call.requestId()), call);
			}
			wire.listener.intake = (request) -> BodyDelivery.values()[Math.floorMod(request.requestId() + seed, 3)];
			wire.listener.then = (event) -> act(wire, calls, seed, event);
			feeding.accept(wire);
			told.addAll(wire.events);
			told.addAll(wire.listener.dropped);
			told.add("buffered " + wire.session.credit().buffered());
			told.add("in flight " + wire.session.callsInFlight());
			told.add("open " + wire.session.openCalls());
			told.add(Vectors.hex(wire.output()));
			assertThat(wire.session.credit().isBalanced()).as("seed %s", seed).isTrue();
			wire.listener.then = (event) -> {
			};
		}
		return told;
	}

	private static void act(ExtWire wire, Map<String, OutboundCall> calls, int seed, String event) {
		ExtSession session = wire.session;
		String[] words = event.split(" ");
		if (session.isClosed()) {
			return;
		}
		if (event.startsWith("result item")) {
			OutboundCall call = calls.get(words[2]);
			if (seed % 3 == 1) {
				session.consumed(call, 1, length(words[3]));
			}
			if (seed % 7 == 1) {
				session.cancel(call);
			}
			return;
		}
		InboundRequest request = wire.listener.requests.stream()
			.filter((each) -> Integer.toUnsignedString(each.requestId()).equals(words[1]))
			.findFirst()
			.orElse(null);
		if (request == null) {
			return;
		}
		switch (words[0]) {
			case "complete", "item", "arguments" -> {
				if (seed % 3 != 2) {
					session.consumed(request, length(words[2]));
				}
				if (seed % 5 == 0) {
					session.respondItem(request, Frames.utf8(event));
				}
				else if (seed % 5 == 1 || words[0].equals("complete")) {
					session.respond(request, StatusCode.OK, new byte[0]);
				}
			}
			case "ended" -> session.respondEnd(request);
			case "refused" -> session.respondError(request, ExtError.of(ExtStatus.ABORTED, "no"));
			case "cancelled" -> session.release(request);
			default -> {
			}
		}
	}

	/** Short bytes are shown as hex, long ones as their number. */
	private static int length(String shown) {
		return shown.endsWith("]") ? (shown.length() - 2) / 2 : Integer.parseInt(shown.substring(1));
	}

	/** A conversation, mostly as it should be, with everything that may go wrong. */
	public static byte[] frames(int seed, Random random) {
		Side ours = side(seed);
		Side peers = (ours == Side.ACCEPTING) ? Side.CONNECTING : Side.ACCEPTING;
		List<byte[]> frames = new ArrayList<>();
		int opened = 0;
		int[] nextSeq = new int[64];
		int count = 5 + random.nextInt(40);
		for (int i = 0; i < count; i++) {
			byte[] payload = new byte[random.nextInt((random.nextInt(10) == 0) ? 200 : 40)];
			random.nextBytes(payload);
			int flags = switch (random.nextInt(8)) {
				case 0, 1 -> ExtFrame.FIN;
				case 2 -> ExtFrame.MORE;
				default -> 0;
			};
			boolean answer = random.nextInt(3) == 0;
			int number = 1 + random.nextInt(Math.max(1, answer ? CALLS : opened));
			int slot = answer ? number : 8 + number;
			int id = (answer ? ours : peers).id(number);
			switch (random.nextInt(14)) {
				case 0, 1, 2 -> {
					number = ++opened + ((random.nextInt(60) == 0) ? 1 : 0);
					byte[] header = header(random.nextInt(4) == 0 ? MessageType.EVENT : MessageType.CALL,
							peers.id(number), Frames.ECHO, metadata(random));
					frames.add(frame(FrameKind.OPEN | flags, peers.id(number), 0, join(header, payload)));
					nextSeq[8 + opened] = 1;
				}
				case 3, 4, 5, 6, 7, 8 -> {
					int seq = (random.nextInt(50) == 0) ? random.nextInt(4) : nextSeq[slot];
					if (answer && nextSeq[slot] == 0) {
						byte[] status = { (byte) ((random.nextInt(4) == 0) ? ExtStatus.ABORTED : StatusCode.OK) };
						payload = join(header(MessageType.RESPONSE, id, 0, status), payload);
						frames.add(frame(FrameKind.OPEN | flags, id, seq, payload));
					}
					else if (random.nextInt(6) == 0) {
						frames.add(frame(FrameKind.END, id, seq, payload));
					}
					else {
						frames.add(frame(FrameKind.DATA | flags, id, seq, payload));
					}
					nextSeq[slot]++;
				}
				case 9 -> frames.add(window((random.nextInt(3) == 0) ? 0 : id, random));
				case 10 -> frames.add(frame(random.nextBoolean() ? FrameKind.PING : FrameKind.PONG, 0, 0, new byte[8]));
				case 11 -> frames.add(frame(FrameKind.CANCEL, id, 0, Arrays.copyOf(payload, 0)));
				case 12 -> frames.add(frame(ExtFrame.ERROR, id, 0, join(new byte[] { ExtStatus.ABORTED }, payload)));
				default -> frames.add(switch (random.nextInt(12)) {
					case 0 -> frame(ExtFrame.GOAWAY, 0, 0,
							GoAwayCodec.encode(new GoAway(ours.id(2), GoAway.SHUTDOWN, 1000, "leaving")));
					case 1 -> ExtWire.NO_SETTINGS;
					case 2 -> frame(10 + random.nextInt(6), id, 0, payload);
					default -> frame(ExtFrame.IGNORABLE | 12, id, 0, payload);
				});
			}
		}
		return join(frames.toArray(byte[][]::new));
	}

	private static byte[] metadata(Random random) {
		byte[] noise = new byte[1 + random.nextInt(5)];
		random.nextBytes(noise);
		return switch (random.nextInt(20)) {
			case 0 -> noise;
			case 1, 2, 3 -> MetadataCodec.encode(CallMetadata.NONE.toBuilder().itemCredit(2).build(), new Tlv.Writer());
			case 4 -> MetadataCodec.encode(CallMetadata.NONE.toBuilder().streamWindow(random.nextInt(900)).build(),
					new Tlv.Writer());
			case 5 -> new byte[] { (byte) 0xff, 0 };
			case 6 -> new byte[] { 0x7f, 2, 1, 2 };
			default -> new byte[0];
		};
	}

	private static byte[] window(int id, Random random) {
		byte[] payload = new byte[8];
		payload[0] = (byte) random.nextInt(256);
		payload[1] = (byte) random.nextInt(3);
		payload[4] = (byte) random.nextInt(3);
		return frame(ExtFrame.WINDOW, id, 0, payload);
	}

}
