package io.genserver.spring;

import io.genserver.GenServer;
import io.genserver.GenServerRegistry;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** Servers whose instances a {@link FactoryBean} makes. */
@RealThreads
class FactoryBeanServersTest {

	@Test
	void aMethodMayReturnTheFactoryOfAServer() {
		Servers.runner()
			.withUserConfiguration(OnMethod.class)
			.run((context) -> isServer(context.getBean(Teller.class), context.getBean(GenServerRegistry.class)));
	}

	@Test
	void theFactoryMayMakeAnAnnotatedClass() {
		Servers.runner()
			.withUserConfiguration(OnProduct.class)
			.run((context) -> isServer(context.getBean(Teller.class), context.getBean(GenServerRegistry.class)));
	}

	private static void isServer(Teller teller, GenServerRegistry registry) {
		assertThat(registry.names()).contains("teller");
		assertThat(teller.thread()).startsWith("genserver-");
		assertThat(teller.next()).isEqualTo(1);
		assertThat(teller.next()).isEqualTo(2);
		registry.restart("teller");
		assertThat(teller.next()).as("a restart begins with a fresh instance").isEqualTo(1);
	}

	@Test
	void aFactoryIsNoServerItself() {
		Servers.runner()
			.withBean("teller", AnnotatedFactory.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(InvalidServerException.class)
				.hasMessageContaining("AnnotatedFactory implements FactoryBean and is annotated @GenServer")
				.hasMessageContaining("a @Bean method that returns the factory"));
	}

	interface Teller {

		int next();

		String thread();

	}

	static class TellerServer implements Teller {

		private int number;

		@Override
		public int next() {
			return ++this.number;
		}

		@Override
		public String thread() {
			return Thread.currentThread().getName();
		}

	}

	@GenServer("teller")
	static class AnnotatedTeller extends TellerServer {

	}

	static class TellerFactory implements FactoryBean<TellerServer> {

		@Override
		public TellerServer getObject() {
			return new TellerServer();
		}

		@Override
		public Class<?> getObjectType() {
			return TellerServer.class;
		}

	}

	@GenServer("teller")
	static class AnnotatedFactory extends TellerFactory {

	}

	@Configuration(proxyBeanMethods = false)
	static class OnMethod {

		@Bean("teller")
		@GenServer
		TellerFactory teller() {
			return new TellerFactory();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OnProduct {

		@Bean("teller")
		FactoryBean<AnnotatedTeller> teller() {
			return new FactoryBean<>() {

				@Override
				public AnnotatedTeller getObject() {
					return new AnnotatedTeller();
				}

				@Override
				public Class<?> getObjectType() {
					return AnnotatedTeller.class;
				}

			};
		}

	}

}
