package io.genserver.rpc;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.genserver.rpc.codec.RpcCodec.Parameter;
import io.genserver.runtime.contract.MethodOperation;
import io.genserver.runtime.contract.Operation;

/**
 * The parameters of an operation as encodings see them.
 */
public final class OperationParameters {

	private OperationParameters() {
	}

	/**
	 * Return the parameters of an operation, all but a stream.
	 * @param operation the operation
	 * @return the parameters
	 * @throws IllegalArgumentException if there are two streams, or one does not say what
	 * its items are
	 */
	public static List<Parameter> of(Operation operation) {
		List<String> names = (operation instanceof MethodOperation method) ? method.parameterNames() : List.of();
		Type[] types = operation.parameterTypes();
		boolean[] nullable = nullable(operation, types.length);
		List<Parameter> parameters = new ArrayList<>();
		for (int i = 0; i < types.length; i++) {
			Parameter plain = new Parameter(names.isEmpty() ? "argument " + (i + 1) : names.get(i), types[i]);
			parameters.add(nullable[i] ? new Parameter(plain.name(), plain.type(), true) : plain);
		}
		ItemParameter items = ItemParameter.find(types);
		if (items != null) {
			parameters.remove(items.index());
		}
		return parameters;
	}

	private static boolean[] nullable(Operation operation, int count) {
		boolean[] nullable = new boolean[count];
		if (operation instanceof MethodOperation known && known.method().getParameterCount() == count) {
			for (int i = 0; i < count; i++) {
				var declared = known.method().getParameters()[i];
				nullable[i] = isNullable(declared) || isNullable(declared.getAnnotatedType());
			}
		}
		return nullable;
	}

	/** Whether it is marked by an annotation of this name, from any library. */
	private static boolean isNullable(AnnotatedElement element) {
		return Arrays.stream(element.getAnnotations())
			.anyMatch((each) -> each.annotationType().getSimpleName().equals("Nullable"));
	}

}
