package io.genserver.spring;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.Every;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRegistry;
import io.genserver.spring.Servers.Journal;
import io.genserver.testsupport.HangGuard;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Timers of servers in an application context, and what else runs in the turn of an
 * instance that is not what it seems.
 */
class ServerTimersTest {

	private final Journal journal = new Journal();

	private final CountDownLatch ticks = new CountDownLatch(3);

	private final ApplicationContextRunner runner = Servers.runner()
		.withBean(Journal.class, () -> this.journal)
		.withBean(CountDownLatch.class, () -> this.ticks);

	@Test
	void aTimerTicksAsThePropertySays() {
		this.runner.withUserConfiguration(TickingServer.class).withPropertyValues("tick.period=5ms").run((context) -> {
			assertThat(this.ticks.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
			assertThat(this.journal.entries).containsOnly("tick in ticking");
		});
	}

	@Test
	void aServerStartedAtRunTimeTicksToo() {
		this.runner.withPropertyValues("tick.period=5ms").run((context) -> {
			context.getBean(GenServerRegistry.class)
				.start("later", TickingServer.class, () -> new TickingServer(this.journal, this.ticks));
			assertThat(this.ticks.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
			assertThat(this.journal.entries).containsOnly("tick in later");
		});
	}

	@Test
	void aspectsApplyToTimersAndListeners() {
		this.runner.withUserConfiguration(TickingServer.class, Proxies.class)
			.withPropertyValues("tick.period=1h")
			.run((context) -> {
				context.publishEvent("tea");
				drained(context, "ticking");
				assertThat(this.journal.entries).containsExactly("advice on on", "heard tea");
			});
		this.journal.entries.clear();
		this.runner.withUserConfiguration(TickingServer.class, Proxies.class)
			.withPropertyValues("tick.period=5ms")
			.run((context) -> {
				assertThat(this.ticks.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
				assertThat(this.journal.entries).startsWith("advice on tick", "tick in ticking", "advice on tick");
			});
	}

	@Test
	void aMethodTheDeclaredClassDoesNotHaveFailsTheStartInsteadOfBeingPassedOver() {
		assertFails(HiddenTimer.class, "Late.tick() is a timer, listener or message handler of the server 'late'",
				"Let the factory method declare that it returns a Late");
		assertFails(HiddenListener.class, "LateListener.on(String) is a timer, listener or message handler",
				"Let the factory method declare");
		assertFails(HiddenSchedule.class, "LateSchedule.tick() is annotated @Scheduled", "Use @Every");
	}

	@Test
	void anInstanceOfASubclassIsFineOtherwise() {
		this.runner.withUserConfiguration(HiddenNothing.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(Contract.class).answer()).isEqualTo(42);
		});
	}

	private void assertFails(Class<?> configuration, String why, String action) {
		this.runner.withUserConfiguration(configuration)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidServerException.class)
				.hasMessageContaining(why)
				.hasMessageContaining(action));
		assertThat(this.ticks.getCount()).isEqualTo(3);
	}

	private static void drained(ApplicationContext context, String name) {
		context.getBean(GenServerRegistry.class).ref(name).call((state) -> null);
	}

	@GenServer("ticking")
	static class TickingServer {

		private final Journal journal;

		private final CountDownLatch ticks;

		TickingServer(Journal journal, CountDownLatch ticks) {
			this.journal = journal;
			this.ticks = ticks;
		}

		@Every("${tick.period}")
		void tick() {
			this.journal.add("tick in " + GenServerContext.current().name());
			this.ticks.countDown();
		}

		@EventListener
		void on(String event) {
			this.journal.add("heard " + event);
		}

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
		static Advisor advisor(Journal journal) {
			NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
			pointcut.setMappedNames("on", "tick");
			MethodInterceptor advice = (invocation) -> {
				journal.add("advice on " + invocation.getMethod().getName());
				return invocation.proceed();
			};
			return new DefaultPointcutAdvisor(pointcut, advice);
		}

	}

	interface Contract {

		int answer();

	}

	static class Plain implements Contract {

		@Override
		public int answer() {
			return 42;
		}

	}

	static class Late extends Plain {

		private final CountDownLatch ticks;

		Late(CountDownLatch ticks) {
			this.ticks = ticks;
		}

		@Every("1ms")
		void tick() {
			this.ticks.countDown();
		}

	}

	static class LateListener extends Plain {

		@EventListener
		void on(String event) {
		}

	}

	static class LateSchedule extends Plain {

		@Scheduled(fixedRate = 1)
		void tick() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HiddenTimer {

		@Bean
		@GenServer
		Contract late(CountDownLatch ticks) {
			return new Late(ticks);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HiddenListener {

		@Bean
		@GenServer
		Contract late() {
			return new LateListener();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HiddenSchedule {

		@Bean
		@GenServer
		Contract late() {
			return new LateSchedule();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HiddenNothing {

		@Bean
		@GenServer
		Contract late() {
			return new Plain();
		}

	}

}
