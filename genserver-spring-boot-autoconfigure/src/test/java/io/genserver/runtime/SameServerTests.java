package io.genserver.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.Keyed;
import io.genserver.runtime.contract.AnnotationText;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.runtime.contract.ReplyAdapters;
import io.genserver.spring.GeneratedProxyClasses;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Refs and proxies are equal if they are of the same server, or of the same key of one.
 */
class SameServerTests {

	interface Greeter {

		CompletableFuture<String> greet();

	}

	interface Other {

		CompletableFuture<String> other();

	}

	static class GreeterServer implements Greeter, Other {

		@Override
		public CompletableFuture<String> greet() {
			return CompletableFuture.completedFuture("hello");
		}

		@Override
		public CompletableFuture<String> other() {
			return greet();
		}

	}

	private static final ReflectiveContracts JDK = new ReflectiveContracts(ReplyAdapters.JDK);

	private static ReflectiveContracts contracts(String kind) {
		return kind.equals("jdk") ? JDK : new ReflectiveContracts(ReplyAdapters.JDK, AnnotationText.DEFAULTS,
				GeneratedProxyClasses.whereSupported());
	}

	private static void add(Engine engine, ReflectiveContracts contracts, String name, boolean keyed) {
		engine.runtime.add(new ServerDefinition(name, GreeterServer.class, contracts.contractsOf(GreeterServer.class),
				keyed, contracts.operationsOf(name, GreeterServer.class), GreeterServer::new, ServerSettings.DEFAULTS));
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdk", "generated" })
	void proxies(String kind) {
		Seeds.each(1, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			ReflectiveContracts contracts = contracts(kind);
			add(engine, contracts, "one", false);
			add(engine, contracts, "two", false);
			add(engine, contracts, "many", true);
			engine.runtime.start();
			LocalRegistry registry = new LocalRegistry(engine.runtime, contracts, ServerSettings.DEFAULTS);
			Greeter one = registry.contract("one", Greeter.class);
			assertSame(one, registry.contract("one", Greeter.class));
			assertDiffer(one, registry.contract("two", Greeter.class));
			assertDiffer(one, registry.contract("one", Other.class));
			assertThat(one).hasToString("server one");
			Keyed<Greeter> many = registry.keyed("many", Greeter.class);
			assertSame(many, registry.keyed("many", Greeter.class));
			assertDiffer(many, registry.keyed("many", Other.class));
			assertSame(many.get("a"), registry.keyed("many", Greeter.class).get("a"));
			assertDiffer(many.get("a"), many.get("b"));
			assertThat(many.get("a")).hasToString("server many/a").isNotEqualTo("server many/a").isNotEqualTo(null);
			CompletableFuture<String> reply = one.greet();
			scheduler.settle();
			assertThat(reply).as("nothing was sent but this").isCompletedWithValue("hello");
			assertThat(engine.cell("one").statistics().processedCount()).isOne();
			assertThat(engine.runtime.server("many").instances().all()).isEmpty();
			engine.close();
		});
	}

	@Test
	void refs() {
		Seeds.each(1, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> one = engine.start("one", ServerSettings.DEFAULTS, Object::new);
			engine.add("two", ServerSettings.DEFAULTS, Object::new);
			engine.addKeyed("many", ServerSettings.DEFAULTS, Object::new);
			assertSame(one, engine.ref("one"));
			assertSame(one, one.withTimeout(Duration.ofSeconds(1)).detached());
			assertDiffer(one, engine.ref("two"));
			assertSame(engine.ref("many", "a"), engine.ref("many", "a"));
			assertDiffer(engine.ref("many", "a"), engine.ref("many", "b"));
			assertSame(one, self(scheduler, one));
			engine.close();
		});
	}

	private static Object self(SeededScheduler scheduler, GenServerRef<Object> ref) {
		CompletableFuture<Object> self = ref.callAsync((instance) -> GenServerContext.current().self());
		scheduler.settle();
		return self.join();
	}

	@Test
	void aServerThatIsStartedUnderTheNameOfOneThatHasStoppedIsAnother() {
		Seeds.each(1, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.runtime.start();
			Object[] refs = new Object[2];
			for (int i = 0; i < 2; i++) {
				Server late = engine.add("late", ServerSettings.DEFAULTS, Object::new);
				scheduler.spawn("starter", () -> {
					engine.runtime.start(late);
					return null;
				});
				scheduler.settle();
				refs[i] = engine.ref("late");
				engine.ref("late").stop();
				scheduler.settle();
			}
			assertDiffer(refs[0], refs[1]);
			engine.close();
		});
	}

	private static void assertSame(Object one, Object other) {
		assertThat(one).isEqualTo(one).isEqualTo(other).hasSameHashCodeAs(other);
		assertThat(other).isEqualTo(one);
		assertThat(Set.of(one)).contains(other);
	}

	private static void assertDiffer(Object one, Object other) {
		assertThat(one).isNotEqualTo(other);
		assertThat(other).isNotEqualTo(one);
		assertThat(List.of(one)).doesNotContain(other);
	}

	@Test
	void aKeyThatIsNullOrEmptyIsRefusedWhereverItIsGiven() {
		Seeds.each(1, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				add(engine, JDK, "many", true);
				engine.runtime.start();
				LocalRegistry registry = new LocalRegistry(engine.runtime, JDK, ServerSettings.DEFAULTS);
				Keyed<Greeter> many = registry.keyed("many", Greeter.class);
				List<Consumer<String>> uses = List.of(many::get, many::ref, (key) -> registry.ref("many", key),
						(key) -> registry.ref(GreeterServer.class, key), (key) -> registry.cast("many", key, "message"),
						(key) -> registry.restart("many", key), (key) -> registry.restart("many", key, Duration.ZERO),
						(key) -> registry.suspend("many", key), (key) -> registry.resume("many", key),
						(key) -> registry.info("many", key));
				for (Consumer<String> use : uses) {
					assertThatIllegalArgumentException().isThrownBy(() -> use.accept(null))
						.withMessage("A key of server many must not be null");
					assertThatIllegalArgumentException().isThrownBy(() -> use.accept(""))
						.withMessage("A key of server many must not be empty");
				}
			}
		});
	}

}
