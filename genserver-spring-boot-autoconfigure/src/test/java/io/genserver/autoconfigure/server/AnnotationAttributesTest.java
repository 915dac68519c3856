package io.genserver.autoconfigure.server;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.Every;
import io.genserver.GenServer;
import io.genserver.GenServerRegistry;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.contract.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Attributes of the annotations with placeholders, which properties come before which,
 * and what is said of those that make no sense.
 */
class AnnotationAttributesTest {

	private static final String[] VALUES = { "my.capacity=7", "my.call-timeout=2s", "my.handler-timeout=3s",
			"my.idle-timeout=4m", "my.max-instances=5", "my.executor=pool", "my.timeout=6s", "my.concurrent=8" };

	private static ServerSettings settings(ApplicationContext context, String name) {
		return context.getBean(GenServerRuntime.class).server(name).settings();
	}

	private static Operation operation(ApplicationContext context, String name) {
		return context.getBean(GenServerRuntime.class)
			.server("rooms")
			.definition()
			.operations()
			.stream()
			.filter((each) -> each.name().equals(name))
			.findFirst()
			.orElseThrow();
	}

	@Test
	void eachAttributeThatIsTextAndEachTwinOfANumberTakesPlaceholders() {
		Analyses.runner(RoomServer.class, Pool.class).withPropertyValues(VALUES).run((context) -> {
			ServerSettings settings = settings(context, "rooms");
			assertThat(settings.capacity()).isEqualTo(7);
			assertThat(settings.callTimeout()).isEqualTo(Duration.ofSeconds(2));
			assertThat(settings.handlerTimeout()).isEqualTo(Duration.ofSeconds(3));
			assertThat(settings.idleTimeout()).isEqualTo(Duration.ofMinutes(4));
			assertThat(settings.maxInstances()).isEqualTo(5);
			assertThat(context.getBean(GenServerRuntime.class).server("rooms").executor()).isNotNull();
			assertThat(operation(context, "render").concurrency()).isEqualTo(8);
			assertThat(operation(context, "render").timeoutNanos()).isEqualTo(Duration.ofSeconds(6).toNanos());
			assertThat(operation(context, "Leave").concurrency()).isEqualTo(8);
		});
	}

	@Test
	void whatIsEmptyOnceItsPlaceholdersAreResolvedIsNotSet() {
		Analyses.runner(RoomServer.class, Pool.class)
			.withPropertyValues("my.capacity=", "my.call-timeout=", "my.handler-timeout=", "my.idle-timeout=",
					"my.max-instances=", "my.executor=", "my.timeout=", "my.concurrent=",
					"genserver.handler-timeout=9s", "genserver.call-timeout=8s", "genserver.mailbox.capacity=6")
			.run((context) -> {
				ServerSettings settings = settings(context, "rooms");
				assertThat(settings).isEqualTo(ServerSettings.DEFAULTS.withCallTimeout(Duration.ofSeconds(8))
					.withHandlerLimits(Duration.ofSeconds(9), ServerSettings.STOP_GRACE)
					.withMailbox(6, ServerSettings.DEFAULTS.overflow()));
				assertThat(context.getBean(GenServerRuntime.class).server("rooms").executor()).isNull();
				assertThat(operation(context, "render").concurrency()).isZero();
				assertThat(operation(context, "render").timeoutNanos()).isZero();
			});
	}

	@Test
	void thePropertiesOfTheServerComeBeforeItsAnnotationAndThatBeforeThoseOfAllServers() {
		ApplicationContextRunner runner = Analyses.runner(RoomServer.class, Pool.class)
			.withPropertyValues(VALUES)
			.withPropertyValues("genserver.handler-timeout=20s", "genserver.call-timeout=21s",
					"genserver.mailbox.capacity=22", "genserver.slow-handler-threshold=23s");
		runner.run((context) -> {
			ServerSettings settings = settings(context, "rooms");
			assertThat(settings.handlerTimeout()).isEqualTo(Duration.ofSeconds(3));
			assertThat(settings.callTimeout()).isEqualTo(Duration.ofSeconds(2));
			assertThat(settings.capacity()).isEqualTo(7);
		});
		runner
			.withPropertyValues("genserver.servers.rooms.handler-timeout=30s",
					"genserver.servers.rooms.call-timeout=31s", "genserver.servers.rooms.mailbox.capacity=32",
					"genserver.servers.rooms.idle-timeout=33s", "genserver.servers.rooms.max-instances=34",
					"genserver.servers.rooms.operations.render.concurrent=35")
			.run((context) -> {
				ServerSettings settings = settings(context, "rooms");
				assertThat(settings.handlerTimeout()).isEqualTo(Duration.ofSeconds(30));
				assertThat(settings.callTimeout()).isEqualTo(Duration.ofSeconds(31));
				assertThat(settings.capacity()).isEqualTo(32);
				assertThat(settings.idleTimeout()).isEqualTo(Duration.ofSeconds(33));
				assertThat(settings.maxInstances()).isEqualTo(34);
				assertThat(operation(context, "render").concurrency()).isEqualTo(35);
				assertThat(operation(context, "Leave").concurrency()).isEqualTo(8);
			});
	}

	@Test
	void theAnnotationOfAServerThatIsStartedAtRunTimeCountsAsWell() {
		Analyses.runner(Pool.class)
			.withPropertyValues(VALUES)
			.withPropertyValues("genserver.unknown-servers=warn", "genserver.servers.late.operations.work.concurrent=2")
			.run((context) -> {
				context.getBean(GenServerRegistry.class).start("late", Late.class, Late::new);
				ServerSettings settings = settings(context, "late");
				assertThat(settings.capacity()).isEqualTo(7);
				assertThat(settings.handlerTimeout()).isEqualTo(Duration.ofSeconds(3));
				assertThat(context.getBean(GenServerRuntime.class)
					.server("late")
					.definition()
					.operations()
					.getFirst()
					.concurrency()).isEqualTo(2);
			});
	}

	@Test
	void whatIsSetForAnOperationReachesAllOfItsNameHoweverThatIsSpelled() {
		Analyses.runner(RoomServer.class, Pool.class)
			.withPropertyValues(VALUES)
			.withPropertyValues("genserver.servers.rooms.operations.find-all.concurrent=3",
					"genserver.servers.rooms.operations.find-all.slow-handler-threshold=0s",
					"genserver.servers.rooms.operations.render.concurrent=0",
					"genserver.servers.rooms.operations.forget.concurrent=2",
					"genserver.servers.rooms.operations.quick.slow-handler-threshold=1ms",
					"genserver.servers.ROOMS.slow-handler-threshold=10m")
			.run((context) -> {
				GenServerRuntime runtime = context.getBean(GenServerRuntime.class);
				List<Operation> all = runtime.server("rooms")
					.definition()
					.operations()
					.stream()
					.filter((each) -> each.name().equals("findAll"))
					.map(Operation.class::cast)
					.toList();
				assertThat(all).hasSize(2).allMatch((each) -> each.concurrency() == 3);
				assertThat(operation(context, "forget").concurrency()).as("a cast").isEqualTo(2);
				assertThat(operation(context, "render").concurrency()).isZero();
				assertThat(operation(context, "render").timeoutNanos()).isEqualTo(Duration.ofSeconds(6).toNanos());
				assertThat(runtime.server("rooms").slowNanos(all.getFirst(), 5)).isZero();
				assertThat(runtime.server("rooms").slowNanos(operation(context, "quick"), 5)).isEqualTo(1_000_000);
				assertThat(runtime.server("rooms").slowNanos(operation(context, "render"), 5))
					.isEqualTo(Duration.ofMinutes(10).toNanos());
				assertThat(runtime.server("rooms").slowNanos(null, 5)).isEqualTo(Duration.ofMinutes(10).toNanos());
			});
	}

	static Stream<Arguments> annotations() {
		return Stream.of(arguments(BadTimeout.class, "callTimeout = \"${bad}\" (\"soon\")"),
				arguments(BadHandlerTimeout.class, "handlerTimeout = \"0s\""),
				arguments(UnknownPlaceholder.class, "callTimeout = \"${nowhere.to.be.found}\""),
				arguments(BadCapacity.class, "capacityString = \"${bad}\" (\"soon\")"),
				arguments(NegativeCapacity.class, "capacityString = \"${negative}\" (\"-1\")"),
				arguments(TwoCapacities.class, "capacity = 3 and capacityString = \"4\""),
				arguments(BadIdleTimeout.class, "idleTimeout = \"${bad}\" (\"soon\")"),
				arguments(IdleTimeoutWithoutKeys.class, "idleTimeout = \"1m\""),
				arguments(BadMaxInstances.class, "maxInstancesString = \"-2\""),
				arguments(MaxInstancesWithoutKeys.class, "maxInstancesString = \"9\""),
				arguments(UnknownExecutorProperty.class, "executor = \"${nowhere.to.be.found}\""),
				arguments(BadOperation.class, "concurrentString = \"${bad}\" (\"soon\")"),
				arguments(TwoNumbers.class, "concurrent = 2 and concurrentString = \"3\""),
				arguments(NegativeOperation.class, "-1 times at once"),
				arguments(BadOperationTimeout.class, "timeout = \"${bad}\" (\"soon\")"),
				arguments(PlaceAndNone.class, "overtakes = true"),
				arguments(BadPeriod.class, "value = \"${bad}\" (\"soon\")"));
	}

	@ParameterizedTest
	@MethodSource("annotations")
	void whatMakesNoSenseFailsTheStartAndIsNamedWithItsClassAndValue(Class<?> server, String attribute) {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(server).withPropertyValues("bad=soon", "negative=-1"));
		assertThat(analysis.getDescription()).contains(server.getName()).contains(attribute);
		assertThat(analysis.getAction()).isNotBlank();
	}

	static Stream<Arguments> properties() {
		return Stream.of(arguments("operations.rendr.concurrent=4", "operations.rendr", "findAll"),
				arguments("operations.render.concurrent=-1", "operations.render.concurrent", "not be negative"),
				arguments("operations.render.slow-handler-threshold=-1s", "operations.render.slow-handler-threshold",
						"not be negative"),
				arguments("slow-handler-threshold=-1s", "slow-handler-threshold", "not be negative"));
	}

	@ParameterizedTest
	@MethodSource("properties")
	void soDoPropertiesOfOperations(String property, String named, String reason) {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(RoomServer.class, Pool.class)
			.withPropertyValues(VALUES)
			.withPropertyValues("genserver.servers.rooms." + property));
		assertThat(analysis.getDescription()).contains(named).contains(reason);
	}

	record Leave(String who) {
	}

	interface Rooms {

		@Call(timeout = "${my.timeout}", concurrentString = "${my.concurrent}")
		String render(String text);

		String findAll();

		String findAll(String prefix);

		String quick();

		@Cast
		void forget();

	}

	@GenServer(name = "rooms", keyed = true, capacityString = "${my.capacity}", callTimeout = "${my.call-timeout}",
			handlerTimeout = "${my.handler-timeout}", idleTimeout = "${my.idle-timeout}",
			maxInstancesString = "${my.max-instances}", executor = "${my.executor}")
	static class RoomServer implements Rooms {

		@Override
		public String render(String text) {
			return text;
		}

		@Override
		public String findAll() {
			return "";
		}

		@Override
		public String findAll(String prefix) {
			return prefix;
		}

		@Override
		public String quick() {
			return "";
		}

		@Override
		public void forget() {
			// Nothing to do.
		}

		@Call(concurrentString = " ${my.concurrent} ")
		String leave(Leave leave) {
			return leave.who();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Pool {

		@Bean(destroyMethod = "shutdown")
		Executor pool() {
			return Executors.newCachedThreadPool();
		}

	}

	interface Work {

		String work();

	}

	@GenServer(capacityString = "${my.capacity}", handlerTimeout = "${my.handler-timeout}")
	static class Late implements Work, Supplier<String> {

		@Override
		public String work() {
			return "";
		}

		@Override
		public String get() {
			return "";
		}

	}

	@GenServer(name = "bad", callTimeout = "${bad}")
	static class BadTimeout {

	}

	@GenServer(name = "bad", handlerTimeout = "0s")
	static class BadHandlerTimeout {

	}

	@GenServer(name = "bad", callTimeout = "${nowhere.to.be.found}")
	static class UnknownPlaceholder {

	}

	@GenServer(name = "bad", capacityString = "${bad}")
	static class BadCapacity {

	}

	@GenServer(name = "bad", capacityString = "${negative}")
	static class NegativeCapacity {

	}

	@GenServer(name = "bad", capacity = 3, capacityString = "4")
	static class TwoCapacities {

	}

	@GenServer(name = "bad", keyed = true, idleTimeout = "${bad}")
	static class BadIdleTimeout {

	}

	@GenServer(name = "bad", idleTimeout = "1m")
	static class IdleTimeoutWithoutKeys {

	}

	@GenServer(name = "bad", keyed = true, maxInstancesString = "-2")
	static class BadMaxInstances {

	}

	@GenServer(name = "bad", maxInstancesString = "9")
	static class MaxInstancesWithoutKeys {

	}

	@GenServer(name = "bad", executor = "${nowhere.to.be.found}")
	static class UnknownExecutorProperty {

	}

	@GenServer(name = "bad")
	static class BadOperation {

		@Call(concurrentString = "${bad}")
		String leave(Leave leave) {
			return leave.who();
		}

	}

	@GenServer(name = "bad")
	static class TwoNumbers {

		@Call(concurrent = 2, concurrentString = "3")
		String leave(Leave leave) {
			return leave.who();
		}

	}

	@GenServer(name = "bad")
	static class NegativeOperation {

		@Call(concurrentString = "${negative}")
		String leave(Leave leave) {
			return leave.who();
		}

	}

	@GenServer(name = "bad")
	static class BadOperationTimeout {

		@Call(timeout = "${bad}")
		String leave(Leave leave) {
			return leave.who();
		}

	}

	@GenServer(name = "bad")
	static class PlaceAndNone {

		@Call(concurrent = 2, overtakes = true)
		String leave(Leave leave) {
			return leave.who();
		}

	}

	@GenServer(name = "bad")
	static class BadPeriod {

		@Every("${bad}")
		void tick() {
			// Nothing to do.
		}

	}

}
