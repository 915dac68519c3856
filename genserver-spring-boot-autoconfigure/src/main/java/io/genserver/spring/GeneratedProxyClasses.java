package io.genserver.spring;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.genserver.runtime.contract.ProxyClasses;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.asm.ClassWriter;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.Type;
import org.springframework.core.NativeDetector;

/**
 * Proxy classes that let every exception through as it is thrown, which those of the JDK
 * do not: they wrap checked exceptions that a method does not declare. They are marked so
 * that aspects pass them over: these apply to the instance. A class is defined next to
 * its first contract that is not public, and found again by its name: it has no state but
 * that of its instances.
 */
public final class GeneratedProxyClasses implements ProxyClasses {

	private static final String HANDLER = Type.getInternalName(InvocationHandler.class);

	private static final String METHOD = Type.getInternalName(Method.class);

	private static final String METHODS = Type.getDescriptor(Method[].class);

	private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

	private GeneratedProxyClasses() {
	}

	/**
	 * Return what makes proxy classes here.
	 * @return classes that are generated, or in a native image, which can define none,
	 * those of the JDK
	 */
	public static ProxyClasses whereSupported() {
		return NativeDetector.inNativeImage() ? ProxyClasses.JDK : new GeneratedProxyClasses();
	}

	@Override
	public Function<InvocationHandler, Object> of(List<Class<?>> contracts) {
		List<Class<?>> interfaces = new ArrayList<>(contracts);
		interfaces.add(AopInfrastructureBean.class);
		List<Method> methods = methods(contracts);
		try {
			MethodHandle constructor = constructor(interfaces, methods);
			Method[] table = methods.toArray(Method[]::new);
			return (handler) -> newInstance(constructor, handler, table);
		}
		catch (ReflectiveOperationException | LinkageError ex) {
			// A package that is not open, or class loaders that do not see each other.
			return isVisible(AopInfrastructureBean.class, contracts.getFirst().getClassLoader())
					? ProxyClasses.JDK.of(interfaces) : ProxyClasses.JDK.of(contracts);
		}
	}

	private static boolean isVisible(Class<?> type, @Nullable ClassLoader classLoader) {
		try {
			return Class.forName(type.getName(), false, classLoader) == type;
		}
		catch (ClassNotFoundException ex) {
			return false;
		}
	}

	private static Object newInstance(MethodHandle constructor, InvocationHandler handler, Method[] methods) {
		try {
			return (Object) constructor.invokeExact(handler, methods);
		}
		catch (Throwable ex) {
			throw new LinkageError("Cannot make a proxy", ex);
		}
	}

	private static MethodHandle constructor(List<Class<?>> contracts, List<Method> methods)
			throws ReflectiveOperationException {
		Class<?> home = contracts.stream()
			.filter((each) -> !Modifier.isPublic(each.getModifiers()))
			.findFirst()
			.orElse(contracts.getFirst());
		MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(home, LOOKUP);
		String name = home.getName() + "$GenServerProxy" + ((contracts.size() > 2) ? suffix(contracts) : "");
		Class<?> type = find(name, home.getClassLoader());
		if (type == null) {
			try {
				type = lookup.defineClass(generate(name.replace('.', '/'), contracts, methods));
			}
			catch (LinkageError ex) {
				// Another thread may have been first.
				type = find(name, home.getClassLoader());
				if (type == null) {
					throw ex;
				}
			}
		}
		for (Class<?> each : contracts) {
			if (!each.isAssignableFrom(type)) {
				throw new NoClassDefFoundError(name + " is another class");
			}
		}
		return lookup.findConstructor(type, MethodType.methodType(void.class, InvocationHandler.class, Method[].class))
			.asType(MethodType.methodType(Object.class, InvocationHandler.class, Method[].class));
	}

	/** Others with the same first contract get other names. */
	private static String suffix(List<Class<?>> contracts) {
		String names = contracts.stream().map(Class::getName).collect(Collectors.joining(","));
		return "$" + Integer.toHexString(names.hashCode());
	}

	private static @Nullable Class<?> find(String name, ClassLoader classLoader) {
		try {
			return Class.forName(name, false, classLoader);
		}
		catch (ClassNotFoundException ex) {
			return null;
		}
	}

	/** In an order that is the same each time a class is used. */
	private static List<Method> methods(List<Class<?>> contracts) {
		Map<String, Method> methods = new LinkedHashMap<>();
		for (String each : List.of("hashCode", "toString")) {
			add(methods, object(each));
		}
		add(methods, object("equals", Object.class));
		for (Class<?> contract : contracts) {
			for (Method method : contract.getMethods()) {
				if (!Modifier.isStatic(method.getModifiers())) {
					add(methods, method);
				}
			}
		}
		return methods.entrySet().stream().sorted(Map.Entry.comparingByKey()).map(Map.Entry::getValue).toList();
	}

	private static void add(Map<String, Method> methods, Method method) {
		methods.merge(method.getName() + Type.getMethodDescriptor(method), method,
				(a, b) -> Comparator.comparing((Method each) -> each.getDeclaringClass().getName()).compare(a, b) <= 0
						? a : b);
	}

	private static Method object(String name, Class<?>... parameters) {
		try {
			return Object.class.getMethod(name, parameters);
		}
		catch (NoSuchMethodException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static byte[] generate(String name, List<Class<?>> contracts, List<Method> methods) {
		ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
		writer.visit(Opcodes.V17, Opcodes.ACC_PUBLIC | Opcodes.ACC_SUPER | Opcodes.ACC_SYNTHETIC, name, null,
				"java/lang/Object", contracts.stream().map(Type::getInternalName).toArray(String[]::new));
		writer.visitField(Opcodes.ACC_PRIVATE | Opcodes.ACC_FINAL, "handler", "L" + HANDLER + ";", null, null)
			.visitEnd();
		writer.visitField(Opcodes.ACC_PRIVATE | Opcodes.ACC_FINAL, "methods", METHODS, null, null).visitEnd();
		MethodVisitor constructor = writer.visitMethod(Opcodes.ACC_PUBLIC, "<init>",
				"(L" + HANDLER + ";" + METHODS + ")V", null, null);
		constructor.visitCode();
		constructor.visitVarInsn(Opcodes.ALOAD, 0);
		constructor.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
		constructor.visitVarInsn(Opcodes.ALOAD, 0);
		constructor.visitVarInsn(Opcodes.ALOAD, 1);
		constructor.visitFieldInsn(Opcodes.PUTFIELD, name, "handler", "L" + HANDLER + ";");
		constructor.visitVarInsn(Opcodes.ALOAD, 0);
		constructor.visitVarInsn(Opcodes.ALOAD, 2);
		constructor.visitFieldInsn(Opcodes.PUTFIELD, name, "methods", METHODS);
		constructor.visitInsn(Opcodes.RETURN);
		constructor.visitMaxs(0, 0);
		constructor.visitEnd();
		for (int index = 0; index < methods.size(); index++) {
			writeMethod(writer, name, methods.get(index), index);
		}
		writer.visitEnd();
		return writer.toByteArray();
	}

	/** Passes the method and its arguments to the handler, and its result back. */
	private static void writeMethod(ClassWriter writer, String owner, Method method, int index) {
		MethodVisitor code = writer.visitMethod(Opcodes.ACC_PUBLIC, method.getName(), Type.getMethodDescriptor(method),
				null, null);
		code.visitCode();
		code.visitVarInsn(Opcodes.ALOAD, 0);
		code.visitFieldInsn(Opcodes.GETFIELD, owner, "handler", "L" + HANDLER + ";");
		code.visitVarInsn(Opcodes.ALOAD, 0);
		code.visitVarInsn(Opcodes.ALOAD, 0);
		code.visitFieldInsn(Opcodes.GETFIELD, owner, "methods", METHODS);
		push(code, index);
		code.visitInsn(Opcodes.AALOAD);
		Type[] parameters = Type.getArgumentTypes(method);
		if (parameters.length == 0) {
			code.visitInsn(Opcodes.ACONST_NULL);
		}
		else {
			push(code, parameters.length);
			code.visitTypeInsn(Opcodes.ANEWARRAY, "java/lang/Object");
			int local = 1;
			for (int i = 0; i < parameters.length; i++) {
				code.visitInsn(Opcodes.DUP);
				push(code, i);
				code.visitVarInsn(parameters[i].getOpcode(Opcodes.ILOAD), local);
				local += parameters[i].getSize();
				box(code, parameters[i]);
				code.visitInsn(Opcodes.AASTORE);
			}
		}
		code.visitMethodInsn(Opcodes.INVOKEINTERFACE, HANDLER, "invoke",
				"(Ljava/lang/Object;L" + METHOD + ";[Ljava/lang/Object;)Ljava/lang/Object;", true);
		writeReturn(code, Type.getReturnType(method));
		code.visitMaxs(0, 0);
		code.visitEnd();
	}

	private static void push(MethodVisitor code, int value) {
		code.visitIntInsn(Opcodes.SIPUSH, value);
	}

	private static void box(MethodVisitor code, Type type) {
		Class<?> wrapper = wrapper(type);
		if (wrapper != null) {
			code.visitMethodInsn(Opcodes.INVOKESTATIC, Type.getInternalName(wrapper), "valueOf",
					"(" + type.getDescriptor() + ")" + Type.getDescriptor(wrapper), false);
		}
	}

	private static void writeReturn(MethodVisitor code, Type type) {
		Class<?> wrapper = wrapper(type);
		if (type == Type.VOID_TYPE) {
			code.visitInsn(Opcodes.POP);
		}
		else if (wrapper != null) {
			code.visitTypeInsn(Opcodes.CHECKCAST, Type.getInternalName(wrapper));
			code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, Type.getInternalName(wrapper), type.getClassName() + "Value",
					"()" + type.getDescriptor(), false);
		}
		else {
			code.visitTypeInsn(Opcodes.CHECKCAST, type.getInternalName());
		}
		code.visitInsn(type.getOpcode(Opcodes.IRETURN));
	}

	private static @Nullable Class<?> wrapper(Type type) {
		return switch (type.getSort()) {
			case Type.BOOLEAN -> Boolean.class;
			case Type.CHAR -> Character.class;
			case Type.BYTE -> Byte.class;
			case Type.SHORT -> Short.class;
			case Type.INT -> Integer.class;
			case Type.LONG -> Long.class;
			case Type.FLOAT -> Float.class;
			case Type.DOUBLE -> Double.class;
			default -> null;
		};
	}

}
