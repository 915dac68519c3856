package io.genserver.protocol.ext;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.ExtVectors;
import io.genserver.protocol.Frames;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.RequestRefusal;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Ext mode writes and reads the bytes that are documented, in whatever pieces. */
class ExtVectorsTest {

	static List<ExtVectors.Vector> vectors() {
		return ExtVectors.all();
	}

	@Test
	void everyVectorIsDocumentedByteForByte() throws IOException {
		String page = Files.readString(Path.of("../docs/protocol-ext-vectors.md"));
		assertThat(vectors()).hasSize(35);
		for (ExtVectors.Vector vector : vectors()) {
			int start = page.indexOf("### " + vector.name() + "\n");
			assertThat(start).as(vector.name()).isNotNegative();
			int end = page.indexOf("### ", start + 4);
			List<String> documented = page.substring(start, (end < 0) ? page.length() : end)
				.lines()
				.filter((line) -> line.contains("`"))
				.map((line) -> line.substring(line.indexOf('`') + 1, line.lastIndexOf('`')))
				.toList();
			List<String> parts = new ArrayList<>();
			for (JsonNode step : vector.steps()) {
				step.path("sends").forEach((part) -> parts.add(part.get(0).asString()));
				step.path("receives").forEach((part) -> parts.add(part.get(0).asString()));
			}
			assertThat(documented).as(vector.name()).isEqualTo(parts);
		}
	}

	@ParameterizedTest
	@MethodSource("vectors")
	void aVectorIsPlayedAsItStands(ExtVectors.Vector vector) {
		play(vector, (wire, bytes) -> wire.feed(bytes));
	}

	@ParameterizedTest
	@MethodSource("vectors")
	void aVectorIsPlayedByteByByte(ExtVectors.Vector vector) {
		play(vector, ExtWire::feedByteByByte);
	}

	@ParameterizedTest
	@MethodSource("vectors")
	void aVectorIsPlayedInPieces(ExtVectors.Vector vector) {
		for (int seed = 0; seed < 20; seed++) {
			Random random = new Random(seed);
			play(vector, (wire, bytes) -> wire.feedSplit(bytes, random));
		}
	}

	private static void play(ExtVectors.Vector vector, BiConsumer<ExtWire, byte[]> feeding) {
		try (ExtWire wire = new ExtWire(vector.side())) {
			List<OutboundCall> calls = new ArrayList<>();
			if (vector.begun()) {
				wire.begun();
			}
			for (JsonNode step : vector.steps()) {
				if (step.has("do")) {
					act(wire, calls, step.required("do"));
				}
				else if (step.has("sends")) {
					assertThat(wire.outputHex()).isEqualTo(Vectors.hex(ExtVectors.join(step.required("sends"))));
				}
				else if (step.has("receives")) {
					wire.events.clear();
					feeding.accept(wire, ExtVectors.join(step.required("receives")));
					assertThat(wire.events).isEqualTo(step.required("tells")
						.valueStream()
						.map((event) -> ExtVectors.event(event.asString()))
						.toList());
				}
				else {
					assertThat(wire.listener.request().details())
						.isEqualTo(ExtVectors.metadata(step.required("details")));
				}
			}
		}
	}

	private static void act(ExtWire wire, List<OutboundCall> calls, JsonNode action) {
		ExtSession session = wire.session;
		String verb = action.propertyNames().iterator().next();
		byte[] payload = Vectors.bytes(action.path("payload").asString(""));
		byte[] arguments = ExtVectors.bytes(action.path("arguments").asString(""));
		CallMetadata metadata = ExtVectors.metadata(action.path("metadata"));
		ResponseMode mode = ResponseMode.valueOf(action.path("mode").asString("UNARY"));
		int number = action.required(verb).asInt(0);
		switch (verb) {
			case "call" -> calls.add(session.call(Frames.ECHO, arguments, mode, "caller", metadata));
			case "cast" -> session.cast(Frames.ECHO, arguments, metadata);
			case "openStream" -> calls.add(session.openStream(Frames.ECHO, arguments, mode, "caller", metadata));
			case "sendItem" -> assertThat(session.sendItem(calls.get(number - 1), payload)).isTrue();
			case "sendEnd" -> assertThat(session.sendEnd(calls.get(number - 1))).isTrue();
			case "cancel" -> assertThat(session.cancel(calls.get(number - 1))).isTrue();
			case "respond" -> session.respond(request(wire, number), StatusCode.OK, payload);
			case "respondItem" -> assertThat(session.respondItem(request(wire, number), payload)).isTrue();
			case "respondEnd" -> assertThat(session.respondEnd(request(wire, number))).isTrue();
			case "respondError" -> assertThat(session.respondError(request(wire, number), error(action))).isTrue();
			case "respondRefusal" -> {
				RequestRefusal refusal = wire.listener.refusals.get(number - 1);
				assertThat(session.respond(request(wire, number), refusal.status(), Frames.utf8(refusal.text())))
					.isTrue();
			}
			case "consumedCall" -> session.consumed(calls.get(number - 1), 1, action.required("bytes").asInt());
			case "consumedRequest" -> session.consumed(request(wire, number), action.required("bytes").asInt());
			case "goAway" ->
				session.goAway(number, action.required("drainMillis").asLong(), action.required("reason").asString());
			case "passMillis" -> session.now(wire.passMillis(number).now);
			case "intake" -> {
				BodyDelivery intake = BodyDelivery.valueOf(action.required("intake").asString());
				wire.listener.intake = (request) -> intake;
			}
			default -> throw new IllegalArgumentException(verb);
		}
	}

	private static InboundRequest request(ExtWire wire, int number) {
		return wire.listener.requests.get(number - 1);
	}

	private static ExtError error(JsonNode action) {
		return new ExtError(action.required("status").asInt(), action.required("retryable").asBoolean(),
				action.required("notExecuted").asBoolean(), action.required("reason").asString(),
				action.required("message").asString(), action.required("retryAfter").asLong(),
				action.required("detailsType").asInt(), Vectors.bytes(action.required("details").asString()));
	}

}
