package io.genserver.protocol.base;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

import io.genserver.protocol.Frames;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.Side;
import io.genserver.protocol.Vectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Our outcome for every response that was tried on a pending call of the Rust client.
 * Where it is another, a rule says why.
 */
class ClientDecodeCasesTest {

	private static final Map<String, Outcome> OUTCOMES = Map.of("normal",
			same("answering 173 0", "result item 173 [726573]", "answered 173 0 []"), "status_2",
			same("answering 177 2", "answered 177 2 [657272]"), "no_status",
			same("answering 181 0", "result item 181 [726573]", "answered 181 0 []"), "cancel_response",
			differs("a cancelled response ends its call: nobody waits for ever", "answering 185 0",
					"failed 185 CANCELLED_BY_PEER"),
			"method_id_mismatch", same("answering 189 0", "answered 189 0 []"), "msg_type_call_same_id",
			differs("only a Response answers a call: a Call of the peer is a request, whatever its id",
					"opened call 193 9158a853f4693f47 [78]", "complete 193 [78]"),
			"second_response", same("answering 197 0", "answered 197 0 []"), "end_with_payload",
			differs("END with payload delivers it", "answering 201 0", "result item 201 [6c6f7374]",
					"answered 201 0 []"),
			"corrupt_frame", same("answering 205 0"));

	static List<Vectors.Entry> entries() {
		return Vectors.entries("client_decode_cases");
	}

	@Test
	void everyEntryHasAnOutcome() {
		assertThat(entries()).hasSize(9);
		assertThat(entries().stream().map(Vectors.Entry::name).toList())
			.containsExactlyInAnyOrderElementsOf(OUTCOMES.keySet());
	}

	@ParameterizedTest
	@MethodSource("entries")
	void theOutcomeIsOurs(Vectors.Entry entry) {
		List<String> expected = OUTCOMES.get(entry.name()).events();
		byte[][] steps = entry.steps().toArray(byte[][]::new);
		byte[] all = Frames.join(steps);
		assertThat(events(entry, (client) -> client.feed(steps))).isEqualTo(expected);
		assertThat(events(entry, (client) -> client.feed(all))).isEqualTo(expected);
		assertThat(events(entry, (client) -> client.feedByteByByte(all))).isEqualTo(expected);
		for (int seed = 0; seed < 50; seed++) {
			Random random = new Random(seed);
			assertThat(events(entry, (client) -> client.feedSplit(all, random))).isEqualTo(expected);
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

	private static List<String> events(Vectors.Entry entry, Consumer<Wire> feeding) {
		int id = entry.node().required("request_id").asInt();
		try (Wire client = new Wire(Side.CONNECTING, ProtocolLimits.defaults(), id)) {
			OutboundCall call = client.session.call(Frames.ECHO, new byte[0], ResponseMode.STREAM, "caller");
			assertThat(call.requestId()).isEqualTo(id);
			feeding.accept(client);
			return List.copyOf(client.events);
		}
	}

	/** What the Rust handler was told, in our words; a failure is told in one piece. */
	private static List<String> rust(Vectors.Entry entry) {
		List<String> events = new ArrayList<>();
		String status = "0";
		String failure = "";
		for (JsonNode step : entry.node().required("steps")) {
			for (JsonNode event : step.required("handler_events")) {
				String id = event.required("request_id").asString();
				switch (event.required("event").asString()) {
					case "header" -> {
						String metadata = event.required("metadata_hex").asString();
						status = metadata.isEmpty() ? "0" : String.valueOf(Integer.parseInt(metadata, 16));
						events.add("answering " + id + " " + status);
					}
					case "chunk" -> {
						String hex = event.required("hex").asString();
						if (status.equals("0")) {
							events.add("result item " + id + " [" + hex + "]");
						}
						else {
							failure += hex;
						}
					}
					case "end" -> events.add("answered " + id + " " + status + " [" + failure + "]");
					default -> throw new IllegalArgumentException(event.toString());
				}
			}
		}
		return events;
	}

	private static Outcome same(String... events) {
		return new Outcome(null, List.of(events));
	}

	private static Outcome differs(String rule, String... events) {
		return new Outcome(rule, List.of(events));
	}

	private record Outcome(@Nullable String rule, List<String> events) {
	}

}
