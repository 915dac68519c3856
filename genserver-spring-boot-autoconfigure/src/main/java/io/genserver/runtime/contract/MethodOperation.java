package io.genserver.runtime.contract;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

/**
 * An operation that is a method: of a contract, or a handler of messages of one class.
 * Describes the method as far as a codec needs it. The payload of its messages is
 * {@code null} without parameters, the argument if there is one parameter, otherwise the
 * array of the arguments.
 */
public final class MethodOperation extends Operation {

	private final OperationOptions options;

	private final Method method;

	private final Map<Method, Optional<ReplyAdapter>> declarations;

	private final Type[] parameterTypes;

	private final Type replyType;

	private final @Nullable ReplyAdapter adapter;

	private final @Nullable Class<?> messageType;

	/** Made by the first message; making it twice does no harm. */
	private volatile @Nullable Invoker invoker;

	MethodOperation(String name, Kind kind, OperationOptions options, Method method,
			Map<Method, Optional<ReplyAdapter>> declarations, Type[] parameterTypes, Type replyType,
			@Nullable ReplyAdapter adapter, @Nullable Class<?> messageType) {
		super(name, kind, options.timeoutNanos(), options.idempotent(), options.interruptible());
		this.options = options;
		this.method = method;
		this.declarations = Map.copyOf(declarations);
		this.parameterTypes = parameterTypes;
		this.replyType = replyType;
		this.adapter = adapter;
		this.messageType = messageType;
	}

	@Override
	public @Nullable Object invoke(Object instance, @Nullable Object payload, Invocation invocation) throws Throwable {
		Invoker known = this.invoker;
		if (known == null) {
			known = Invokers.of(this.method);
			this.invoker = known;
		}
		Object reply = known.invoke(instance, payload);
		ReplyAdapter translator = this.adapter;
		if (translator == null) {
			return reply;
		}
		if (invocation.isReplyDeferred()) {
			// The returned value is ignored; a Mono is not even subscribed to.
			return null;
		}
		if (reply == null) {
			throw new NullPointerException(InvalidOperationException.describe(this.method)
					+ " returned null instead of a " + this.method.getReturnType().getSimpleName());
		}
		return switch (translator) {
			case ReplyAdapter.Single single -> single.fromHandler(reply);
			case ReplyAdapter.Stream stream -> stream.fromHandler(reply);
		};
	}

	@Override
	public @Nullable Object payload(@Nullable Object... arguments) {
		if (arguments.length != this.parameterTypes.length) {
			throw new IllegalArgumentException(InvalidOperationException.describe(this.method) + " takes "
					+ this.parameterTypes.length + " argument(s), not " + arguments.length);
		}
		return Invokers.payload(arguments);
	}

	@Override
	public int concurrency() {
		return this.options.concurrency();
	}

	@Override
	public boolean overtakes() {
		return this.options.overtakes();
	}

	@Override
	public long slowNanos() {
		return this.options.slowNanos();
	}

	/**
	 * Return the same operation with settings of the application.
	 * @param concurrency how many invocations may run at once outside the turn, -1 for
	 * what the operation says by itself
	 * @param slowNanos time after which a handler is logged as slow, 0 for never, -1 for
	 * what is set for the server
	 * @return the operation
	 */
	public MethodOperation with(int concurrency, long slowNanos) {
		return new MethodOperation(name(), kind(), this.options.with(concurrency, slowNanos), this.method,
				this.declarations, this.parameterTypes, this.replyType, this.adapter, this.messageType);
	}

	@Override
	public boolean isDetached() {
		return this.options.detached();
	}

	@Override
	public @Nullable Class<?> messageType() {
		return this.messageType;
	}

	/**
	 * Return the types of the parameters without open type variables.
	 * @return the types, seen from the class that implements the contract, or from the
	 * contract itself
	 */
	@Override
	public Type[] parameterTypes() {
		return this.parameterTypes.clone();
	}

	/**
	 * Return the type of the reply or of a stream's items without open type variables.
	 * @return the type; {@code void.class} if there is no reply
	 */
	@Override
	public Type replyType() {
		return this.replyType;
	}

	/**
	 * Return the names of the parameters.
	 * @return the names, empty if the class was compiled without them
	 */
	public List<String> parameterNames() {
		List<String> names = new ArrayList<>();
		for (Parameter parameter : this.method.getParameters()) {
			if (!parameter.isNamePresent()) {
				return List.of();
			}
			names.add(parameter.getName());
		}
		return names;
	}

	/**
	 * Return the method: the most specific declaration in the contracts, or the handler.
	 * @return the method
	 */
	public Method method() {
		return this.method;
	}

	/** All methods of contracts this operation stands for. */
	Set<Method> declarations() {
		return this.declarations.keySet();
	}

	/** What a method of a contract this operation stands for is declared to return. */
	@Nullable ReplyAdapter adapterFor(Method declaration) {
		return this.declarations.getOrDefault(declaration, Optional.empty()).orElse(null);
	}

	/** How the operation is sent, for a method that may declare another reply type. */
	@Nullable Object send(ContractTarget target, @Nullable ReplyAdapter reply, @Nullable Object[] arguments) throws Throwable {
		if (kind() == Kind.CAST) {
			target.cast(this, arguments);
			return null;
		}
		return switch (reply) {
			case null -> target.call(this, arguments);
			case ReplyAdapter.Single single -> single.toCaller(() -> target.callAsync(this, arguments));
			case ReplyAdapter.Stream stream -> stream.toCaller(
					(Flow.Publisher<@Nullable Object>) (subscriber) -> target.stream(this, arguments, subscriber));
		};
	}

}
