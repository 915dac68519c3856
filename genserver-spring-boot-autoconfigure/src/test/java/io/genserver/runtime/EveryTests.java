package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.genserver.Cast;
import io.genserver.Every;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.runtime.contract.AnnotationText;
import io.genserver.runtime.contract.Contract;
import io.genserver.runtime.contract.InvalidOperationException;
import io.genserver.runtime.contract.ProxyClasses;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.runtime.contract.ReplyAdapters;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Timers that a server's class declares.
 */
class EveryTests {

	private static final ReflectiveContracts CONTRACTS = new ReflectiveContracts(ReplyAdapters.JDK);

	private static final ServerSettings IDLE_4S = ServerSettings.DEFAULTS.withIdleTimeout(Duration.ofSeconds(4));

	@Test
	void aTimerTicksInTheTurnFromTheStartOn() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Clockwork clockwork = new Clockwork();
			add(engine, "clock", false, ServerSettings.DEFAULTS, () -> clockwork);
			engine.runtime.start();
			scheduler.sleep(Duration.ofMillis(9_500));
			assertThat(clockwork.ticks).isZero();
			scheduler.sleep(Duration.ofSeconds(30));
			assertThat(clockwork.ticks).isEqualTo(3);
			assertThat(clockwork.delayed).as("first after 1 s, then every 10 s").isEqualTo(4);
			assertThat(clockwork.server).isEqualTo("clock");
			engine.close();
		});
	}

	@Test
	void aRestartBeginsAnewWithTheInitialDelay() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<Clockwork> made = new ArrayList<>();
			add(engine, "clock", false, ServerSettings.DEFAULTS, () -> keep(made));
			engine.runtime.start();
			scheduler.sleep(Duration.ofMillis(5_000));
			engine.runtime.server("clock").instances().restart(null);
			scheduler.sleep(Duration.ofMillis(9_500));
			assertThat(made).hasSize(2);
			assertThat(made.getFirst().delayed).isEqualTo(1);
			assertThat(made.getLast().delayed).isEqualTo(1);
			assertThat(made).allSatisfy((each) -> assertThat(each.ticks).isZero());
			scheduler.sleep(Duration.ofMillis(1_000));
			assertThat(made.getFirst().ticks).isZero();
			assertThat(made.getLast().ticks).isEqualTo(1);
			engine.close();
		});
	}

	@Test
	void ticksDoNotPileUpWhileTheServerIsBusy() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Clockwork clockwork = new Clockwork();
			GenServerRef<Clockwork> clock = add(engine, "clock", false, ServerSettings.DEFAULTS, () -> clockwork);
			engine.runtime.start();
			clock.cast((state) -> scheduler.sleep(Duration.ofSeconds(105)));
			scheduler.sleep(Duration.ofSeconds(106));
			assertThat(clockwork.ticks).isEqualTo(1);
			engine.close();
		});
	}

	@Test
	void noTickComesAfterAStop() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Clockwork clockwork = new Clockwork();
			add(engine, "clock", false, ServerSettings.DEFAULTS, () -> clockwork);
			engine.runtime.start();
			scheduler.sleep(Duration.ofMillis(995 + scheduler.choices().nextInt(10)));
			engine.stop("clock");
			scheduler.settle();
			int atTheStop = clockwork.delayed;
			scheduler.sleep(Duration.ofSeconds(100));
			assertThat(clockwork.delayed).isEqualTo(atTheStop);
			engine.close();
		});
	}

	@Test
	void aTickThatFailsIsTreatedLikeACastThatFails() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			AtomicInteger ticks = new AtomicInteger();
			add(engine, "clock", false, ServerSettings.DEFAULTS, Failing.class, () -> new Failing(ticks));
			engine.runtime.start();
			scheduler.sleep(Duration.ofMillis(3_500));
			assertThat(ticks).hasValue(3);
			assertThat(ServerInfos.of(engine.cell("clock")).failures()).hasSize(3)
				.allSatisfy((failure) -> assertThat(failure.operation()).isEqualTo("fail"));
			engine.close();
		});
	}

	@Test
	void everyInstanceOfAKeyedServerHasTimersOfItsOwn() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			add(engine, "clock", true, ServerSettings.DEFAULTS, Clockwork::new);
			engine.runtime.start();
			GenServerRef<Clockwork> one = engine.ref("clock", "one");
			GenServerRef<Clockwork> two = engine.ref("clock", "two");
			one.cast((state) -> {
			});
			scheduler.sleep(Duration.ofSeconds(20));
			two.cast((state) -> {
			});
			scheduler.sleep(Duration.ofSeconds(15));
			assertThat(one.<Integer, RuntimeException>call((state) -> state.ticks)).isEqualTo(3);
			assertThat(two.<Integer, RuntimeException>call((state) -> state.ticks)).isEqualTo(1);
			engine.close();
		});
	}

	@Test
	void S17_ticksDoNotKeepAnInstanceFromBeingLetGo() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<Clockwork> made = new ArrayList<>();
			GenServerRef<Clockwork> one = addFast(engine, made);
			assertThat(one.<Integer, RuntimeException>call((state) -> made.size())).isEqualTo(1);
			scheduler.sleep(Duration.ofSeconds(3));
			assertThat(one.<Integer, RuntimeException>call((state) -> made.size())).isEqualTo(1);
			scheduler.sleep(Duration.ofSeconds(3));
			assertThat(engine.runtime.server("fast").instances().find("one")).as("3 s after its last message")
				.isNotNull();
			scheduler.sleep(Duration.ofSeconds(3));
			assertThat(engine.runtime.server("fast").instances().find("one")).isNull();
			assertThat(made.getFirst().ticks).isBetween(50, 90);
			assertThat(one.<Integer, RuntimeException>call((state) -> made.size())).isEqualTo(2);
			engine.close();
		});
	}

	@Test
	void S17_aTaskThatIsStillToRunKeepsItsInstance() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			AtomicInteger ran = new AtomicInteger();
			engine.addKeyed("keyed", IDLE_4S, Object::new);
			engine.runtime.start();
			engine.ref("keyed", "one")
				.cast((state) -> GenServerContext.current().schedule(Duration.ofSeconds(30), ran::incrementAndGet));
			scheduler.sleep(Duration.ofSeconds(31));
			assertThat(ran).hasValue(1);
			scheduler.sleep(Duration.ofSeconds(10));
			assertThat(engine.runtime.server("keyed").instances().find("one")).isNull();
			engine.close();
		});
	}

	@Test
	void aTimerIsNoOperation() {
		assertThat(CONTRACTS.operationsOf("clock", Clockwork.class)).isEmpty();
		assertThat(CONTRACTS.timersOf(Clockwork.class)).hasSize(2);
	}

	@Test
	void anOverrideSaysWhetherItIsATimer() {
		assertThat(CONTRACTS.timersOf(Silenced.class)).extracting((timer) -> timer.operation().name())
			.containsExactly("delayed");
	}

	@Test
	void periodsMayBeISO8601AndPlaceholders() {
		Map<String, String> values = Map.of("${flush}", "PT0.5S");
		ReflectiveContracts contracts = new ReflectiveContracts(ReplyAdapters.JDK,
				new AnnotationText((text) -> values.getOrDefault(text, text)), ProxyClasses.JDK);
		assertThat(contracts.timersOf(Configured.class)).singleElement().satisfies((timer) -> {
			assertThat(timer.periodNanos()).isEqualTo(500_000_000);
			assertThat(timer.initialDelayNanos()).isZero();
		});
	}

	@Test
	void whatCannotBeATimerIsRefused() {
		assertRefused(WithParameter.class, "with(String) is annotated @Every but has 1 parameter(s)", "Remove them");
		assertRefused(Static.class, "is static", "Make it an instance method");
		assertRefused(Private.class, "is private", "Make it an instance method");
		assertRefused(Answering.class, "but returns int", "Make it void");
		assertRefused(Zero.class, "with a bad period: '0s' is not a positive duration", "@Every(\"10s\")");
		assertRefused(Spoken.class, "with a bad period: 'often' is not a duration", "@Every(\"10s\")");
		assertRefused(NegativeDelay.class, "with a bad initial delay: 'PT-1S'", "@Every(\"10s\")");
		assertThatExceptionOfType(InvalidOperationException.class)
			.isThrownBy(() -> CONTRACTS.timersOf(OfInterface.class))
			.withMessageContaining("TickingContract.tick() is annotated @Every in an interface");
		assertRefused(OfContract.class, "is an operation of the contract " + Contract.class.getName(), "of its own");
	}

	private static void assertRefused(Class<?> type, String why, String action) {
		assertThatExceptionOfType(InvalidOperationException.class).isThrownBy(() -> CONTRACTS.timersOf(type))
			.satisfies((ex) -> {
				assertThat(ex.description()).contains(type.getName()).contains(why);
				assertThat(ex.action()).contains(action);
			});
	}

	private static GenServerRef<Clockwork> add(Engine engine, String name, boolean keyed, ServerSettings settings,
			Supplier<?> factory) {
		return add(engine, name, keyed, settings, Clockwork.class, factory);
	}

	private static GenServerRef<Clockwork> add(Engine engine, String name, boolean keyed, ServerSettings settings,
			Class<?> type, Supplier<?> factory) {
		engine.runtime.add(new ServerDefinition(name, type, List.of(), keyed, List.of(), factory::get, settings,
				CONTRACTS.timersOf(type)));
		return engine.ref(name);
	}

	private static GenServerRef<Clockwork> addFast(Engine engine, List<Clockwork> made) {
		add(engine, "fast", true, IDLE_4S, Fast.class, () -> {
			made.add(new Fast());
			return made.getLast();
		});
		engine.runtime.start();
		return engine.ref("fast", "one");
	}

	private static Clockwork keep(List<Clockwork> made) {
		Clockwork clockwork = new Clockwork();
		made.add(clockwork);
		return clockwork;
	}

	static class Clockwork {

		int ticks;

		int delayed;

		String server = "";

		@Every("10s")
		void tick() {
			this.ticks++;
			this.server = GenServerContext.current().name();
		}

		@Every(value = "10s", initialDelay = "1s")
		protected void delayed() {
			this.delayed++;
		}

	}

	static class Fast extends Clockwork {

		@Override
		@Every("100ms")
		void tick() {
			super.tick();
		}

	}

	static class Silenced extends Clockwork {

		@Override
		void tick() {
		}

	}

	static class Failing {

		private final AtomicInteger ticks;

		Failing(AtomicInteger ticks) {
			this.ticks = ticks;
		}

		@Every("1s")
		void fail() {
			this.ticks.incrementAndGet();
			throw new IllegalStateException("on purpose");
		}

	}

	static class Configured {

		@Every(value = "${flush}", initialDelay = "0s")
		void flush() {
		}

	}

	static class WithParameter {

		@Every("1s")
		void with(String text) {
		}

	}

	static class Static {

		@Every("1s")
		static void tick() {
		}

	}

	static class Private {

		@Every("1s")
		private void tick() {
		}

	}

	static class Answering {

		@Every("1s")
		int tick() {
			return 1;
		}

	}

	static class Zero {

		@Every("0s")
		void tick() {
		}

	}

	static class Spoken {

		@Every("often")
		void tick() {
		}

	}

	static class NegativeDelay {

		@Every(value = "1s", initialDelay = "PT-1S")
		void tick() {
		}

	}

	interface Contract {

		@Cast
		void flush();

	}

	interface TickingContract {

		@Every("1s")
		default void tick() {
		}

	}

	static class OfInterface implements TickingContract {

	}

	static class OfContract implements Contract {

		@Override
		@Every("1s")
		public void flush() {
		}

	}

}
