package io.genserver.rpc.server;

import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

import io.genserver.rpc.ItemParameter;
import io.genserver.rpc.codec.RpcCodec.Parameter;
import io.genserver.rpc.codec.ValueShape;
import io.genserver.rpc.codec.ValueShape.Nothing;
import io.genserver.rpc.codec.ValueShapes;
import io.genserver.runtime.contract.MethodOperation;
import io.genserver.runtime.contract.Operation;
import org.jspecify.annotations.Nullable;

/**
 * An operation with the shapes of what it takes and answers. Bytes that travel as they
 * are have no shape.
 *
 * @param operation the operation
 * @param parameters its parameters, all but a stream
 * @param isRaw whether its only parameter is bytes
 * @param takesItems whether it takes a stream
 * @param items the items of that stream, or null if they are bytes
 * @param reply its reply or items, or null if they are bytes
 */
record DescribedOperation(Operation operation, List<Described> parameters, boolean isRaw, boolean takesItems,
		@Nullable ValueShape items, @Nullable ValueShape reply) {

	static DescribedOperation of(Operation operation, ValueShapes shapes) {
		Type[] types = operation.parameterTypes();
		ItemParameter stream = ItemParameter.find(types);
		Method method = (operation instanceof MethodOperation known) ? known.method() : null;
		List<String> names = (operation instanceof MethodOperation known) ? known.parameterNames() : List.of();
		AnnotatedType[] annotated = (method != null && method.getParameterCount() == types.length)
				? method.getAnnotatedParameterTypes() : new AnnotatedType[types.length];
		List<Described> parameters = new ArrayList<>();
		boolean isRaw = types.length == ((stream != null) ? 2 : 1);
		for (int i = 0; i < types.length; i++) {
			if (stream == null || stream.index() != i) {
				isRaw &= types[i] == byte[].class;
				ValueShape shape = shapes.read(types[i], annotated[i]);
				boolean optional = new Parameter("", types[i]).optional() || shape.orNull().equals(shape);
				parameters.add(new Described(names.isEmpty() ? null : names.get(i), shape, optional));
			}
		}
		Type reply = operation.replyType();
		return new DescribedOperation(operation, List.copyOf(parameters), isRaw, stream != null,
				(stream == null || stream.item() == byte[].class) ? null : shapes.read(stream.item(), null),
				(reply == byte[].class) ? null : reply(operation, reply, method, shapes));
	}

	private static ValueShape reply(Operation operation, Type reply, @Nullable Method method, ValueShapes shapes) {
		if (operation.kind() == Operation.Kind.CAST) {
			return new Nothing();
		}
		return shapes.written(reply, (method != null) ? annotatedReply(operation, reply, method) : null);
	}

	/** The annotations of what is returned, or of what it promises. */
	private static AnnotatedType annotatedReply(Operation operation, Type reply, Method method) {
		AnnotatedType returned = method.getAnnotatedReturnType();
		boolean promised = operation.kind() == Operation.Kind.STREAM || !returned.getType().equals(reply);
		return (promised && returned instanceof AnnotatedParameterizedType generic
				&& generic.getAnnotatedActualTypeArguments().length == 1) ? generic.getAnnotatedActualTypeArguments()[0]
						: returned;
	}

	/**
	 * A parameter.
	 *
	 * @param name its name, or null if it is not known
	 * @param shape its values
	 * @param optional whether its argument may be missing
	 */
	record Described(@Nullable String name, ValueShape shape, boolean optional) {
	}

}
