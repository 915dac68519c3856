package io.genserver.protocol.base;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.Frames;
import io.genserver.protocol.Vectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Our outcome for every input that was tried on the Rust decoder. Where it is another, a
 * rule says why; where no rule is given, it is the same.
 */
class DecodeCasesTest {

	private static final String OPENED = "opened call 1 9158a853f4693f47 [70]";

	private static final String SEQUENCE = "a frame out of sequence ends its stream; nothing is buffered for reordering";

	private static final String CANCEL = "a cancel is taken as cancel of the open call, in whatever state";

	private static final String END_PAYLOAD = "END with payload delivers it";

	private static final String END_HEADER = "a header inside an END frame is a complete request";

	private static final String SKIP = "an unknown kind, and 4 and 5, are skipped";

	private static final String NOT_MUXIO = "a first frame that cannot be muxio 0.15 closes 1002";

	private static final Map<String, Outcome> OUTCOMES = new LinkedHashMap<>();

	static {
		same("normal", OPENED, "item 1 [7879]", "ended 1");
		same("split_bytes", OPENED, "item 1 [7879]", "ended 1");
		same("split_3", OPENED, "item 1 [7879]", "ended 1");
		same("header_and_payload_same_frame", OPENED, "item 1 [7461696c]", "ended 1");
		differs("end_with_payload", END_PAYLOAD, OPENED, "item 1 [6c6f7374]", "ended 1");
		differs("header_in_end_frame", END_HEADER, OPENED, "item 1 [78]", "ended 1");
		differs("end_completes_header", END_HEADER, OPENED, "ended 1");
		same("end_before_header_complete", OPENED, "ended 1");
		same("open_kind_irrelevant", OPENED, "ended 1");
		same("open_mid_stream", OPENED, "item 1 [7879]", "ended 1");
		differs("out_of_order", SEQUENCE, OPENED, "item 1 [7879]");
		differs("out_of_order_end_only_gap", SEQUENCE, OPENED, "refused 1 2");
		differs("gap_never_filled", SEQUENCE, OPENED, "refused 1 2");
		differs("duplicate_seq_old", SEQUENCE, OPENED, "refused 1 2");
		differs("duplicate_seq_buffered", SEQUENCE, OPENED, "refused 1 2");
		same("data_after_end", OPENED, "item 1 [7879]", "ended 1");
		same("stream_id_reuse_after_end", OPENED, "item 1 [7879]", "ended 1", "opened call 2 9158a853f4693f47 [71]",
				"ended 2");
		differs("request_id_reuse_open",
				"two calls open at once with one request id get mixed up: only the first is served",
				"opened call 1 9158a853f4693f47 [61]", "item 1 [41]", "ended 1");
		differs("cancel_mid_stream", CANCEL, OPENED, "cancelled 1");
		differs("cancel_mid_stream_one_chunk", CANCEL, OPENED, "cancelled 1", "opened call 2 9158a853f4693f47 []",
				"ended 2");
		same("cancel_unknown_stream", OPENED, "ended 1");
		differs("cancel_with_payload", CANCEL, OPENED, "cancelled 1");
		differs("cancel_any_seq", CANCEL, OPENED, "cancelled 1");
		differs("cancel_then_reuse", CANCEL, OPENED, "cancelled 1", "opened call 3 9158a853f4693f47 []", "ended 3");
		differs("bad_kind", SKIP, OPENED, "item 1 [6f6b]", "ended 1");
		differs("bad_msg_type", NOT_MUXIO, "violated 1002");
		differs("bad_msg_type_then_rest", NOT_MUXIO, "violated 1002");
		differs("huge_length", NOT_MUXIO, "violated 1002");
		differs("garbage", NOT_MUXIO, "violated 1002");
		same("ping_alone");
		differs("ping_payload", SKIP);
		differs("ping_mid_stream", SKIP, OPENED, "item 1 [78]", "ended 1");
		same("empty_data", OPENED, "item 1 []", "ended 1");
		same("empty_open_then_header", OPENED, "ended 1");
		differs("response_to_unknown", "an unmatched Response is dropped");
		same("event_type", "opened event 9 9158a853f4693f47 [00]", "ended 9");
		same("empty_input");
	}

	static List<Vectors.Entry> entries() {
		return Vectors.entries("decode_cases");
	}

	@Test
	void everyEntryHasAnOutcome() {
		assertThat(entries()).hasSize(37);
		assertThat(entries().stream().map(Vectors.Entry::name).toList())
			.containsExactlyInAnyOrderElementsOf(OUTCOMES.keySet());
	}

	@ParameterizedTest
	@MethodSource("entries")
	void theOutcomeIsOurs(Vectors.Entry entry) {
		Outcome outcome = OUTCOMES.get(entry.name());
		byte[][] steps = entry.steps().toArray(byte[][]::new);
		byte[] all = Frames.join(steps);
		assertThat(events((server) -> server.feed(steps))).isEqualTo(outcome.events());
		assertThat(events((server) -> server.feed(all))).isEqualTo(outcome.events());
		assertThat(events((server) -> server.feedByteByByte(all))).isEqualTo(outcome.events());
		for (int seed = 0; seed < 50 && all.length > 0; seed++) {
			Random random = new Random(seed);
			assertThat(events((server) -> server.feedSplit(all, random))).isEqualTo(outcome.events());
		}
	}

	@ParameterizedTest
	@MethodSource("entries")
	void itDiffersFromTheRustOneOnlyByARule(Vectors.Entry entry) {
		Outcome outcome = OUTCOMES.get(entry.name());
		if (outcome.rule() == null) {
			assertThat(outcome.events()).isEqualTo(rust(entry));
		}
		else {
			assertThat(outcome.events()).as(outcome.rule()).isNotEqualTo(rust(entry));
		}
	}

	private static List<String> events(Consumer<Wire> feeding) {
		try (Wire server = Wire.server()) {
			server.listener.intake = (request) -> BodyDelivery.ITEMS;
			feeding.accept(server);
			return List.copyOf(server.events);
		}
	}

	/** What the Rust decoder told, in our words. */
	private static List<String> rust(Vectors.Entry entry) {
		List<String> events = new ArrayList<>();
		for (JsonNode step : entry.node().required("steps")) {
			for (JsonNode event : step.required("events")) {
				String id = event.path("request_id").asString("");
				events.add(switch (event.required("event").asString()) {
					case "header" -> "opened " + ((event.required("msg_type").asInt() == 2) ? "event " : "call ") + id
							+ " " + event.required("method_id").asString() + " ["
							+ event.required("metadata_hex").asString() + "]";
					case "chunk" -> "item " + id + " [" + event.required("hex").asString() + "]";
					case "end" -> "ended " + id;
					default -> "error " + event.required("error").asString();
				});
			}
		}
		return events;
	}

	private static void same(String name, String... events) {
		OUTCOMES.put(name, new Outcome(null, List.of(events)));
	}

	private static void differs(String name, String rule, String... events) {
		OUTCOMES.put(name, new Outcome(rule, List.of(events)));
	}

	private record Outcome(@Nullable String rule, List<String> events) {
	}

}
