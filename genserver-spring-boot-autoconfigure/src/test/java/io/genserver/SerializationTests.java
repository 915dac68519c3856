package io.genserver;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.genserver.GenServerTimeoutException.Details;
import io.genserver.GenServerTimeoutException.Phase;
import io.genserver.remote.RpcException;
import io.genserver.rpc.codec.CodecException;
import io.genserver.runtime.ServerStartException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Every exception that an application may get can be serialized with all it says: into a
 * session, through a queue, or from another JVM.
 */
class SerializationTests {

	private static final Details DETAILS = new Details("server", "key", "operation", Duration.ofSeconds(5),
			Phase.RUNNING, Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(3), 4, 5,
			new ServerInfo.InFlight("other", Duration.ofMillis(6), "caller"), "outer work");

	/** Holds what cannot be serialized, as exceptions of applications do. */
	static class Hostile extends RuntimeException {

		private static final long serialVersionUID = 1L;

		@SuppressWarnings("serial")
		private final Object connection = new Object();

		Hostile(String message, Throwable cause) {
			super(message, cause);
		}

		@Override
		public String toString() {
			return "Hostile: " + getMessage() + ((this.connection != null) ? "" : "?");
		}

	}

	static Stream<Class<?>> exceptions() {
		return new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
			.importPackages("io.genserver")
			.stream()
			.filter((each) -> each.isAssignableTo(Throwable.class))
			.filter((each) -> each.getModifiers().contains(JavaModifier.PUBLIC) && each.isTopLevelClass())
			.filter((each) -> !each.getModifiers().contains(JavaModifier.ABSTRACT))
			.map(JavaClass::reflect)
			.sorted((a, b) -> a.getName().compareTo(b.getName()));
	}

	@ParameterizedTest
	@MethodSource("exceptions")
	void everyExceptionKeepsAllItsFields(Class<?> type) throws Exception {
		Field version = type.getDeclaredField("serialVersionUID");
		version.setAccessible(true);
		assertThat(version.getLong(null)).isEqualTo(1);
		for (Constructor<?> constructor : type.getDeclaredConstructors()) {
			constructor.setAccessible(true);
			Throwable made = (Throwable) constructor.newInstance(arguments(constructor));
			Throwable copy = copy(made);
			assertThat(copy).isExactlyInstanceOf(type).hasMessage(made.getMessage());
			assertThat(copy.getStackTrace()).isEqualTo(made.getStackTrace());
			assertThat(Objects.toString(copy.getCause())).isEqualTo(Objects.toString(made.getCause()));
			for (Class<?> each = type; each != Throwable.class; each = each.getSuperclass()) {
				if (each.getName().startsWith("io.genserver.")) {
					assertSameFields(each, made, copy);
				}
			}
		}
	}

	private static void assertSameFields(Class<?> type, Throwable made, Throwable copy) throws Exception {
		for (Field field : type.getDeclaredFields()) {
			if (!Modifier.isStatic(field.getModifiers()) && !Throwable.class.isAssignableFrom(field.getType())) {
				field.setAccessible(true);
				assertThat(field.get(copy)).as(field.toString()).isEqualTo(field.get(made));
			}
		}
	}

	private static Object[] arguments(Constructor<?> constructor) {
		List<Object> arguments = new ArrayList<>();
		for (Parameter parameter : constructor.getParameters()) {
			arguments.add(argument(parameter.getType()));
		}
		return arguments.toArray();
	}

	private static Object argument(Class<?> type) {
		if (type == String.class) {
			return "text";
		}
		if (type == boolean.class) {
			return true;
		}
		if (type == int.class) {
			return 7;
		}
		if (type == List.class) {
			return List.of("a", "b");
		}
		if (type == Duration.class) {
			return Duration.ofSeconds(3);
		}
		if (type == Details.class) {
			return DETAILS;
		}
		if (type == Method.class) {
			return Object.class.getMethods()[0];
		}
		if (type.isEnum()) {
			return type.getEnumConstants()[1];
		}
		if (Throwable.class.isAssignableFrom(type)) {
			return new IllegalArgumentException("cause");
		}
		throw new IllegalArgumentException("No value for " + type + ": add one");
	}

	static Stream<Throwable> withHostileCause() {
		Hostile cause = new Hostile("no", new IllegalStateException("root"));
		return Stream.of(new GenServerException("text", true, cause),
				new GenServerUnavailableException("text", true, cause),
				new RpcException(RpcException.Status.FAIL, "text", false, cause),
				new ServerStartException("server", cause), new CodecException("text", cause),
				new GenServerException("text", true).initCause(cause));
	}

	@ParameterizedTest
	@MethodSource("withHostileCause")
	void aCauseThatCannotBeSerializedIsReplacedByWhatItSays(Throwable made) throws Exception {
		assertThat(made.getCause()).isInstanceOf(Hostile.class);
		Throwable copy = copy(made);
		assertThat(copy).hasSameClassAs(made).hasMessage(made.getMessage());
		assertThat(copy.getCause()).isInstanceOfSatisfying(SerializedCause.class, (cause) -> {
			assertThat(cause.type()).isEqualTo(Hostile.class.getName());
			assertThat(cause).hasToString("Hostile: no");
			assertThat(cause.getStackTrace()).isEqualTo(made.getCause().getStackTrace());
			assertThat(cause.getCause()).isExactlyInstanceOf(IllegalStateException.class).hasMessage("root");
		});
		assertThat(copy(copy).getCause()).isInstanceOf(SerializedCause.class);
		assertThat(made.getCause()).as("of the original").isInstanceOf(Hostile.class);
	}

	@Test
	void whatIsBelowTheCauseThatCannotBeSerializedIsReplacedToo() throws Exception {
		Throwable made = new GenServerException("outer", false,
				new IllegalStateException("middle", new Hostile("inner", null)));
		Throwable copy = copy(made);
		assertThat(copy.getCause()).isInstanceOf(SerializedCause.class).hasMessageContaining("middle");
		assertThat(copy.getCause().getCause()).isInstanceOf(SerializedCause.class).hasMessageContaining("inner");
	}

	@Test
	void longChainsAndCirclesAreNoHarm() throws Exception {
		Throwable chain = new Hostile("end", null);
		for (int i = 0; i < 40; i++) {
			chain = new GenServerException("link " + i, false, chain);
		}
		Throwable copy = copy(chain);
		int links = 0;
		for (Throwable each = copy; each != null; each = each.getCause()) {
			links++;
		}
		assertThat(links).isEqualTo(41);
		Throwable first = new GenServerException("first", false);
		first.initCause(new IllegalStateException("second", first));
		Throwable circle = copy(first);
		assertThat(circle.getCause().getCause()).isSameAs(circle);
	}

	@Test
	void aCauseIsGivenOnce() {
		GenServerException without = new GenServerException("text", false);
		assertThat(without.getCause()).isNull();
		IllegalStateException cause = new IllegalStateException();
		without.initCause(cause);
		assertThat(without).hasCause(cause);
		assertThatIllegalStateException().isThrownBy(() -> without.initCause(cause));
	}

	private static Throwable copy(Throwable made) throws Exception {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
			out.writeObject(made);
		}
		try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
			return (Throwable) in.readObject();
		}
	}

}
