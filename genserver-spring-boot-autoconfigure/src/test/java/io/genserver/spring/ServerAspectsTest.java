package io.genserver.spring;

import io.genserver.GenServer;
import io.genserver.GenServerRef;
import io.genserver.spring.Servers.Journal;
import jakarta.annotation.PreDestroy;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

class ServerAspectsTest {

	private final Journal journal = new Journal();

	@Test
	void aspectsApplyToTheInstanceOnceAndInItsTurn() {
		Servers.runner()
			.withBean(Journal.class, () -> this.journal)
			.withUserConfiguration(ClassProxies.class, AdvisedServer.class)
			.run((context) -> {
				assertThat(context.getBean(Advised.class).advised()).isEqualTo("state");
				assertThat(this.journal.entries).hasSize(1).first().asString().startsWith("advice on genserver");
				GenServerRef<AdvisedServer> ref = context
					.<GenServerRef<AdvisedServer>>getBeanProvider(org.springframework.core.ParameterizedTypeReference
						.<GenServerRef<AdvisedServer>>forType(org.springframework.core.ResolvableType
							.forClassWithGenerics(GenServerRef.class, AdvisedServer.class)
							.getType()))
					.getObject();
				assertThat(ref.<String, RuntimeException>call(AdvisedServer::advised)).isEqualTo("state");
				assertThat(this.journal.entries).as("functions run without advice").hasSize(1);
			});
		assertThat(this.journal.entries).last().isEqualTo("terminated with state");
	}

	@Test
	void aJdkProxyOfAnAspectIsRefused() {
		Servers.runner()
			.withBean(Journal.class, () -> this.journal)
			.withUserConfiguration(InterfaceProxies.class, AdvisedServer.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidServerException.class)
				.hasMessageContaining("an aspect applies to it through a JDK proxy")
				.hasMessageContaining("spring.aop.proxy-target-class=true"));
		assertThat(this.journal.entries).containsExactly("terminated with state");
	}

	interface Advised {

		String advised();

	}

	@GenServer("advised")
	static class AdvisedServer implements Advised {

		@Autowired
		private Journal journal;

		private final String state = "state";

		@Override
		public String advised() {
			return this.state;
		}

		@PreDestroy
		private void terminate() {
			this.journal.add("terminated with " + this.state);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ClassProxies {

		@Bean
		static DefaultAdvisorAutoProxyCreator proxies() {
			DefaultAdvisorAutoProxyCreator proxies = new DefaultAdvisorAutoProxyCreator();
			proxies.setProxyTargetClass(true);
			return proxies;
		}

		@Bean
		static Advisor advisor(Journal journal) {
			return advice(journal);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class InterfaceProxies {

		@Bean
		static DefaultAdvisorAutoProxyCreator proxies() {
			return new DefaultAdvisorAutoProxyCreator();
		}

		@Bean
		static Advisor advisor(Journal journal) {
			return advice(journal);
		}

	}

	private static Advisor advice(Journal journal) {
		NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
		pointcut.addMethodName("advised");
		MethodInterceptor advice = (invocation) -> {
			journal.add("advice on " + Thread.currentThread().getName());
			return invocation.proceed();
		};
		return new DefaultPointcutAdvisor(pointcut, advice);
	}

}
