package io.genserver.rpc.server;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.genserver.protocol.MethodId;
import io.genserver.rpc.ExposedOperations;
import io.genserver.rpc.ExposedOperations.Exposed;
import io.genserver.rpc.ItemParameter;
import io.genserver.runtime.MethodOperation;
import io.genserver.runtime.Operation;
import io.genserver.runtime.Server;
import org.jspecify.annotations.Nullable;

/**
 * What peers may call, for programs that have no contract of it: the answer of
 * {@code $rpc.describe}. Arguments and replies are described by JSON Schemas, whose
 * references are those of the whole description.
 */
final class ApiDescription {

	/** What goes over the wire as it is. */
	private static final Map<String, Object> RAW = Map.of("contentMediaType", "application/octet-stream");

	private final JsonSchemas schemas = new JsonSchemas();

	private ApiDescription() {
	}

	/**
	 * Describe what is exposed now.
	 * @param exposed what peers may call
	 * @return an object as JSON has them
	 */
	static Map<String, Object> of(ExposedOperations exposed) {
		return new ApiDescription().describe(exposed);
	}

	private Map<String, Object> describe(ExposedOperations exposed) {
		Map<Server, List<Map<String, Object>>> operations = new LinkedHashMap<>();
		for (Exposed each : exposed.list()) {
			operations.computeIfAbsent(each.server(), (server) -> new ArrayList<>()).add(operation(each));
		}
		List<Object> servers = new ArrayList<>();
		operations.forEach((server, known) -> servers.add(
				JsonSchemas.ordered("name", server.name(), "keyed", server.definition().keyed(), "operations", known)));
		List<String> encodings = new ArrayList<>(exposed.encodings());
		encodings.add("raw");
		return JsonSchemas.ordered("servers", servers, "contentTypes", encodings, "$defs", this.schemas.definitions());
	}

	private Map<String, Object> operation(Exposed exposed) {
		Operation operation = exposed.operation();
		ItemParameter items = ItemParameter.find(operation.parameterTypes());
		Map<String, Object> description = JsonSchemas.ordered("name", operation.name(), "method", exposed.wireName(),
				"id", MethodId.toHex(exposed.methodId()), "kind", kind(operation, items != null), "idempotent",
				operation.idempotent());
		List<Map<String, Object>> parameters = parameters(operation, items);
		if (exposed.server().definition().keyed() || parameters.size() > 1) {
			if (exposed.server().definition().keyed()) {
				parameters.addFirst(JsonSchemas.ordered("type", "string", "title", "key"));
			}
			description.put("arguments", JsonSchemas.ordered("type", "array", "prefixItems", parameters, "items", false,
					"minItems", parameters.size()));
		}
		else if (!parameters.isEmpty()) {
			description.put("arguments", parameters.getFirst());
		}
		if (items != null) {
			description.put("items", (items.item() == byte[].class) ? RAW : this.schemas.of(items.item(), null));
		}
		Type reply = operation.replyType();
		if (operation.kind() != Operation.Kind.CAST && reply != void.class && reply != Void.class) {
			description.put("reply", (reply == byte[].class) ? RAW
					: this.schemas.of(reply, ApiDeclarations.annotatedReply(operation, reply)));
		}
		return description;
	}

	/** What the clients call it. */
	private static String kind(Operation operation, boolean takesItems) {
		return switch (operation.kind()) {
			case CAST -> "cast";
			case CALL -> takesItems ? "upload" : "call";
			case STREAM -> takesItems ? "channel" : "stream";
		};
	}

	/** Of all but the stream. */
	private List<Map<String, Object>> parameters(Operation operation, @Nullable ItemParameter items) {
		Type[] types = operation.parameterTypes();
		List<String> names = (operation instanceof MethodOperation known) ? known.parameterNames() : List.of();
		Method method = ApiDeclarations.method(operation);
		AnnotatedType[] annotated = (method != null) ? method.getAnnotatedParameterTypes() : new AnnotatedType[0];
		List<Map<String, Object>> parameters = new ArrayList<>();
		boolean single = types.length == ((items != null) ? 2 : 1);
		for (int i = 0; i < types.length; i++) {
			if (items == null || items.index() != i) {
				Map<String, Object> schema = (single && types[i] == byte[].class) ? RAW
						: this.schemas.of(types[i], (annotated.length == types.length) ? annotated[i] : null);
				parameters.add(names.isEmpty() ? schema : titled(schema, names.get(i)));
			}
		}
		return parameters;
	}

	private static Map<String, Object> titled(Map<String, Object> schema, String name) {
		Map<String, Object> titled = new LinkedHashMap<>(schema);
		titled.put("title", name);
		return titled;
	}

}
