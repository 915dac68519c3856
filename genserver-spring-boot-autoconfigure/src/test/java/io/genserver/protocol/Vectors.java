package io.genserver.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The golden bytes made by the Rust implementation. */
final class Vectors {

	private static final JsonNode ROOT = load();

	private Vectors() {
	}

	/** The entries of a section. */
	static List<Entry> entries(String section) {
		List<Entry> entries = new ArrayList<>();
		for (JsonNode node : ROOT.required(section)) {
			entries.add(new Entry(node));
		}
		return entries;
	}

	static Entry entry(String section, String name) {
		return entries(section).stream().filter((entry) -> entry.name().equals(name)).findFirst().orElseThrow();
	}

	static byte[] bytes(String hex) {
		return HexFormat.of().parseHex(hex);
	}

	static String hex(byte[] bytes) {
		return HexFormat.of().formatHex(bytes);
	}

	/** Bytes given as hex, as {"hex": …}, or by the only rule there is; null is none. */
	static byte[] bytes(JsonNode node) {
		if (node.isMissingNode() || node.isNull()) {
			return new byte[0];
		}
		if (node.isString()) {
			return bytes(node.asString());
		}
		if (node.has("hex")) {
			return bytes(node.required("hex").asString());
		}
		if (!node.required("rule").asString().equals("byte[i] = i % 251")) {
			throw new IllegalArgumentException("Unknown rule in " + node);
		}
		byte[] bytes = new byte[node.required("len").asInt()];
		for (int i = 0; i < bytes.length; i++) {
			bytes[i] = (byte) (i % 251);
		}
		return bytes;
	}

	private static JsonNode load() {
		try (InputStream in = Vectors.class.getResourceAsStream("muxio-0.15.json")) {
			return JsonMapper.shared().readTree(Objects.requireNonNull(in));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** One entry, shown by its name in test reports. */
	record Entry(JsonNode node) {

		String name() {
			return this.node.required("name").asString();
		}

		JsonNode inputs() {
			return this.node.required("inputs");
		}

		String api() {
			return inputs().required("api").asString();
		}

		int id(String field) {
			return (int) inputs().required(field).asLong();
		}

		long methodId() {
			return Long.parseUnsignedLong(inputs().required("method_id").asString(), 16);
		}

		int chunkSize() {
			return inputs().required("chunk_size").asInt();
		}

		byte[] metadata() {
			return bytes(inputs().path("metadata_hex"));
		}

		byte[] payload() {
			return bytes(inputs().path("payload"));
		}

		/** Input of each step, of the entries that have steps. */
		List<byte[]> steps() {
			List<byte[]> steps = new ArrayList<>();
			for (JsonNode step : this.node.required("steps")) {
				steps.add(bytes(step.required("input_hex").asString()));
			}
			return steps;
		}

		@Override
		public String toString() {
			return this.node.has("name") ? name() : this.node.toString();
		}

	}

}
