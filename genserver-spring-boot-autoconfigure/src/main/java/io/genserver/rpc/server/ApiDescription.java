package io.genserver.rpc.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.genserver.protocol.MethodId;
import io.genserver.rpc.codec.ValueShape;
import io.genserver.rpc.codec.ValueShape.Definition;
import io.genserver.rpc.codec.ValueShape.Nothing;
import io.genserver.rpc.codec.ValueShapes;
import io.genserver.rpc.inbound.ExposedOperations;
import io.genserver.rpc.inbound.ExposedOperations.Exposed;
import io.genserver.rpc.server.DescribedOperation.Described;
import io.genserver.runtime.Server;
import io.genserver.runtime.contract.Operation;
import org.jspecify.annotations.Nullable;

/**
 * What peers may call, for programs that have no contract of it: the answer of
 * {@code $rpc.describe}. Arguments and replies are described by JSON Schemas, whose
 * references are those of the whole description.
 */
final class ApiDescription {

	/** What goes over the wire as it is. */
	private static final Map<String, Object> RAW = Map.of("contentMediaType", "application/octet-stream");

	private ApiDescription() {
	}

	/**
	 * Describe what is exposed now.
	 * @param exposed what peers may call
	 * @return an object as JSON has them
	 */
	static Map<String, Object> of(ExposedOperations exposed) {
		ValueShapes shapes = exposed.shapes();
		Map<Exposed, DescribedOperation> described = new LinkedHashMap<>();
		exposed.list().forEach((each) -> described.put(each, DescribedOperation.of(each.operation(), shapes)));
		Collection<Definition> definitions = shapes.finish(Set.of());
		Map<Server, List<Map<String, Object>>> operations = new LinkedHashMap<>();
		described.forEach((each, known) -> operations.computeIfAbsent(each.server(), (server) -> new ArrayList<>())
			.add(operation(each, known)));
		List<Object> servers = new ArrayList<>();
		operations.forEach((server, known) -> servers.add(
				JsonSchemas.ordered("name", server.name(), "keyed", server.definition().keyed(), "operations", known)));
		List<String> encodings = new ArrayList<>(exposed.encodings());
		encodings.add("raw");
		return JsonSchemas.ordered("servers", servers, "contentTypes", encodings, "$defs",
				JsonSchemas.definitions(definitions));
	}

	private static Map<String, Object> operation(Exposed exposed, DescribedOperation described) {
		Operation operation = exposed.operation();
		Map<String, Object> description = JsonSchemas.ordered("name", operation.name(), "method", exposed.wireName(),
				"id", MethodId.toHex(exposed.methodId()), "kind", kind(operation, described.takesItems()), "idempotent",
				operation.idempotent());
		arguments(description, described, exposed.server().definition().keyed());
		if (described.takesItems()) {
			description.put("items", schema(described.items()));
		}
		if (!(described.reply() instanceof Nothing)) {
			description.put("reply", schema(described.reply()));
		}
		return description;
	}

	private static void arguments(Map<String, Object> description, DescribedOperation described, boolean keyed) {
		List<Map<String, Object>> parameters = new ArrayList<>();
		int required = 0;
		if (keyed) {
			parameters.add(JsonSchemas.ordered("type", "string", "title", "key"));
			required = 1;
		}
		for (Described each : described.parameters()) {
			Map<String, Object> schema = described.isRaw() ? RAW : JsonSchemas.of(each.shape());
			parameters.add((each.name() != null) ? titled(schema, each.name()) : schema);
			required = each.optional() ? required : parameters.size();
		}
		if (keyed || parameters.size() > 1) {
			description.put("arguments", JsonSchemas.tuple(parameters, required));
		}
		else if (!parameters.isEmpty()) {
			description.put("arguments", parameters.getFirst());
		}
	}

	private static Map<String, Object> schema(@Nullable ValueShape shape) {
		return (shape != null) ? JsonSchemas.of(shape) : RAW;
	}

	/** What the clients call it. */
	private static String kind(Operation operation, boolean takesItems) {
		return switch (operation.kind()) {
			case CAST -> "cast";
			case CALL -> takesItems ? "upload" : "call";
			case STREAM -> takesItems ? "channel" : "stream";
		};
	}

	private static Map<String, Object> titled(Map<String, Object> schema, String name) {
		Map<String, Object> titled = new LinkedHashMap<>(schema);
		titled.put("title", name);
		return titled;
	}

}
