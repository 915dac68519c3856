package io.genserver.runtime.contract;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.Function;

import io.genserver.Call;
import io.genserver.Cast;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ContractTest {

	private final RecordingTarget target = new RecordingTarget();

	@Test
	void everyMethodOfTheInterfaceIsAnOperationOfItsKind() {
		Contract<Store> contract = Contract.of(Store.class, ReplyAdapters.JDK);
		assertThat(contract.operations()).extracting((each) -> each.kind() + " " + each.name())
			.containsExactlyInAnyOrder("CALL get", "CALL find", "CAST set", "STREAM watch", "CALL size", "CALL clear",
					"CALL twice");
	}

	@Test
	void operationsKnowTheirParametersAndReplies() {
		MethodOperation set = operation(Store.class, "set");
		assertThat(set.parameterNames()).containsExactly("key", "value");
		assertThat(set.parameterTypes()).containsExactly(String.class, String.class);
		assertThat(set.replyType()).isEqualTo(void.class);
		assertThat(operation(Store.class, "get").replyType()).isEqualTo(String.class);
		assertThat(operation(Store.class, "find").replyType()).isEqualTo(String.class);
		assertThat(operation(Store.class, "watch").replyType()).isEqualTo(Integer.class);
		assertThat(operation(Store.class, "clear").replyType()).isEqualTo(void.class);
	}

	@Test
	void typeVariablesStandForWhatTheContractSays() {
		MethodOperation save = operation(Strings.class, "saveAll");
		assertThat(save.parameterTypes()[0]).hasToString("java.util.List<java.lang.String>");
		assertThat(save.replyType()).hasToString("java.util.Map<java.lang.String, java.lang.String[]>");
		assertThat(operation(Strings.class, "find").replyType()).isEqualTo(String.class);
	}

	@Test
	void openTypeVariablesStandForTheirBounds() {
		assertThat(operation(Repo.class, "save").parameterTypes()).containsExactly(Comparable.class);
	}

	@Test
	void typeVariablesCanBeGiven() throws Exception {
		Type longs = Holder.class.getDeclaredMethod("longs").getGenericReturnType();
		Contract<Repo> contract = Contract.of(Repo.class, longs, ReplyAdapters.JDK);
		assertThat(contract.operations()).filteredOn((each) -> each.name().equals("save"))
			.singleElement()
			.satisfies((each) -> assertThat(each.parameterTypes()).containsExactly(Long.class));
	}

	@Test
	void annotationsNameAndTuneOperations() {
		MethodOperation tuned = operation(Tuned.class, "fetch");
		assertThat(tuned.method().getName()).isEqualTo("get");
		assertThat(tuned.timeoutNanos()).isEqualTo(1_500_000_000L);
		assertThat(tuned.idempotent()).isTrue();
		assertThat(tuned.interruptible()).isTrue();
		assertThat(operation(Tuned.class, "put").kind()).isEqualTo(Operation.Kind.CAST);
	}

	@Test
	void aProxySendsEachMethodTheWayItsTypeSays() {
		Store store = Contract.of(Store.class, ReplyAdapters.JDK).proxy(this.target);
		this.target.reply = "v";
		assertThat(store.get("k")).isEqualTo("v");
		CompletableFuture<String> found = store.find("k");
		store.set("k", "v");
		store.watch("p");
		this.target.reply = 3;
		assertThat(store.size()).isEqualTo(3);
		assertThat(this.target.sent).containsExactly("call get[k]", "callAsync find[k]", "cast set[k, v]",
				"call size[]");
		this.target.future.complete("late");
		assertThat(found).isCompletedWithValue("late");
	}

	@Test
	void aStreamIsOpenedForEachSubscriber() {
		Store store = Contract.of(Store.class, ReplyAdapters.JDK).proxy(this.target);
		Flow.Publisher<Integer> stream = store.watch("p");
		assertThat(this.target.sent).isEmpty();
		Flow.Subscriber<Integer> subscriber = new IgnoringSubscriber<>();
		stream.subscribe(subscriber);
		stream.subscribe(new IgnoringSubscriber<>());
		assertThat(this.target.sent).containsExactly("stream watch[p]", "stream watch[p]");
	}

	@Test
	void defaultMethodsAreSentToo() {
		this.target.reply = "vv";
		assertThat(Contract.of(Store.class, ReplyAdapters.JDK).proxy(this.target).twice("k")).isEqualTo("vv");
		assertThat(this.target.sent).containsExactly("call twice[k]");
	}

	@Test
	void methodsOfObjectNeverLeaveTheProxy() {
		Contract<Store> contract = Contract.of(Store.class, ReplyAdapters.JDK);
		Store store = contract.proxy(this.target);
		assertThat(store).isEqualTo(store)
			.isEqualTo(contract.proxy(this.target))
			.isNotEqualTo(contract.proxy(new RecordingTarget()))
			.hasToString("server recording");
		assertThat(store).hasSameHashCodeAs(contract.proxy(this.target));
		assertThat(this.target.sent).isEmpty();
	}

	@Test
	void aBridgeMeansTheMethodItLeadsTo() {
		Strings strings = Contract.of(Strings.class, ReplyAdapters.JDK).proxy(this.target);
		Repo<String> repo = strings;
		repo.save("a");
		strings.save("b");
		assertThat(this.target.sent).containsExactly("call save[a]", "call save[b]");
	}

	@Test
	void overloadsAreOperationsOfOneName() {
		Overloaded overloaded = Contract.of(Overloaded.class, ReplyAdapters.JDK).proxy(this.target);
		overloaded.add(1);
		overloaded.add("s");
		assertThat(this.target.sent).containsExactly("call add[1]", "call add[s]");
	}

	@Test
	void methodsOfPlatformInterfacesAreNoOperations() {
		Contract<Mapper> contract = Contract.of(Mapper.class, ReplyAdapters.JDK);
		assertThat(contract.operations()).extracting(Operation::name).containsExactly("name");
		assertThatThrownBy(() -> contract.proxy(this.target).apply("x"))
			.isInstanceOf(UnsupportedOperationException.class)
			.hasMessageContaining("java.util.function.Function.apply(Object) is not an operation of server recording");
	}

	@Test
	void aSupertypesOwnReplyTypeIsKept() {
		Wide wide = Contract.of(Narrow.class, ReplyAdapters.JDK).proxy(this.target);
		assertThat(wide.find()).isSameAs(this.target.future);
		assertThat(this.target.sent).containsExactly("callAsync find[]");
	}

	@Test
	void aCastThatReturnsSomethingFails() {
		assertThatThrownBy(() -> Contract.of(AnsweringCast.class, ReplyAdapters.JDK))
			.isInstanceOf(InvalidOperationException.class)
			.hasMessageContaining("AnsweringCast.set(String) is annotated @Cast but returns String")
			.hasMessageContaining("remove @Cast");
	}

	@Test
	void callAndCastTogetherFail() {
		assertThatThrownBy(() -> Contract.of(Both.class, ReplyAdapters.JDK))
			.isInstanceOf(InvalidOperationException.class)
			.hasMessageContaining("annotated both @Call and @Cast");
	}

	@Test
	void aBadTimeoutFails() {
		assertThatThrownBy(() -> Contract.of(BadTimeout.class, ReplyAdapters.JDK))
			.isInstanceOf(InvalidOperationException.class)
			.hasMessageContaining("BadTimeout.get() is annotated @Call with timeout = \"soon\"")
			.hasMessageContaining("'soon' is not a duration: use a number with a unit")
			.hasMessageContaining("Write @Call(timeout = \"500ms\"), for example");
	}

	@Test
	void aPlainFutureFails() {
		assertThatThrownBy(() -> Contract.of(PlainFuture.class, ReplyAdapters.JDK))
			.isInstanceOf(InvalidOperationException.class)
			.hasMessageContaining("Return a CompletableFuture");
	}

	@Test
	void aClassOrAForeignOrASealedInterfaceIsNoContract() {
		assertThatThrownBy(() -> Contract.of(String.class, ReplyAdapters.JDK))
			.hasMessageContaining("java.lang.String cannot be a contract");
		assertThatThrownBy(() -> Contract.of(Runnable.class, ReplyAdapters.JDK))
			.hasMessageContaining("java.lang.Runnable cannot be a contract");
		assertThatThrownBy(() -> Contract.of(Closed.class, ReplyAdapters.JDK)).hasMessageContaining("it is sealed");
	}

	private static MethodOperation operation(Class<?> contract, String name) {
		return Contract.of(contract, ReplyAdapters.JDK)
			.operations()
			.stream()
			.filter((each) -> each.name().equals(name))
			.findFirst()
			.orElseThrow();
	}

	interface Store {

		@Nullable String get(String key);

		CompletableFuture<String> find(String key);

		@Cast
		void set(String key, String value);

		Flow.Publisher<Integer> watch(String prefix);

		int size();

		void clear();

		default String twice(String key) {
			return get(key) + get(key);
		}

		@Override
		String toString();

		static Store none() {
			throw new UnsupportedOperationException();
		}

	}

	interface Repo<T extends Comparable<T>> {

		void save(T item);

		CompletionStage<T> find(String key);

		Map<String, T[]> saveAll(List<T> items);

	}

	interface Strings extends Repo<String> {

		@Override
		void save(String item);

	}

	interface Holder {

		Repo<Long> longs();

	}

	interface Tuned {

		@Call(value = "fetch", timeout = "1500ms", idempotent = true, interruptible = true)
		String get();

		@Cast("put")
		void set(String value);

	}

	interface Overloaded {

		void add(int number);

		void add(String text);

	}

	interface Mapper extends Function<String, String> {

		String name();

	}

	interface Wide {

		CompletionStage<String> find();

	}

	interface Narrow extends Wide {

		@Override
		CompletableFuture<String> find();

	}

	interface AnsweringCast {

		@Cast
		String set(String value);

	}

	interface Both {

		@Call
		@Cast
		void set(String value);

	}

	interface BadTimeout {

		@Call(timeout = "soon")
		String get();

	}

	interface PlainFuture {

		Future<String> get();

	}

	sealed interface Closed {

	}

	record Open() implements Closed {
	}

	private static final class IgnoringSubscriber<T> implements Flow.Subscriber<T> {

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
		}

		@Override
		public void onNext(T item) {
		}

		@Override
		public void onError(Throwable failure) {
		}

		@Override
		public void onComplete() {
		}

	}

}
