package io.genserver.runtime.contract;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.Request;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReflectiveContractsTest {

	private static final Invocation PLAIN = () -> false;

	private final ReflectiveContracts contracts = new ReflectiveContracts(ReplyAdapters.JDK);

	@Test
	void contractsAreTheInterfacesOfTheApplicationInheritedOnesIncluded() {
		assertThat(this.contracts.contractsOf(Derived.class)).containsExactlyInAnyOrder(Wide.class, Narrow.class,
				Other.class);
	}

	@Test
	void anInterfaceIsAContractOfItsOwn() {
		assertThat(this.contracts.contractsOf(Narrow.class)).containsExactly(Narrow.class, Wide.class);
	}

	@Test
	void onlyContractMethodsAndMarkedMethodsAreOperations() {
		assertThat(this.contracts.operationsOf("x", Derived.class)).extracting(Operation::name)
			.containsExactlyInAnyOrder("wide", "narrow", "other", "Increment");
	}

	@Test
	void invocationsOfAnyShapeReachTheInstance() throws Throwable {
		Shapes shapes = new ShapesServer();
		assertThat(invoke(shapes, "none")).isEqualTo("none");
		assertThat(invoke(shapes, "one", 1)).isEqualTo(2);
		assertThat(invoke(shapes, "two", "a", 'b')).isEqualTo("ab");
		assertThat(invoke(shapes, "three", 1L, 2.0, true)).isEqualTo("1 2.0 true");
		assertThat(invoke(shapes, "four", 1, 2, 3, (byte) 4)).isEqualTo(10L);
		assertThat(invoke(shapes, "varargs", (Object) new String[] { "x", "y" })).isEqualTo(2);
		assertThat(invoke(shapes, "silent0")).isNull();
		assertThat(invoke(shapes, "silent1", "p")).isNull();
		assertThat(invoke(shapes, "silent2", "q", 1)).isNull();
		assertThat(invoke(shapes, "silent3", "r", 1, 2)).isNull();
		assertThat(invoke(shapes, "silent4", "s", 1, 2, 3)).isNull();
		assertThat(((ShapesServer) shapes).seen).containsExactly("silent0", "p", "q1", "r12", "s123");
	}

	@Test
	void aMethodWithFewParametersIsCalledDirectly() throws Exception {
		Invoker invoker = Invokers.of(Shapes.class.getDeclaredMethod("one", int.class));
		assertThat(invoker.getClass().getName()).startsWith(Shapes.class.getName() + "$$Lambda");
	}

	@Test
	void whatAHandlerThrowsComesThroughAsItIs() {
		assertThatThrownBy(() -> invoke(new ShapesServer(), "failing")).isInstanceOf(IOException.class)
			.hasMessage("as thrown");
	}

	@Test
	void futuresAndStreamsComeThroughAsTheEngineKnowsThem() throws Throwable {
		assertThat(invoke(new ShapesServer(), "later")).isInstanceOf(CompletableFuture.class);
		assertThat(invoke(new ShapesServer(), "stream")).isInstanceOf(Flow.Publisher.class);
	}

	@Test
	void nullInsteadOfAFutureIsNamed() {
		assertThatThrownBy(() -> invoke(new ShapesServer(), "forgotten")).isInstanceOf(NullPointerException.class)
			.hasMessageContaining("Shapes.forgotten() returned null instead of a CompletableFuture");
	}

	@Test
	void aDefaultMethodRunsOnTheInstance() throws Throwable {
		assertThat(invoke(new ShapesServer(), "defaulted")).isEqualTo("none!");
	}

	@Test
	void theWrongNumberOfArgumentsFails() {
		assertThatThrownBy(() -> operation(ShapesServer.class, "two").payload("a"))
			.isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining("takes 2 argument(s), not 1");
	}

	@Test
	void typesAreSeenFromTheImplementingClass() {
		Operation save = operation(Longs.class, "save");
		assertThat(save.parameterTypes()).containsExactly(Long.class);
		assertThat(save.replyType()).hasToString("java.util.List<java.lang.Long>");
	}

	@Test
	void settingsOnTheImplementingMethodWin() {
		Operation save = operation(Longs.class, "save");
		assertThat(save.timeoutNanos()).isEqualTo(2_000_000_000L);
		assertThat(save.idempotent()).isTrue();
	}

	@Test
	void oneMethodThatImplementsTwoContractsIsOneOperation() {
		assertThat(this.contracts.operationsOf("x", TwoFaced.class)).singleElement()
			.satisfies((operation) -> assertThat(operation.name()).isEqualTo("ping"));
	}

	@Test
	void handlersAreChosenByTheMessagesClass() throws Throwable {
		List<Operation> operations = this.contracts.operationsOf("counter", Counter.class);
		assertThat(operations).extracting((each) -> each.kind() + " " + each.name() + " " + each.messageType())
			.containsExactlyInAnyOrder("CALL Increment " + Increment.class, "CAST reset " + Reset.class,
					"CALL Integer " + Integer.class);
		Counter counter = new Counter();
		assertThat(operation(Counter.class, "Increment").invoke(counter, new Increment(5), PLAIN)).isEqualTo(5L);
		assertThat(operation(Counter.class, "Integer").invoke(counter, 2, PLAIN)).isEqualTo(7L);
	}

	@Test
	void anOverriddenHandlerIsOneHandler() {
		assertThat(this.contracts.operationsOf("x", SpecialCounter.class)).extracting(Operation::name)
			.containsExactlyInAnyOrder("Increment", "reset", "Integer");
	}

	@Test
	void twoHandlersOfOneMessageFail() {
		assertThatThrownBy(() -> this.contracts.operationsOf("x", TwoHandlers.class))
			.isInstanceOf(InvalidOperationException.class)
			.hasMessageContaining("TwoHandlers.on(Increment) handles")
			.hasMessageContaining("TwoHandlers.also(Increment) handles already");
	}

	@Test
	void aHandlerWithoutOrWithTwoParametersFails() {
		assertThatThrownBy(() -> this.contracts.operationsOf("x", NoParameter.class))
			.isInstanceOf(InvalidOperationException.class)
			.hasMessageContaining("is annotated as a message handler but has 0 parameters")
			.hasMessageContaining("declare the method in an interface that NoParameter implements");
		assertThatThrownBy(() -> this.contracts.operationsOf("x", TwoParameters.class))
			.isInstanceOf(InvalidOperationException.class)
			.hasMessageContaining("has 2 parameters");
	}

	@Test
	void aPrivateOrStaticHandlerFails() {
		assertThatThrownBy(() -> this.contracts.operationsOf("x", PrivateHandler.class))
			.hasMessageContaining("but is private");
		assertThatThrownBy(() -> this.contracts.operationsOf("x", StaticHandler.class))
			.hasMessageContaining("but is static");
	}

	@Test
	void aHandlerThatAnswersSomethingElseThanItsRequestFails() {
		assertThatThrownBy(() -> this.contracts.operationsOf("x", WrongReply.class))
			.isInstanceOf(InvalidOperationException.class)
			.hasMessageContaining("answers String, but Increment is a Request<java.lang.Long>");
	}

	@Test
	void aCastOnTheImplementationOnlyFails() {
		assertThatThrownBy(() -> this.contracts.operationsOf("x", LateCast.class))
			.isInstanceOf(InvalidOperationException.class)
			.hasMessageContaining("LateCast.ping() is annotated @Cast, but")
			.hasMessageContaining("Move @Cast to the method of the contract");
	}

	@Test
	void aCallOnTheImplementationOfACastFails() {
		assertThatThrownBy(() -> this.contracts.operationsOf("x", LateCall.class))
			.isInstanceOf(InvalidOperationException.class)
			.hasMessageContaining("in its contract is annotated @Cast");
	}

	@Test
	void contractsThatDisagreeFail() {
		assertThatThrownBy(() -> this.contracts.operationsOf("x", Torn.class))
			.isInstanceOf(InvalidOperationException.class)
			.hasMessageContaining("is a cast")
			.hasMessageContaining("is a call")
			.hasMessageContaining("Declare both alike");
	}

	private Operation operation(Class<?> type, String name) {
		return this.contracts.operationsOf("x", type)
			.stream()
			.filter((each) -> each.name().equals(name))
			.findFirst()
			.orElseThrow();
	}

	private Object invoke(Object instance, String name, Object... arguments) throws Throwable {
		Operation operation = operation(instance.getClass(), name);
		return operation.invoke(instance, operation.payload(arguments), PLAIN);
	}

	interface Wide {

		void wide();

	}

	interface Narrow extends Wide {

		void narrow();

	}

	interface Other {

		void other();

	}

	static class Base implements Narrow, Comparable<Base> {

		@Override
		public void wide() {
		}

		@Override
		public void narrow() {
		}

		@Override
		public int compareTo(Base other) {
			return 0;
		}

	}

	static class Derived extends Base implements Other, Closeable {

		@Override
		public void other() {
		}

		@Override
		public void close() {
		}

		public void unreachable() {
		}

		@Call
		long on(Increment increment) {
			return 1;
		}

	}

	interface Shapes {

		String none();

		int one(int a);

		String two(String a, char b);

		String three(long a, double b, boolean c);

		long four(int a, int b, int c, byte d);

		int varargs(String... all);

		void silent0();

		void silent1(String a);

		void silent2(String a, int b);

		void silent3(String a, int b, int c);

		void silent4(String a, int b, int c, int d);

		void failing() throws IOException;

		CompletableFuture<String> later();

		CompletableFuture<String> forgotten();

		Flow.Publisher<String> stream();

		default String defaulted() {
			return none() + "!";
		}

	}

	private static final class ShapesServer implements Shapes {

		private final List<String> seen = new ArrayList<>();

		@Override
		public String none() {
			return "none";
		}

		@Override
		public int one(int a) {
			return a + 1;
		}

		@Override
		public String two(String a, char b) {
			return a + b;
		}

		@Override
		public String three(long a, double b, boolean c) {
			return a + " " + b + " " + c;
		}

		@Override
		public long four(int a, int b, int c, byte d) {
			return a + b + c + d;
		}

		@Override
		public int varargs(String... all) {
			return all.length;
		}

		@Override
		public void silent0() {
			this.seen.add("silent0");
		}

		@Override
		public void silent1(String a) {
			this.seen.add(a);
		}

		@Override
		public void silent2(String a, int b) {
			this.seen.add(a + b);
		}

		@Override
		public void silent3(String a, int b, int c) {
			this.seen.add(a + b + c);
		}

		@Override
		public void silent4(String a, int b, int c, int d) {
			this.seen.add(a + b + c + d);
		}

		@Override
		public void failing() throws IOException {
			throw new IOException("as thrown");
		}

		@Override
		public CompletableFuture<String> later() {
			return new CompletableFuture<>();
		}

		@Override
		public CompletableFuture<String> forgotten() {
			return null;
		}

		@Override
		public Flow.Publisher<String> stream() {
			return new SubmissionPublisher<>();
		}

	}

	interface Repo<T> {

		@Call(timeout = "1s", idempotent = false)
		List<T> save(T item);

	}

	static class Longs implements Repo<Long> {

		@Override
		@Call(timeout = "2s", idempotent = true)
		public List<Long> save(Long item) {
			return List.of(item);
		}

	}

	interface Ping {

		void ping();

	}

	interface AlsoPing {

		void ping();

	}

	interface CastPing {

		@Cast
		void ping();

	}

	static class TwoFaced implements Ping, AlsoPing {

		@Override
		public void ping() {
		}

	}

	static class Torn implements Ping, CastPing {

		@Override
		public void ping() {
		}

	}

	static class LateCast implements Ping {

		@Override
		@Cast
		public void ping() {
		}

	}

	static class LateCall implements CastPing {

		@Override
		@Call
		public void ping() {
		}

	}

	record Increment(long by) implements Request<Long> {
	}

	record Reset() {
	}

	static class Counter {

		long value;

		@Call
		long on(Increment increment) {
			this.value += increment.by();
			return this.value;
		}

		@Call
		long on(int by) {
			this.value += by;
			return this.value;
		}

		@Cast("reset")
		void on(Reset reset) {
			this.value = 0;
		}

	}

	static class SpecialCounter extends Counter {

		@Override
		@Call
		long on(Increment increment) {
			return super.on(increment) * 2;
		}

	}

	static class TwoHandlers {

		@Call
		long on(Increment increment) {
			return 1;
		}

		@Cast
		void also(Increment increment) {
		}

	}

	static class NoParameter {

		@Call
		long get() {
			return 1;
		}

	}

	static class TwoParameters {

		@Cast
		void set(String key, String value) {
		}

	}

	static class PrivateHandler {

		@Cast
		private void on(Increment increment) {
		}

	}

	static class StaticHandler {

		@Cast
		static void on(Increment increment) {
		}

	}

	static class WrongReply {

		@Call
		String on(Increment increment) {
			return "";
		}

	}

}
