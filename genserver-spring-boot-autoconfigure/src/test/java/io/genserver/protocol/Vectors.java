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
public final class Vectors {

	private static final JsonNode ROOT = load();

	private Vectors() {
	}

	/** The entries of a section. */
	public static List<Entry> entries(String section) {
		List<Entry> entries = new ArrayList<>();
		for (JsonNode node : ROOT.required(section)) {
			entries.add(new Entry(node));
		}
		return entries;
	}

	public static Entry entry(String section, String name) {
		return entries(section).stream().filter((entry) -> entry.name().equals(name)).findFirst().orElseThrow();
	}

	public static byte[] bytes(String hex) {
		return HexFormat.of().parseHex(hex);
	}

	public static String hex(byte[] bytes) {
		return HexFormat.of().formatHex(bytes);
	}

	/** Bytes given as hex, as {"hex": …}, or by the only rule there is; null is none. */
	public static byte[] bytes(JsonNode node) {
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
	public record Entry(JsonNode node) {

		public String name() {
			return this.node.required("name").asString();
		}

		public JsonNode inputs() {
			return this.node.required("inputs");
		}

		public String api() {
			return inputs().required("api").asString();
		}

		public int id(String field) {
			return (int) inputs().required(field).asLong();
		}

		public long methodId() {
			return Long.parseUnsignedLong(inputs().required("method_id").asString(), 16);
		}

		public int chunkSize() {
			return inputs().required("chunk_size").asInt();
		}

		public byte[] metadata() {
			return bytes(inputs().path("metadata_hex"));
		}

		public byte[] payload() {
			return bytes(inputs().path("payload"));
		}

		/** Input of each step, of the entries that have steps. */
		public List<byte[]> steps() {
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
