package io.genserver.rpc.server;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

import io.genserver.rpc.codec.RpcCodec;
import io.genserver.rpc.codec.ValueShape;
import io.genserver.rpc.codec.ValueShape.Definition;
import io.genserver.rpc.codec.ValueShape.Nothing;
import io.genserver.rpc.codec.ValueShapes;
import io.genserver.rpc.server.DescribedOperation.Described;
import io.genserver.runtime.Server;
import io.genserver.runtime.contract.Operation;

import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * The exposed servers as TypeScript sees them through the browser client's proxy: an
 * interface for each, and the types of what goes over the wire, taken from the contracts.
 */
public final class ApiDeclarations {

	/** Where the declarations are served. */
	public static final String PATH = "/genserver/api.d.ts";

	/** Names that Java allows for parameters and TypeScript does not. */
	private static final Set<String> RESERVED = Set.of("arguments", "await", "debugger", "delete", "eval", "export",
			"function", "in", "let", "typeof", "var", "with", "yield");

	private final ValueShapes shapes;

	private final BiPredicate<Server, Operation> exposed;

	/** Of each server, by their names. */
	private final Map<Server, List<DescribedOperation>> servers = new LinkedHashMap<>();

	/** What the interfaces of the servers are called. */
	private final Map<Server, String> interfaces = new LinkedHashMap<>();

	private ApiDeclarations(ValueShapes shapes, BiPredicate<Server, Operation> exposed) {
		this.shapes = shapes;
		this.exposed = exposed;
	}

	/**
	 * Return the route of the declarations.
	 * @param servers the servers there are
	 * @param exposed which of their operations clients may call
	 * @param codec the encoding that is used unless another is asked for
	 * @return the route
	 */
	public static RouterFunction<ServerResponse> route(Iterable<Server> servers, BiPredicate<Server, Operation> exposed,
			RpcCodec codec) {
		return BrowserClient.file(PATH, BrowserClient.TYPESCRIPT,
				of(servers, exposed, codec).getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Write the declarations.
	 * @param servers the servers there are
	 * @param exposed which of their operations clients may call
	 * @param codec the encoding that is used unless another is asked for
	 * @return TypeScript
	 */
	static String of(Iterable<Server> servers, BiPredicate<Server, Operation> exposed, RpcCodec codec) {
		return new ApiDeclarations(codec.shapes(), exposed).write(servers);
	}

	private String write(Iterable<Server> servers) {
		Set<String> names = new HashSet<>(TypeScriptTypes.TAKEN);
		names.add("Api");
		StreamSupport.stream(servers.spliterator(), false)
			.sorted(Comparator.comparing(Server::name))
			.forEach((each) -> {
				List<DescribedOperation> operations = operations(each);
				if (!operations.isEmpty()) {
					this.servers.put(each, operations);
					this.interfaces.put(each, freeName(each, names));
				}
			});
		Collection<Definition> definitions = this.shapes.finish(names);
		StringBuilder text = new StringBuilder("// What this application exposes: connect().proxy<Api>()\n\n");
		text.append("export interface Api {\n");
		this.interfaces.forEach((server, name) -> text.append("  ")
			.append(TypeScriptTypes.property(server.name()))
			.append(server.definition().keyed() ? "(key: string)" : "")
			.append(": ")
			.append(name)
			.append(";\n"));
		text.append("}\n");
		this.servers.forEach((server, operations) -> text.append('\n').append(declaration(server, operations)));
		definitions.forEach((each) -> text.append('\n').append(TypeScriptTypes.declaration(each)));
		if (Pattern.compile("\\bLong\\b").matcher(text).find()) {
			text.append('\n').append(TypeScriptTypes.LONG);
		}
		return text.toString();
	}

	private List<DescribedOperation> operations(Server server) {
		return server.definition()
			.operations()
			.stream()
			.filter((operation) -> this.exposed.test(server, operation))
			.sorted(Comparator.comparing(Operation::name))
			.map((operation) -> DescribedOperation.of(operation, this.shapes))
			.toList();
	}

	private static String freeName(Server server, Set<String> names) {
		StringBuilder name = new StringBuilder();
		for (String word : server.name().split("[-_]")) {
			if (!word.isEmpty()) {
				name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
			}
		}
		String free = name + "Server";
		for (int number = 2; !names.add(free); number++) {
			free = name + "Server" + number;
		}
		return free;
	}

	private String declaration(Server server, List<DescribedOperation> operations) {
		StringBuilder text = new StringBuilder("export interface ").append(this.interfaces.get(server)).append(" {\n");
		for (DescribedOperation each : operations) {
			String name = each.operation().name();
			if (each.takesItems()) {
				// A proxy has no way to say which of its arguments is the stream.
				text.append("  // ")
					.append(name)
					.append(" takes a stream: call it by name, with upload() or channel().\n");
				continue;
			}
			text.append("  ")
				.append(TypeScriptTypes.property(name))
				.append('(')
				.append(parameters(each))
				.append("): ")
				.append(reply(each))
				.append(";\n");
		}
		return text.append("}\n").toString();
	}

	private static String parameters(DescribedOperation operation) {
		List<String> parameters = new ArrayList<>();
		for (Described each : operation.parameters()) {
			String name = (each.name() != null) ? each.name() : "argument" + (parameters.size() + 1);
			// A single byte[] goes as it is; among others it is text in JSON.
			String type = operation.isRaw() ? "Uint8Array" : TypeScriptTypes.of(each.shape());
			parameters.add((RESERVED.contains(name) ? name + "_" : name) + ": " + type);
		}
		return String.join(", ", parameters);
	}

	private static String reply(DescribedOperation operation) {
		ValueShape reply = operation.reply();
		String item = (reply == null) ? "Uint8Array" : (reply instanceof Nothing) ? "void" : TypeScriptTypes.of(reply);
		return switch (operation.operation().kind()) {
			case CALL -> "Promise<" + item + ">";
			case CAST -> "Promise<void>";
			case STREAM -> "AsyncIterable<" + item + ">";
		};
	}

}
