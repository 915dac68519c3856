package io.genserver.spring;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class GeneratedProxyClassesTest {

	private final List<String> seen = new ArrayList<>();

	@Test
	void everyTypeOfArgumentAndReplyPasses() {
		Types proxy = proxy(Types.class);
		assertThat(proxy.booleans(true)).isTrue();
		assertThat(proxy.bytes((byte) -1)).isEqualTo((byte) -1);
		assertThat(proxy.chars('x')).isEqualTo('x');
		assertThat(proxy.shorts((short) -2)).isEqualTo((short) -2);
		assertThat(proxy.ints(3)).isEqualTo(3);
		assertThat(proxy.longs(Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
		assertThat(proxy.floats(1.5f)).isEqualTo(1.5f);
		assertThat(proxy.doubles(2.5)).isEqualTo(2.5);
		assertThat(proxy.arrays(new long[] { 1, 2 })).containsExactly(1, 2);
		assertThat(proxy.object("a", 1L, 'c', 2.0, null)).isEqualTo("a");
		proxy.nothing();
		assertThat(proxy.inherited("x")).isEqualTo("x");
		assertThat(this.seen).containsExactly("booleans[true]", "bytes[-1]", "chars[x]", "shorts[-2]", "ints[3]",
				"longs[-9223372036854775808]", "floats[1.5]", "doubles[2.5]", "arrays[[J]",
				"object[a, 1, c, 2.0, null]", "nothing[]", "inherited[x]");
	}

	@Test
	void theMethodsOfObjectGoToTheHandlerToo() {
		Types proxy = proxy(Types.class);
		assertThat(proxy).hasToString("proxy");
		assertThat(proxy.equals(proxy)).isTrue();
		assertThat(proxy.hashCode()).isEqualTo(7);
	}

	@Test
	void exceptionsPassAsTheyAreThrown() {
		Types proxy = (Types) factory(List.of(Types.class)).apply((self, method, arguments) -> {
			throw new IOException("thrown");
		});
		assertThatExceptionOfType(IOException.class).isThrownBy(proxy::nothing).withMessage("thrown");
	}

	@Test
	void severalContractsAreOneProxy() {
		Object proxy = factory(List.of(Types.class, Other.class)).apply(this::answer);
		assertThat(((Types) proxy).ints(1)).isEqualTo(1);
		assertThat(((Other) proxy).other("x")).isEqualTo("x");
		Object reversed = factory(List.of(Other.class, Types.class)).apply(this::answer);
		assertThat(((Other) reversed).other("x")).isEqualTo("x");
		Object publicFirst = factory(List.of(Comparator.class, Other.class)).apply(this::answer);
		assertThat(((Other) publicFirst).other("y")).isEqualTo("y");
	}

	@Test
	void theClassOfAContractIsMadeOnce() {
		assertThat(proxy(Types.class).getClass()).isSameAs(proxy(Types.class).getClass())
			.isNotSameAs(factory(List.of(Types.class, Other.class)).apply(this::answer).getClass());
	}

	@Test
	void whereNoClassCanBeDefinedTheJdkMakesOne() {
		Object proxy = factory(List.of(Runnable.class)).apply(this::answer);
		assertThat(proxy).isInstanceOf(Runnable.class);
		((Runnable) proxy).run();
		assertThat(this.seen).containsExactly("run[]");
	}

	private <T> T proxy(Class<T> type) {
		return Objects.requireNonNull(type.cast(factory(List.of(type)).apply(this::answer)));
	}

	private static Function<InvocationHandler, Object> factory(List<Class<?>> contracts) {
		return GeneratedProxyClasses.whereSupported().of(contracts);
	}

	private @Nullable Object answer(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
		switch (method.getName()) {
			case "hashCode":
				return 7;
			case "toString":
				return "proxy";
			case "equals":
				return proxy == Objects.requireNonNull(arguments)[0];
			default:
				this.seen.add(method.getName() + ((arguments != null) ? Arrays.stream(arguments)
					.map((each) -> (each instanceof long[]) ? "[J" : String.valueOf(each))
					.toList() : "[]"));
				return (arguments != null) ? arguments[0] : null;
		}
	}

	interface Base<T> {

		T inherited(T value);

	}

	interface Types extends Base<String> {

		boolean booleans(boolean value);

		byte bytes(byte value);

		char chars(char value);

		short shorts(short value);

		int ints(int value);

		long longs(long value);

		float floats(float value);

		double doubles(double value);

		long[] arrays(long[] value);

		Object object(Object first, long second, char third, double fourth, @Nullable Object fifth);

		void nothing();

		@Override
		String inherited(String value);

	}

	interface Other {

		default String other(String value) {
			return "default";
		}

	}

}
