package io.genserver.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.genserver.protocol.base.Wire;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The vectors of ext mode, each a session and what happens to it. */
public final class ExtVectors {

	private ExtVectors() {
	}

	public static List<Vector> all() {
		List<Vector> all = new ArrayList<>();
		try (InputStream in = ExtVectors.class.getResourceAsStream("ext.json")) {
			for (JsonNode node : JsonMapper.shared().readTree(Objects.requireNonNull(in)).required("vectors")) {
				all.add(new Vector(node));
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		return all;
	}

	/** Bytes as hex, or as hex and how often: 61*3. */
	public static byte[] bytes(String text) {
		int star = text.indexOf('*');
		if (star < 0) {
			return Vectors.bytes(text);
		}
		byte[] unit = Vectors.bytes(text.substring(0, star));
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		for (int i = Integer.parseInt(text.substring(star + 1)); i > 0; i--) {
			out.writeBytes(unit);
		}
		return out.toByteArray();
	}

	/** The parts of a step, joined. */
	public static byte[] join(JsonNode parts) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		for (JsonNode part : parts) {
			out.writeBytes(bytes(part.get(0).asString()));
		}
		return out.toByteArray();
	}

	/** An event, with the hash of the bytes it names. */
	public static String event(String text) {
		int at = text.indexOf('@');
		return (at < 0) ? text
				: text.substring(0, at) + Wire.hash(bytes(text.substring(at + 1, text.length() - 1))) + "]";
	}

	public static CallMetadata metadata(JsonNode node) {
		CallMetadata.Builder metadata = CallMetadata.NONE.toBuilder();
		metadata.deadlineMillis(node.path("deadline").asLong(CallMetadata.NO_DEADLINE));
		metadata.traceParent(node.path("traceParent").asString(null));
		metadata.traceState(node.path("traceState").asString(null));
		if (node.path("contentType").isString()) {
			metadata.contentType(ContentType.of(node.required("contentType").asString()));
		}
		else if (node.has("contentType")) {
			metadata.contentType(ContentType.of(node.required("contentType").asInt()));
		}
		metadata.accept(
				node.path("accept").valueStream().map(JsonNode::asInt).map((code) -> ContentType.of(code)).toList());
		metadata.streamWindow(node.path("streamWindow").asInt(CallMetadata.NO_WINDOW));
		metadata.itemCredit(node.path("itemCredit").asInt(CallMetadata.UNLIMITED_ITEMS));
		metadata.methodName(node.path("methodName").asString(null));
		metadata.key(node.path("key").asString(null));
		node.path("headers")
			.valueStream()
			.forEach((header) -> metadata.header(header.get(0).asString(), header.get(1).asString()));
		return metadata.build();
	}

	/** One vector, shown by its name in test reports. */
	public record Vector(JsonNode node) {

		public String name() {
			return this.node.required("name").asString();
		}

		public Side side() {
			return this.node.required("side").asString().equals("connecting") ? Side.CONNECTING : Side.ACCEPTING;
		}

		public boolean begun() {
			return this.node.required("begun").asBoolean();
		}

		public List<JsonNode> steps() {
			return this.node.required("steps").valueStream().toList();
		}

		@Override
		public String toString() {
			return name();
		}

	}

}
