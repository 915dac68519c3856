package io.genserver.runtime.contract;

import java.lang.invoke.LambdaConversionException;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Makes invokers. A method with few parameters gets a class of its own that calls it
 * directly, as a lambda would; any other, and each in a native image, is called through a
 * method handle. The methods and their classes need not be public.
 * <p>
 * The functional interfaces are public because those classes are made in the package of
 * the method they call.
 */
final class Invokers {

	private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

	private static final Class<?>[] ANSWERING = { Answer0.class, Invoker.class, Answer2.class, Answer3.class };

	private static final Class<?>[] SILENT = { Silent0.class, Silent1.class, Silent2.class, Silent3.class };

	/**
	 * Whether this is a native image, which has no classes but those it was built with.
	 */
	private static final boolean IN_IMAGE = System.getProperty("org.graalvm.nativeimage.imagecode") != null;

	private Invokers() {
	}

	static Invoker of(Method method) {
		try {
			MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(method.getDeclaringClass(), LOOKUP);
			MethodHandle handle = lookup.unreflect(method);
			if (method.getParameterCount() < ANSWERING.length && !IN_IMAGE) {
				try {
					return direct(lookup, handle, method);
				}
				catch (LambdaConversionException | LinkageError | UnsupportedOperationException ex) {
					// The class loader of the method's class cannot load this class.
					return spread(handle);
				}
			}
			return spread(handle);
		}
		catch (IllegalAccessException ex) {
			throw new InvalidOperationException(method, "is not accessible: " + ex.getMessage(),
					"Open its package to this library in module-info.java");
		}
	}

	/** What a message carries for the arguments of a method. */
	static @Nullable Object payload(@Nullable Object... arguments) {
		return switch (arguments.length) {
			case 0 -> null;
			case 1 -> arguments[0];
			default -> arguments;
		};
	}

	private static Invoker direct(MethodHandles.Lookup lookup, MethodHandle handle, Method method)
			throws LambdaConversionException {
		int count = method.getParameterCount();
		boolean silent = method.getReturnType() == void.class;
		Class<?> shape = silent ? SILENT[count] : ANSWERING[count];
		MethodType erased = MethodType.genericMethodType(count + 1);
		MethodType actual = handle.type().wrap();
		if (silent) {
			erased = erased.changeReturnType(void.class);
			actual = actual.changeReturnType(void.class);
		}
		MethodHandle factory = LambdaMetafactory
			.metafactory(lookup, "invoke", MethodType.methodType(shape), erased, handle, actual)
			.getTarget();
		return adapt(newInstance(factory));
	}

	private static Object newInstance(MethodHandle factory) {
		try {
			return factory.asType(MethodType.methodType(Object.class)).invokeExact();
		}
		catch (Throwable ex) {
			throw new LinkageError("Cannot make an invoker", ex);
		}
	}

	private static Invoker adapt(Object function) {
		return switch (function) {
			case Answer0 f -> (instance, payload) -> f.invoke(instance);
			case Invoker f -> f;
			case Answer2 f -> (instance, payload) -> {
				@Nullable Object[] arguments = arguments(payload);
				return f.invoke(instance, arguments[0], arguments[1]);
			};
			case Answer3 f -> (instance, payload) -> {
				@Nullable Object[] arguments = arguments(payload);
				return f.invoke(instance, arguments[0], arguments[1], arguments[2]);
			};
			case Silent0 f -> (instance, payload) -> {
				f.invoke(instance);
				return null;
			};
			case Silent1 f -> (instance, payload) -> {
				f.invoke(instance, payload);
				return null;
			};
			case Silent2 f -> (instance, payload) -> {
				@Nullable Object[] arguments = arguments(payload);
				f.invoke(instance, arguments[0], arguments[1]);
				return null;
			};
			case Silent3 f -> (instance, payload) -> {
				@Nullable Object[] arguments = arguments(payload);
				f.invoke(instance, arguments[0], arguments[1], arguments[2]);
				return null;
			};
			default -> throw new IllegalArgumentException("Not an invoker: " + function);
		};
	}

	private static Invoker spread(MethodHandle handle) {
		int count = handle.type().parameterCount() - 1;
		MethodHandle generic = handle.asFixedArity().asType(MethodType.genericMethodType(count + 1));
		if (count == 0) {
			return (instance, payload) -> generic.invokeExact(instance);
		}
		if (count == 1) {
			return (instance, payload) -> generic.invokeExact(instance, payload);
		}
		MethodHandle spreading = generic.asSpreader(Object[].class, count);
		return (instance, payload) -> spreading.invokeExact(instance, arguments(payload));
	}

	@SuppressWarnings("unchecked")
	private static @Nullable Object[] arguments(@Nullable Object payload) {
		return (@Nullable Object[]) Objects.requireNonNull(payload, "arguments");
	}

	/** A method without parameters. */
	@FunctionalInterface
	public interface Answer0 {

		@Nullable Object invoke(Object instance) throws Throwable;

	}

	/** A method with two parameters. */
	@FunctionalInterface
	public interface Answer2 {

		@Nullable Object invoke(Object instance, @Nullable Object first, @Nullable Object second) throws Throwable;

	}

	/** A method with three parameters. */
	@FunctionalInterface
	public interface Answer3 {

		@Nullable Object invoke(Object instance, @Nullable Object first, @Nullable Object second, @Nullable Object third)
				throws Throwable;

	}

	/** A method without parameters and result. */
	@FunctionalInterface
	public interface Silent0 {

		void invoke(Object instance) throws Throwable;

	}

	/** A method with one parameter and no result. */
	@FunctionalInterface
	public interface Silent1 {

		void invoke(Object instance, @Nullable Object first) throws Throwable;

	}

	/** A method with two parameters and no result. */
	@FunctionalInterface
	public interface Silent2 {

		void invoke(Object instance, @Nullable Object first, @Nullable Object second) throws Throwable;

	}

	/** A method with three parameters and no result. */
	@FunctionalInterface
	public interface Silent3 {

		void invoke(Object instance, @Nullable Object first, @Nullable Object second, @Nullable Object third)
				throws Throwable;

	}

}
