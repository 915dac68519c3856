package io.genserver.rpc.server;

import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.StreamSupport;

import io.genserver.rpc.ItemParameter;
import io.genserver.runtime.MethodOperation;
import io.genserver.runtime.Operation;
import io.genserver.runtime.Server;
import org.jspecify.annotations.Nullable;

import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * The exposed servers as TypeScript sees them through the browser client's proxy: an
 * interface for each, and the types of what goes over the wire, taken from the contracts.
 *
 * @since 0.1.0
 */
public final class ApiDeclarations {

	/** Where the declarations are served. */
	public static final String PATH = "/genserver/api.d.ts";

	/** Names that Java allows for parameters and TypeScript does not. */
	private static final Set<String> RESERVED = Set.of("arguments", "await", "debugger", "delete", "eval", "export",
			"function", "in", "let", "typeof", "var", "with", "yield");

	private final TypeScriptTypes types = new TypeScriptTypes();

	private final BiPredicate<Server, Operation> exposed;

	private ApiDeclarations(BiPredicate<Server, Operation> exposed) {
		this.exposed = exposed;
	}

	/**
	 * Return the route of the declarations.
	 * @param servers the servers there are
	 * @param exposed which of their operations clients may call
	 * @return the route
	 */
	public static RouterFunction<ServerResponse> route(Iterable<Server> servers,
			BiPredicate<Server, Operation> exposed) {
		return BrowserClient.file(PATH, BrowserClient.TYPESCRIPT,
				of(servers, exposed).getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Write the declarations.
	 * @param servers the servers there are
	 * @param exposed which of their operations clients may call
	 * @return TypeScript
	 */
	static String of(Iterable<Server> servers, BiPredicate<Server, Operation> exposed) {
		return new ApiDeclarations(exposed).write(servers);
	}

	private String write(Iterable<Server> servers) {
		List<Server> sorted = StreamSupport.stream(servers.spliterator(), false)
			.filter((server) -> !operations(server).isEmpty())
			.sorted(Comparator.comparing(Server::name))
			.toList();
		this.types.reserve("Api");
		sorted.forEach((server) -> this.types.reserve(interfaceName(server)));
		StringBuilder text = new StringBuilder("// What this application exposes: connect().proxy<Api>()\n\n");
		text.append("export interface Api {\n");
		for (Server server : sorted) {
			String parameter = server.definition().keyed() ? "(key: string)" : "";
			text.append("  ")
				.append(property(server.name()))
				.append(parameter)
				.append(": ")
				.append(interfaceName(server))
				.append(";\n");
		}
		text.append("}\n");
		sorted.forEach((server) -> text.append('\n').append(declaration(server)));
		this.types.declarations()
			.stream()
			.filter((each) -> !each.isEmpty())
			.forEach((each) -> text.append('\n').append(each));
		return text.toString();
	}

	private List<? extends Operation> operations(Server server) {
		return server.definition()
			.operations()
			.stream()
			.filter((operation) -> this.exposed.test(server, operation))
			.sorted(Comparator.comparing(Operation::name))
			.toList();
	}

	private static String interfaceName(Server server) {
		StringBuilder name = new StringBuilder();
		for (String word : server.name().split("[-_]")) {
			if (!word.isEmpty()) {
				name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
			}
		}
		return name.append("Server").toString();
	}

	private static String property(String name) {
		return name.contains("-") ? "'" + name + "'" : name;
	}

	private String declaration(Server server) {
		StringBuilder text = new StringBuilder("export interface ").append(interfaceName(server)).append(" {\n");
		for (Operation operation : operations(server)) {
			if (ItemParameter.find(operation.parameterTypes()) != null) {
				// A proxy has no way to say which of its arguments is the stream.
				text.append("  // ")
					.append(operation.name())
					.append(" takes a stream: call it by name, with upload() or channel().\n");
				continue;
			}
			text.append("  ")
				.append(operation.name())
				.append('(')
				.append(parameters(operation))
				.append("): ")
				.append(reply(operation))
				.append(";\n");
		}
		return text.append("}\n").toString();
	}

	private String parameters(Operation operation) {
		Method method = method(operation);
		List<String> names = (operation instanceof MethodOperation known) ? known.parameterNames() : List.of();
		Type[] types = operation.parameterTypes();
		AnnotatedType[] annotated = (method != null) ? method.getAnnotatedParameterTypes() : new AnnotatedType[0];
		List<String> parameters = new ArrayList<>();
		for (int i = 0; i < types.length; i++) {
			String name = names.isEmpty() ? "argument" + (i + 1) : names.get(i);
			// A single byte[] goes as it is; among others it is text in JSON.
			String type = (types.length == 1 && types[i] == byte[].class) ? "Uint8Array"
					: this.types.of(types[i], (annotated.length == types.length) ? annotated[i] : null);
			parameters.add((RESERVED.contains(name) ? name + "_" : name) + ": " + type);
		}
		return String.join(", ", parameters);
	}

	private String reply(Operation operation) {
		Type type = operation.replyType();
		String item = (type == byte[].class) ? "Uint8Array" : this.types.of(type, annotatedReply(operation, type));
		return switch (operation.kind()) {
			case CALL -> "Promise<" + item + ">";
			case CAST -> "Promise<void>";
			case STREAM -> "AsyncIterable<" + item + ">";
		};
	}

	/** The annotations of what is returned, or of what it promises. */
	static @Nullable AnnotatedType annotatedReply(Operation operation, Type reply) {
		Method method = method(operation);
		if (method == null) {
			return null;
		}
		AnnotatedType returned = method.getAnnotatedReturnType();
		boolean promised = operation.kind() == Operation.Kind.STREAM || !returned.getType().equals(reply);
		return (promised && returned instanceof AnnotatedParameterizedType generic
				&& generic.getAnnotatedActualTypeArguments().length == 1) ? generic.getAnnotatedActualTypeArguments()[0]
						: returned;
	}

	static @Nullable Method method(Operation operation) {
		return (operation instanceof MethodOperation known) ? known.method() : null;
	}

}
