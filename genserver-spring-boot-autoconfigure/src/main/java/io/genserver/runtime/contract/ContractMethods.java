package io.genserver.runtime.contract;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.genserver.Call;
import io.genserver.Cast;
import org.jspecify.annotations.Nullable;

/**
 * Turns the methods of contracts into operations. Methods that one method of an
 * implementation would implement, because their parameters are the same once type
 * variables are resolved, are one operation.
 */
final class ContractMethods {

	private final GenericTypes types;

	private final ReplyAdapters adapters;

	private final @Nullable Class<?> implementation;

	private final AnnotationText text;

	/**
	 * Create.
	 * @param context from where type variables are seen
	 * @param implementation the class whose annotations count too, {@code null} for none
	 * @param adapters know the types that carry replies
	 * @param text reads the attributes of annotations
	 */
	ContractMethods(Type context, @Nullable Class<?> implementation, ReplyAdapters adapters, AnnotationText text) {
		this.text = text;
		this.types = GenericTypes.seenFrom(context);
		this.implementation = implementation;
		this.adapters = adapters;
	}

	/**
	 * Return the operations of contracts.
	 * @param contracts interfaces, subtypes before their supertypes
	 * @return the operations, in the order of their names and parameters
	 */
	List<MethodOperation> operations(List<Class<?>> contracts) {
		Map<Signature, List<Method>> groups = new LinkedHashMap<>();
		for (Class<?> contract : contracts) {
			for (Method method : declaredOperations(contract)) {
				groups.computeIfAbsent(signature(method), (key) -> new ArrayList<>()).add(method);
			}
		}
		List<MethodOperation> operations = new ArrayList<>();
		groups.forEach((signature, declarations) -> operations.add(operation(signature, declarations)));
		return operations;
	}

	/** In an order that does not change from run to run, unlike that of reflection. */
	private static List<Method> declaredOperations(Class<?> contract) {
		return Arrays.stream(contract.getDeclaredMethods())
			.filter((method) -> !Modifier.isStatic(method.getModifiers()) && !Modifier.isPrivate(method.getModifiers())
					&& !method.isSynthetic() && !isOfObject(method))
			.sorted((a, b) -> InvalidOperationException.describe(a).compareTo(InvalidOperationException.describe(b)))
			.toList();
	}

	/** Whether every object has such a method, so that a proxy answers it itself. */
	static boolean isOfObject(Method method) {
		return switch (method.getName()) {
			case "equals" -> Arrays.equals(method.getParameterTypes(), new Class<?>[] { Object.class });
			case "hashCode", "toString" -> method.getParameterCount() == 0;
			default -> false;
		};
	}

	private MethodOperation operation(Signature signature, List<Method> declarations) {
		Method method = declarations.getFirst();
		ReplyForms.checkParameters(method, signature.parameters());
		Operation.Kind kind = kind(method);
		for (Method other : declarations) {
			if (!isOverridden(other, declarations) && kind(other) != kind) {
				throw new InvalidOperationException(method,
						"is a " + describe(kind) + ", but " + InvalidOperationException.describe(other)
								+ ", which the same method implements, is a " + describe(kind(other)),
						"Declare both alike");
			}
		}
		Call call = method.getAnnotation(Call.class);
		Cast cast = method.getAnnotation(Cast.class);
		Method implementing = implementing(signature);
		if (implementing != null) {
			checkImplementation(implementing, method, kind);
			Call own = implementing.getAnnotation(Call.class);
			call = (own != null) ? own : call;
			Cast ownCast = implementing.getAnnotation(Cast.class);
			cast = (ownCast != null) ? ownCast : cast;
		}
		String name = (call != null) ? call.value() : (cast != null) ? cast.value() : "";
		Map<Method, Optional<ReplyAdapter>> replies = new LinkedHashMap<>();
		declarations.forEach((each) -> replies.put(each, Optional.ofNullable(adapter(each))));
		return new MethodOperation(name.isEmpty() ? method.getName() : name, kind,
				OperationOptions.of((implementing != null) ? implementing : method, call, cast, this.text), method,
				replies, parameterTypes(method), replyType(method), adapter(method), null);
	}

	private Operation.Kind kind(Method method) {
		return kind(method, adapter(method));
	}

	/** How a method that was checked answers. */
	static Operation.Kind kind(Method method, @Nullable ReplyAdapter adapter) {
		if (method.isAnnotationPresent(Cast.class)) {
			if (method.isAnnotationPresent(Call.class)) {
				throw new InvalidOperationException(method, "is annotated both @Call and @Cast",
						"Keep @Call if senders are to wait, or @Cast if not");
			}
			if (method.getReturnType() != void.class) {
				throw new InvalidOperationException(method,
						"is annotated @Cast but returns " + method.getReturnType().getSimpleName()
								+ ": a cast has no answer",
						"Make it void, or remove @Cast to make it a call that answers");
			}
			return Operation.Kind.CAST;
		}
		return (adapter instanceof ReplyAdapter.Stream) ? Operation.Kind.STREAM : Operation.Kind.CALL;
	}

	private static boolean isOverridden(Method method, List<Method> others) {
		Class<?> declaring = method.getDeclaringClass();
		return others.stream()
			.map(Method::getDeclaringClass)
			.anyMatch((other) -> other != declaring && declaring.isAssignableFrom(other));
	}

	private static void checkImplementation(Method implementing, Method method, Operation.Kind kind) {
		if (implementing.isAnnotationPresent(Cast.class) && kind != Operation.Kind.CAST) {
			throw new InvalidOperationException(implementing,
					"is annotated @Cast, but " + InvalidOperationException.describe(method)
							+ " in its contract is not, so that its callers would wait",
					"Move @Cast to the method of the contract");
		}
		if (implementing.isAnnotationPresent(Call.class) && kind == Operation.Kind.CAST) {
			throw new InvalidOperationException(implementing, "is annotated @Call, but "
					+ InvalidOperationException.describe(method) + " in its contract is annotated @Cast",
					"Remove one of the two");
		}
	}

	/** The method of the implementing class, which may have annotations of its own. */
	private @Nullable Method implementing(Signature signature) {
		for (Class<?> each = this.implementation; each != null; each = each.getSuperclass()) {
			for (Method method : each.getDeclaredMethods()) {
				if (!method.isSynthetic() && !each.isInterface() && method.getName().equals(signature.name())
						&& signature(method).equals(signature)) {
					return method;
				}
			}
		}
		return null;
	}

	Signature signature(Method method) {
		List<Class<?>> parameters = new ArrayList<>();
		for (Type type : method.getGenericParameterTypes()) {
			parameters.add(GenericTypes.erase(this.types.resolve(type)));
		}
		return new Signature(method.getName(), parameters);
	}

	Type[] parameterTypes(Method method) {
		return Arrays.stream(method.getGenericParameterTypes()).map(this.types::resolve).toArray(Type[]::new);
	}

	Type replyType(Method method) {
		Type type = this.types.resolve(method.getGenericReturnType());
		return (adapter(method) != null) ? GenericTypes.argumentOf(type) : type;
	}

	@Nullable ReplyAdapter adapter(Method method) {
		return adapter(method, this.adapters);
	}

	static @Nullable ReplyAdapter adapter(Method method, ReplyAdapters adapters) {
		Class<?> type = method.getReturnType();
		try {
			ReplyAdapter adapter = adapters.find(type);
			if (adapter == null) {
				ReplyForms.checkReturned(method, type);
			}
			return adapter;
		}
		catch (InvalidOperationException ex) {
			throw ex;
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidOperationException(method, "cannot answer: " + ex.getMessage(),
					"Return the value itself, a CompletableFuture, a Mono or a Flux");
		}
	}

	private static String describe(Operation.Kind kind) {
		return switch (kind) {
			case CALL -> "call";
			case CAST -> "cast";
			case STREAM -> "stream";
		};
	}

	/**
	 * What makes two methods the same to an implementation.
	 *
	 * @param name the name
	 * @param parameters the erased types of the parameters
	 */
	record Signature(String name, List<Class<?>> parameters) {
	}

}
