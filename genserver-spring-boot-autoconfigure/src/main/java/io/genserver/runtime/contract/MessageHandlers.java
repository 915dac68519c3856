package io.genserver.runtime.contract;

import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.Request;
import org.jspecify.annotations.Nullable;

/**
 * Finds the methods of a class that handle messages by their class: those annotated
 * {@link Call} or {@link Cast} outside its contracts.
 */
final class MessageHandlers {

	private final Class<?> type;

	private final ContractMethods methods;

	private final ReplyAdapters adapters;

	private final AnnotationText text;

	MessageHandlers(Class<?> type, ReplyAdapters adapters, AnnotationText text) {
		this.type = type;
		this.text = text;
		this.methods = new ContractMethods(type, null, adapters, text);
		this.adapters = adapters;
	}

	/**
	 * Return the handlers.
	 * @param contracts operations of the class that are no handlers
	 * @return the handlers, in the order of their names and parameters
	 */
	List<MethodOperation> operations(List<MethodOperation> contracts) {
		Set<ContractMethods.Signature> seen = new HashSet<>();
		for (MethodOperation operation : contracts) {
			operation.declarations().forEach((method) -> seen.add(this.methods.signature(method)));
		}
		Map<Class<?>, MethodOperation> handlers = new LinkedHashMap<>();
		for (Class<?> each = this.type; each != null && each != Object.class; each = each.getSuperclass()) {
			List<Method> declared = new ArrayList<>(Arrays.asList(each.getDeclaredMethods()));
			declared.sort(Comparator.comparing(InvalidOperationException::describe));
			for (Method method : declared) {
				if (method.isSynthetic() || Modifier.isPrivate(method.getModifiers()) && !isMarked(method)
						|| !seen.add(this.methods.signature(method)) || !isMarked(method)) {
					continue;
				}
				MethodOperation handler = handler(method);
				MethodOperation other = handlers.put(message(method), handler);
				if (other != null) {
					throw new InvalidOperationException(method,
							"handles " + message(method).getName() + ", which "
									+ InvalidOperationException.describe(other.method()) + " handles already",
							"Keep one of the two: a message has one handler, chosen by its class");
				}
			}
		}
		return new ArrayList<>(handlers.values());
	}

	private MethodOperation handler(Method method) {
		check(method);
		ReplyAdapter adapter = ContractMethods.adapter(method, this.adapters);
		Operation.Kind kind = ContractMethods.kind(method, adapter);
		Call call = method.getAnnotation(Call.class);
		Cast cast = method.getAnnotation(Cast.class);
		String name = (call != null) ? call.value() : (cast != null) ? cast.value() : "";
		Class<?> message = message(method);
		Type reply = this.methods.replyType(method);
		if (kind == Operation.Kind.CALL) {
			checkReply(method, message, reply);
		}
		return new MethodOperation(name.isEmpty() ? message.getSimpleName() : name, kind,
				OperationOptions.of(method, call, cast, this.text), method, Map.of(),
				this.methods.parameterTypes(method), reply, adapter, message);
	}

	private void check(Method method) {
		ReplyForms.checkParameters(method, this.methods.signature(method).parameters());
		if (method.getParameterCount() != 1) {
			throw new InvalidOperationException(method,
					"is annotated as a message handler but has " + method.getParameterCount() + " parameters",
					"Let it take the message as its only parameter, or declare the method in an interface that "
							+ method.getDeclaringClass().getSimpleName() + " implements: its contract");
		}
		if (Modifier.isStatic(method.getModifiers()) || Modifier.isPrivate(method.getModifiers())) {
			throw new InvalidOperationException(method,
					"is annotated as a message handler but is "
							+ (Modifier.isStatic(method.getModifiers()) ? "static" : "private"),
					"Make it an instance method that is at least package-private");
		}
	}

	/** The class of messages a handler takes; that of the wrapper for a primitive. */
	private Class<?> message(Method method) {
		Class<?> type = GenericTypes.erase(this.methods.parameterTypes(method)[0]);
		return MethodType.methodType(type).wrap().returnType();
	}

	private static void checkReply(Method method, Class<?> message, Type reply) {
		Type expected = requestedReply(message);
		Class<?> actual = MethodType.methodType(GenericTypes.erase(reply)).wrap().returnType();
		if (expected == null || GenericTypes.erase(expected).isAssignableFrom(actual)
				|| (GenericTypes.erase(expected) == Void.class)) {
			return;
		}
		throw new InvalidOperationException(method, "answers " + actual.getSimpleName() + ", but "
				+ message.getSimpleName() + " is a Request<" + expected.getTypeName() + ">", "Let both name one type");
	}

	private static @Nullable Type requestedReply(Class<?> message) {
		if (!Request.class.isAssignableFrom(message)) {
			return null;
		}
		GenericTypes types = GenericTypes.seenFrom(message);
		return types.resolve(Request.class.getTypeParameters()[0]);
	}

	private static boolean isMarked(Method method) {
		return method.isAnnotationPresent(Call.class) || method.isAnnotationPresent(Cast.class);
	}

}
