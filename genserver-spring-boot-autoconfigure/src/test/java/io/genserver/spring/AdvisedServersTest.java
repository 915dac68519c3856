package io.genserver.spring;

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.Every;
import io.genserver.FunctionRefusedException;
import io.genserver.GenServer;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import io.genserver.Request;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.security.RolesAllowed;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.Advisor;
import org.springframework.aop.ClassFilter;
import org.springframework.aop.Pointcut;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.interceptor.AsyncExecutionInterceptor;
import org.springframework.aop.support.ComposablePointcut;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.aop.target.HotSwappableTargetSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.ResolvableType;
import org.springframework.core.task.SyncTaskExecutor;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.annotation.Secured;
import org.springframework.security.access.prepost.PostAuthorize;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.method.AuthorizationManagerBeforeMethodInterceptor;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Servers that aspects apply to: what gets advice, what does not, and what is refused.
 */
@ExtendWith(OutputCaptureExtension.class)
class AdvisedServersTest {

	/** How often advice was called. */
	private static final AtomicInteger advised = new AtomicInteger();

	private final ApplicationContextRunner runner = Servers.runner().withUserConfiguration(Proxies.class);

	// --- functions get the state, operations the advice

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3 })
	void functionsSeeAndChangeTheStateBehindAnyNumberOfProxies(int proxies) {
		ApplicationContextRunner nested = this.runner;
		for (int i = 1; i < proxies; i++) {
			nested = nested.withBean("wrapper" + i, BeanPostProcessor.class, () -> wrapping((instance) -> {
				ProxyFactory factory = new ProxyFactory(instance);
				factory.setProxyTargetClass(true);
				return factory.getProxy();
			}));
		}
		nested.withUserConfiguration(CounterServer.class).run((context) -> {
			Counter counter = context.getBean(Counter.class);
			GenServerRef<CounterServer> ref = ref(context, "counter");
			advised.set(0);
			counter.add(40);
			assertThat(advised).hasValue(1);
			assertThat(ref.<Long, RuntimeException>call((server) -> server.value)).isEqualTo(40);
			ref.call((server) -> {
				server.value = 100;
				return null;
			});
			ref.cast((server) -> server.value++);
			assertThat(ref.tryCast((server) -> server.value++)).isTrue();
			assertThat(ref.callAsync((server) -> server.value++).get(30, TimeUnit.SECONDS)).isEqualTo(102);
			assertThat(ref.withTimeout(java.time.Duration.ofSeconds(9)).<Long, RuntimeException>call((s) -> s.value))
				.isEqualTo(103);
			assertThat(counter.value()).isEqualTo(103);
			assertThat(ref.<Class<?>, RuntimeException>call(Object::getClass)).isEqualTo(CounterServer.class);
		});
		assertThat(CounterServer.terminatedWith).isEqualTo(103);
	}

	@Test
	void functionsOfAServerStartedAtRunTimeSeeTheStateToo() {
		this.runner.run((context) -> {
			GenServerRegistry registry = context.getBean(GenServerRegistry.class);
			GenServerRef<CounterServer> ref = registry.start("started", CounterServer.class,
					() -> proxy(new CounterServer(), (call) -> {
						advised.incrementAndGet();
						return call.proceed();
					}));
			Counter counter = registry.contract("started", Counter.class);
			advised.set(0);
			counter.add(40);
			assertThat(advised).hasValue(1);
			assertThat(ref.<Long, RuntimeException>call((server) -> server.value)).isEqualTo(40);
			ref.cast((server) -> server.value = 100);
			assertThat(counter.value()).isEqualTo(100);
			assertThat(ref.<Class<?>, RuntimeException>call(Object::getClass)).isEqualTo(CounterServer.class);
		});
	}

	@Test
	void functionsOfAServerStartedAtRunTimeAreRefusedWhereItsAdviceSecuresMethods() {
		this.runner.run((context) -> {
			GenServerRegistry registry = context.getBean(GenServerRegistry.class);
			GenServerRef<CounterServer> ref = registry.start("started", CounterServer.class,
					() -> proxy(new CounterServer(), new AuthorizationManagerBeforeMethodInterceptor(Pointcut.TRUE,
							(authentication, call) -> new AuthorizationDecision(false))));
			assertThat(ref.name()).isEqualTo("started");
			assertThatExceptionOfType(FunctionRefusedException.class)
				.isThrownBy(() -> ref.call((server) -> server.value))
				.withMessageContaining("takes no functions");
			assertThat(registry.info("started").failed()).isZero();
		});
	}

	private static CounterServer proxy(CounterServer target, MethodInterceptor advice) {
		ProxyFactory factory = new ProxyFactory(target);
		factory.setProxyTargetClass(true);
		factory.addAdvice(advice);
		return (CounterServer) factory.getProxy();
	}

	@Test
	void functionsOfAKeyedServerSeeTheStateToo() {
		this.runner.withUserConfiguration(KeyedServer.class).run((context) -> {
			Keyed<Counter> counters = keyed(context, Counter.class);
			counters.get("a").add(3);
			GenServerRef<KeyedServer> ref = context.getBean(GenServerRegistry.class).ref(KeyedServer.class, "a");
			assertThat(ref.<Long, RuntimeException>call((server) -> server.value)).isEqualTo(3);
		});
	}

	@Test
	void operationsMessagesTimersAndEventsRunWithAdviceWhateverTheirVisibility() {
		advised.set(0);
		this.runner.withUserConfiguration(BusyServer.class).run((context) -> {
			GenServerRegistry registry = context.getBean(GenServerRegistry.class);
			GenServerRef<BusyServer> ref = ref(context, "busy");
			// The first tick, which advice counts in the turn before the method does.
			assertThat(BusyServer.ticked.get(30, TimeUnit.SECONDS)).isEqualTo(1);
			advised.set(0);
			registry.call("busy", new Twice(4));
			assertThat(advised).as("a message").hasValue(1);
			registry.cast("busy", "text");
			ref.call((server) -> null);
			assertThat(advised).as("a cast by message").hasValue(2);
			context.publishEvent(5L);
			ref.call((server) -> null);
			assertThat(advised).as("an event").hasValue(3);
			assertThat(context.getBean(Busy.class).inherited()).isEqualTo("default 8text5");
			assertThat(advised).as("a default method, and what it calls by its proxy").hasValueGreaterThan(3);
		});
	}

	@Test
	void anOperationThatCallsAnotherOfItsOwnDoesSoWithoutAdvice() {
		this.runner.withUserConfiguration(CounterServer.class).run((context) -> {
			advised.set(0);
			assertThat(context.getBean(Counter.class).addTwice(2)).isEqualTo(4);
			assertThat(advised).hasValue(1);
		});
	}

	// --- exceptions

	@Test
	void S12_anUndeclaredCheckedExceptionReachesTheCallerAsThrown() {
		Servers.runner().withUserConfiguration(Thrower.class).run(AdvisedServersTest::assertThrownAsIs);
	}

	@Test
	void S12_anUndeclaredCheckedExceptionReachesTheCallerThroughAspectsToo() {
		this.runner.withUserConfiguration(Thrower.class).run(AdvisedServersTest::assertThrownAsIs);
	}

	@Test
	void S12_itCountsForTheStrategyOfItsOwnType() {
		this.runner.withUserConfiguration(Thrower.class)
			.withPropertyValues("genserver.supervision.exceptions.java.io.IOException=stop")
			.run((context) -> {
				assertThatExceptionOfType(IOException.class).isThrownBy(() -> context.getBean(Throws.class).fail());
				this.<Thrower>ref(context, "thrower").termination().get(30, TimeUnit.SECONDS);
			});
	}

	@Test
	void S12_whatAnotherBeansProxyHasWrappedIsWhatTheHandlerThrew() {
		this.runner.withUserConfiguration(Thrower.class)
			.withBean(Other.class)
			.run((context) -> assertThatExceptionOfType(UndeclaredThrowableException.class)
				.isThrownBy(() -> context.getBean(Throws.class).failElsewhere())
				.withCauseInstanceOf(IOException.class));
	}

	private static void assertThrownAsIs(AssertableApplicationContext context) {
		GenServerRegistry registry = context.getBean(GenServerRegistry.class);
		Throws contract = context.getBean(Throws.class);
		GenServerRef<Thrower> ref = ref(context, "thrower");
		assertThatExceptionOfType(IOException.class).isThrownBy(contract::fail).isSameAs(Thrower.thrown);
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> contract.add(1, 2, 3)).isSameAs(Thrower.thrown);
		assertThat(contract.failLater()).failsWithin(30, TimeUnit.SECONDS)
			.withThrowableThat()
			.havingCause()
			.isSameAs(Thrower.thrown);
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> ref.call((server) -> {
			server.fail();
			return null;
		})).isSameAs(Thrower.thrown);
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> registry.call("thrower", new Twice(1)))
			.isSameAs(Thrower.thrown);
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> registry.contract("thrower", Throws.class).fail())
			.isSameAs(Thrower.thrown);
	}

	// --- security

	@Test
	void functionsAreRefusedWhereMethodsAreSecured() {
		Class<?>[] secured = { PreAuthorized.class, PostAuthorized.class, SecuredClass.class, RolesServer.class,
				ByContract.class, ByMeta.class };
		for (Class<?> each : secured) {
			this.runner.withUserConfiguration(Security.class, each)
				.run((context) -> assertNoFunctions(context, each.getSimpleName()));
		}
	}

	@Test
	void functionsAreRefusedWhereAnAdvisorSecuresMethodsWithoutAnnotations() {
		this.runner.withUserConfiguration(OwnAuthorization.class, CounterServer.class).run((context) -> {
			GenServerRef<CounterServer> ref = ref(context, "counter");
			assertThatExceptionOfType(FunctionRefusedException.class)
				.isThrownBy(() -> ref.call((server) -> server.value))
				.withMessageContaining("takes no functions")
				.withMessageContaining("Use its contract Counter");
			assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(context.getBean(Counter.class)::value);
		});
	}

	@Test
	void aFunctionSentBeforeTheInstanceIsKnownIsRefusedInItsTurnAndIsNoFailureOfTheServer() {
		this.runner.withUserConfiguration(OwnAuthorization.class, KeyedServer.class)
			.withPropertyValues("genserver.supervision.strategy=stop")
			.run((context) -> {
				GenServerRegistry registry = context.getBean(GenServerRegistry.class);
				GenServerRef<KeyedServer> ref = registry.ref(KeyedServer.class, "a");
				assertThatExceptionOfType(FunctionRefusedException.class)
					.isThrownBy(() -> ref.call((server) -> server.value));
				assertThat(registry.info("keyed", "a")).isNotNull()
					.satisfies((info) -> assertThat(info.failed()).isZero())
					.satisfies((info) -> assertThat(info.state()).isEqualTo(io.genserver.ServerState.RUNNING));
			});
	}

	@Test
	void messagesAndContractsOfASecuredServerAreDecidedByTheCaller() {
		this.runner.withUserConfiguration(Security.class, PreAuthorized.class).run((context) -> {
			Secret secret = context.getBean(Secret.class);
			GenServerRegistry registry = context.getBean(GenServerRegistry.class);
			assertThatExceptionOfType(AuthenticationException.class).isThrownBy(secret::read);
			assertThatExceptionOfType(AuthenticationException.class)
				.isThrownBy(() -> registry.call("PreAuthorized", new Twice(2)));
		});
	}

	private static void assertNoFunctions(AssertableApplicationContext context, String name) {
		GenServerRef<Object> ref = ref(context, name);
		assertThatExceptionOfType(FunctionRefusedException.class).as(name)
			.isThrownBy(() -> ref.call(Object::toString))
			.withMessageContaining("Server '" + name + "' takes no functions")
			.withMessageContaining("its contract Secret")
			.satisfies((ex) -> assertThat(ex.notExecuted()).isTrue());
		assertThatExceptionOfType(FunctionRefusedException.class).isThrownBy(() -> ref.cast(Object::toString));
		assertThatExceptionOfType(FunctionRefusedException.class).isThrownBy(() -> ref.tryCast(Object::toString));
		assertThat(ref.callAsync(Object::toString)).failsWithin(30, TimeUnit.SECONDS)
			.withThrowableThat()
			.withCauseInstanceOf(FunctionRefusedException.class);
	}

	// --- transactions

	@Test
	void aServerWithTransactionalMethodsWhoseRefIsInjectedIsNamedOnceAtStart(CapturedOutput output) {
		this.runner.withUserConfiguration(Transactions.class, LedgerServer.class, LedgerClient.class).run((context) -> {
			assertThat(output).containsOnlyOnce("Functions that are sent to server 'ledger'")
				.contains("Use its contract Ledger");
			GenServerRef<LedgerServer> ref = context.getBean(LedgerClient.class).ref();
			assertThat(ref.<Integer, RuntimeException>call((server) -> server.begun)).isZero();
			context.getBean(Ledger.class).book();
			assertThat(ref.<Integer, RuntimeException>call((server) -> server.begun)).isOne();
			assertThat(output).containsOnlyOnce("Functions that are sent to server 'ledger'");
		});
	}

	@Test
	void aServerWithTransactionalMethodsIsNamedAtTheFirstFunctionWhereNoRefIsInjected(CapturedOutput output) {
		this.runner.withUserConfiguration(Transactions.class, LedgerServer.class).run((context) -> {
			context.getBean(Ledger.class).book();
			assertThat(output).doesNotContain("Functions that are sent");
			GenServerRef<LedgerServer> ref = context.getBean(GenServerRegistry.class).ref("ledger");
			ref.call((server) -> server.begun);
			ref.call((server) -> server.begun);
			assertThat(output).containsOnlyOnce("Functions that are sent to server 'ledger'");
		});
	}

	@Test
	void otherAdviceIsNoReasonToWarn(CapturedOutput output) {
		this.runner.withUserConfiguration(CounterServer.class).run((context) -> {
			AdvisedServersTest.<CounterServer>ref(context, "counter").call((server) -> server.value);
			assertThat(output).doesNotContain("Functions that are sent");
		});
	}

	// --- what is refused at start

	@Test
	void finalOperationsBehindAProxyAreRefused() {
		this.runner.withUserConfiguration(FinalServer.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidServerException.class)
				.hasMessageContaining("FinalServer.value()")
				.hasMessageContaining("of server 'final' is final")
				.hasMessageContaining("Remove final"));
		Servers.runner().withUserConfiguration(FinalServer.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(Counter.class).value()).isEqualTo(7);
		});
	}

	@Test
	void adviceThatMovesMethodsToOtherThreadsIsRefused() {
		this.runner.withUserConfiguration(CounterServer.class)
			.withBean("async", Advisor.class,
					() -> new DefaultPointcutAdvisor(new AnnotationMatchingPointcut(GenServer.class),
							new AsyncExecutionInterceptor(new SyncTaskExecutor())))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidServerException.class)
				.hasMessageContaining("would run methods of server 'counter' on another thread"));
	}

	@Test
	void aProxyWhoseTargetChangesIsRefused() {
		this.runner.withUserConfiguration(CounterServer.class)
			.withBean(BeanPostProcessor.class, () -> wrapping((instance) -> {
				ProxyFactory factory = new ProxyFactory();
				factory.setTargetSource(new HotSwappableTargetSource(instance));
				factory.setProxyTargetClass(true);
				return factory.getProxy();
			}))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidServerException.class)
				.hasMessageContaining("server 'counter' is behind a proxy whose target changes"));
	}

	@Test
	void anOpaqueProxyIsRefused() {
		Servers.runner()
			.withUserConfiguration(CounterServer.class)
			.withBean(BeanPostProcessor.class, () -> wrapping((instance) -> {
				ProxyFactory factory = new ProxyFactory(instance);
				factory.setProxyTargetClass(true);
				factory.setOpaque(true);
				return factory.getProxy();
			}))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidServerException.class)
				.hasMessageContaining("Do not make the proxies of its aspects opaque"));
	}

	@Test
	void aFinalClassThatAnAspectAppliesToFailsTheStart() {
		this.runner.withUserConfiguration(RecordServer.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("Cannot subclass final class " + RecordServer.class.getName()));
	}

	static BeanPostProcessor wrapping(java.util.function.UnaryOperator<Object> wrapper) {
		return new BeanPostProcessor() {
			@Override
			public Object postProcessAfterInitialization(Object bean, String beanName) {
				return (bean instanceof Counter && (bean instanceof CounterServer || bean instanceof Advised))
						? wrapper.apply(bean) : bean;
			}
		};
	}

	private static <S> GenServerRef<S> ref(AssertableApplicationContext context, String name) {
		return context.getBean(GenServerRegistry.class).ref(name);
	}

	@SuppressWarnings("unchecked")
	private static <S> Keyed<S> keyed(AssertableApplicationContext context, Class<S> type) {
		return (Keyed<S>) context.getBeanProvider(ResolvableType.forClassWithGenerics(Keyed.class, type)).getObject();
	}

	@Configuration(proxyBeanMethods = false)
	static class Proxies {

		@Bean
		static DefaultAdvisorAutoProxyCreator proxies() {
			DefaultAdvisorAutoProxyCreator proxies = new DefaultAdvisorAutoProxyCreator();
			proxies.setProxyTargetClass(true);
			return proxies;
		}

		@Bean
		static Advisor advisor() {
			DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor((MethodInterceptor) (invocation) -> {
				advised.incrementAndGet();
				return invocation.proceed();
			});
			ComposablePointcut pointcut = new ComposablePointcut(
					(ClassFilter) (type) -> Stream.of(Counter.class, Busy.class, Throws.class, Other.class)
						.anyMatch((each) -> each.isAssignableFrom(type)));
			advisor.setPointcut(pointcut);
			return advisor;
		}

	}

	interface Counter {

		long add(long by);

		long addTwice(long by);

		long value();

	}

	@GenServer("counter")
	static class CounterServer implements Counter {

		static long terminatedWith;

		long value;

		@Override
		public long add(long by) {
			this.value += by;
			return this.value;
		}

		@Override
		public long addTwice(long by) {
			add(by);
			return add(by);
		}

		@Override
		public long value() {
			return this.value;
		}

		@PreDestroy
		void terminate() {
			terminatedWith = this.value;
		}

	}

	@GenServer(name = "keyed", keyed = true)
	static class KeyedServer extends CounterServer {

	}

	@GenServer("final")
	static class FinalServer implements Counter {

		private final long value = Long.parseLong("7");

		@Override
		public long add(long by) {
			return 0;
		}

		@Override
		public long addTwice(long by) {
			return 0;
		}

		@Override
		public final long value() {
			return this.value;
		}

	}

	@GenServer("record")
	record RecordServer() implements Counter {

		@Override
		public long add(long by) {
			return 0;
		}

		@Override
		public long addTwice(long by) {
			return 0;
		}

		@Override
		public long value() {
			return 0;
		}

	}

	record Twice(int value) implements Request<Integer> {
	}

	interface Busy {

		default String inherited() {
			return "default " + heard();
		}

		String heard();

	}

	@GenServer("busy")
	static class BusyServer implements Busy {

		static final CompletableFuture<Integer> ticked = new CompletableFuture<>();

		private String heard = "";

		@Override
		public String heard() {
			return this.heard;
		}

		@Call
		int on(Twice message) {
			this.heard += 2 * message.value();
			return 2 * message.value();
		}

		@Cast
		protected void on(String message) {
			this.heard += message;
		}

		@EventListener
		void listen(Long event) {
			this.heard += event;
		}

		@Every(value = "1h", initialDelay = "0s")
		void tick() {
			ticked.complete(advised.get());
		}

	}

	interface Throws {

		void fail();

		long add(int a, long b, double c);

		CompletableFuture<String> failLater();

		void failElsewhere();

	}

	@GenServer("thrower")
	static class Thrower implements Throws {

		static final IOException thrown = new IOException("undeclared");

		private final ObjectProvider<Other> other;

		Thrower(ObjectProvider<Other> other) {
			this.other = other;
		}

		@Override
		public void fail() {
			throw AdvisedServersTest.<RuntimeException>sneaky(thrown);
		}

		@Override
		public long add(int a, long b, double c) {
			throw AdvisedServersTest.<RuntimeException>sneaky(thrown);
		}

		@Override
		public CompletableFuture<String> failLater() {
			throw AdvisedServersTest.<RuntimeException>sneaky(thrown);
		}

		@Override
		public void failElsewhere() {
			this.other.getObject().fail();
		}

		@Call
		int on(Twice message) {
			throw AdvisedServersTest.<RuntimeException>sneaky(thrown);
		}

	}

	static class Other {

		void fail() {
			throw AdvisedServersTest.<RuntimeException>sneaky(new IOException("elsewhere"));
		}

	}

	@SuppressWarnings("unchecked")
	static <X extends Throwable> X sneaky(Throwable throwable) throws X {
		throw (X) throwable;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity(securedEnabled = true, jsr250Enabled = true, proxyTargetClass = true)
	static class Security {

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnAuthorization {

		@Bean
		static Advisor authorization() {
			AuthorizationManagerBeforeMethodInterceptor advisor = new AuthorizationManagerBeforeMethodInterceptor(
					new AnnotationMatchingPointcut(GenServer.class),
					(authentication, invocation) -> new AuthorizationDecision(false));
			SecurityContextHolder.getContext();
			advisor.setSecurityContextHolderStrategy(new Anonymous());
			return advisor;
		}

	}

	/** Everybody is known, and may do nothing. */
	static final class Anonymous implements SecurityContextHolderStrategy {

		@Override
		public void clearContext() {
		}

		@Override
		public SecurityContext getContext() {
			return new SecurityContextImpl(new TestingAuthenticationToken("user", "password"));
		}

		@Override
		public void setContext(org.springframework.security.core.context.@Nullable SecurityContext context) {
		}

		@Override
		public SecurityContext createEmptyContext() {
			return getContext();
		}

	}

	interface Secret {

		String read();

	}

	@GenServer("PreAuthorized")
	static class PreAuthorized implements Secret {

		@Override
		@PreAuthorize("hasRole('ADMIN')")
		public String read() {
			return "secret";
		}

		@Call
		@PreAuthorize("hasRole('ADMIN')")
		int on(Twice message) {
			return 1;
		}

	}

	@GenServer("PostAuthorized")
	static class PostAuthorized implements Secret {

		@Override
		@PostAuthorize("returnObject == 'x'")
		public String read() {
			return "secret";
		}

	}

	@GenServer("SecuredClass")
	@Secured("ROLE_ADMIN")
	static class SecuredClass implements Secret {

		@Override
		public String read() {
			return "secret";
		}

	}

	@GenServer("RolesServer")
	static class RolesServer implements Secret {

		@Override
		@RolesAllowed("ADMIN")
		public String read() {
			return "secret";
		}

	}

	interface SecretByContract extends Secret {

		@Override
		@PreAuthorize("hasRole('ADMIN')")
		String read();

	}

	@GenServer("ByContract")
	static class ByContract implements SecretByContract {

		@Override
		public String read() {
			return "secret";
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@PreAuthorize("hasRole('ADMIN')")
	@interface Admins {

	}

	@GenServer("ByMeta")
	static class ByMeta implements Secret {

		@Override
		@Admins
		public String read() {
			return "secret";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = true)
	static class Transactions {

		@Bean
		PlatformTransactionManager transactionManager() {
			return new Counting();
		}

	}

	static final class Counting extends AbstractPlatformTransactionManager {

		@Override
		protected Object doGetTransaction() {
			return new Object();
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
		}

	}

	interface Ledger {

		void book();

	}

	@GenServer("ledger")
	static class LedgerServer implements Ledger {

		int begun;

		@Override
		@Transactional
		public void book() {
			this.begun += TransactionSynchronizationManager.isActualTransactionActive() ? 1 : 0;
		}

	}

	record LedgerClient(GenServerRef<LedgerServer> ref) {
	}

}
