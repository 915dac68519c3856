package io.genserver.runtime.contract;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

import org.jspecify.annotations.Nullable;

/**
 * A method of a server that runs in its turn but is not one of the server's operations:
 * no caller can find it by its name or by a message. Sent as a cast. The payload of its
 * messages is as that of {@link MethodOperation}.
 */
public final class HandlerMethod extends Operation {

	private final Method method;

	/** Made by the first message; making it twice does no harm. */
	private volatile @Nullable Invoker invoker;

	/**
	 * Create.
	 * @param method the method
	 * @throws InvalidOperationException if it cannot be called or answers
	 */
	public HandlerMethod(Method method) {
		super(method.getName(), Kind.CAST, 0, false, false);
		if (Modifier.isStatic(method.getModifiers()) || Modifier.isPrivate(method.getModifiers())) {
			throw new InvalidOperationException(method,
					"is to run in the server's turn but is "
							+ (Modifier.isStatic(method.getModifiers()) ? "static" : "private"),
					"Make it an instance method that is at least package-private");
		}
		if (method.getReturnType() != void.class) {
			throw new InvalidOperationException(method,
					"is to run in the server's turn without a caller that waits for its reply, but returns "
							+ method.getReturnType().getSimpleName(),
					"Make it void");
		}
		this.method = method;
	}

	@Override
	public @Nullable Object invoke(Object instance, @Nullable Object payload, Invocation invocation) throws Throwable {
		Invoker known = this.invoker;
		if (known == null) {
			known = Invokers.of(this.method);
			this.invoker = known;
		}
		return known.invoke(instance, payload);
	}

	@Override
	public @Nullable Object payload(@Nullable Object... arguments) {
		return Invokers.payload(arguments);
	}

}
