package io.genserver.spring;

import java.util.List;
import java.util.Map;

import io.genserver.Call;
import io.genserver.GenServer;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.Request;
import io.genserver.ServerState;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.constraints.Min;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Profile;
import org.springframework.core.annotation.Order;
import org.springframework.validation.annotation.Validated;
import org.springframework.validation.beanvalidation.MethodValidationPostProcessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What an application may do with any bean, done with servers.
 */
class ServersAmongBeansTest {

	private final ApplicationContextRunner runner = Servers.runner().withUserConfiguration(English.class, German.class);

	@Test
	void serversAreInjectedAsListsMapsAndByQualifierProviderAndPrimary() {
		this.runner.withUserConfiguration(Everything.class).run((context) -> {
			assertThat(context).hasNotFailed();
			Everything user = context.getBean(Everything.class);
			assertThat(user.list().stream().map(Greeter::greet)).containsExactly("hallo", "hello");
			assertThat(user.map()).containsOnlyKeys("english", "german");
			assertThat(user.map().get("german").greet()).isEqualTo("hallo");
			assertThat(user.german().greet()).isEqualTo("hallo");
			assertThat(user.ref().getObject().<String, RuntimeException>call(English::greet)).isEqualTo("hello");
			assertThat(user.any().orderedStream().map(Greeter::greet)).containsExactly("hallo", "hello");
			assertThat(user.none().getIfAvailable()).isNull();
			assertThat(user.refs()).hasSize(2);
		});
	}

	@Test
	void aPrimaryBeanOfTheContractIsInjectedInsteadAndTheServerGoesOn() {
		this.runner.withUserConfiguration(PrimaryGreeter.class).run((context) -> {
			assertThat(context.getBean(Greeter.class).greet()).isEqualTo("primary");
			assertThat(context.getBean("german", Greeter.class).greet()).isEqualTo("hallo");
			assertThat(context.getBean(GenServerRegistry.class).names()).containsExactly("english", "german");
		});
	}

	@Test
	void serversStartAndTickWhereBeansAreLazyAndAreInjectedWhenTheyAreWanted() {
		this.runner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withUserConfiguration(Everything.class)
			.run((context) -> {
				assertThat(context.getBean(GenServerRegistry.class).info("german").state())
					.isEqualTo(ServerState.RUNNING);
				assertThat(context.getBean(Everything.class).german().greet()).isEqualTo("hallo");
			});
	}

	@Test
	void profilesAndConditionsDecideAboutServersAsAboutOtherBeans() {
		ApplicationContextRunner conditional = Servers.runner()
			.withUserConfiguration(InProfile.class, OnProperty.class);
		conditional.run((context) -> assertThat(context.getBean(GenServerRegistry.class).names()).isEmpty());
		conditional.withPropertyValues("spring.profiles.active=loud", "greeter.conditional=true")
			.run((context) -> assertThat(context.getBean(GenServerRegistry.class).names())
				.containsExactlyInAnyOrder("loud", "conditional"));
	}

	@Test
	void argumentsAreValidatedOnceInTheTurnOfTheServer() {
		Servers.runner()
			.withUserConfiguration(Validation.class, Checked.class)
			.withPropertyValues("genserver.supervision.strategy=stop",
					"genserver.supervision.exceptions.jakarta.validation.ConstraintViolationException=resume")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				Positive positive = context.getBean(Positive.class);
				assertThatExceptionOfType(ConstraintViolationException.class).isThrownBy(() -> positive.half(-2));
				assertThat(positive.half(4)).isEqualTo(2);
				assertThat(context.getBean(GenServerRegistry.class).info("checked").failed()).isOne();
				assertThatExceptionOfType(ConstraintViolationException.class)
					.isThrownBy(() -> context.getBean(GenServerRegistry.class).call("checked", new Twice(0)));
			});
	}

	interface Greeter {

		String greet();

	}

	@GenServer("english")
	@Order(2)
	static class English implements Greeter {

		@Override
		public String greet() {
			return "hello";
		}

	}

	@GenServer("german")
	@Order(1)
	static class German implements Greeter {

		@Override
		public String greet() {
			return "hallo";
		}

	}

	record Everything(List<Greeter> list, Map<String, Greeter> map, @Qualifier("german") Greeter german,
			ObjectProvider<GenServerRef<English>> ref, ObjectProvider<Greeter> any,
			ObjectProvider<GenServerRef<String>> none, List<GenServerRef<Greeter>> refs) {
	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryGreeter {

		@Bean
		@Primary
		Greeter primary() {
			return () -> "primary";
		}

	}

	@GenServer("loud")
	@Profile("loud")
	static class InProfile extends English {

	}

	@GenServer("conditional")
	@ConditionalOnProperty("greeter.conditional")
	static class OnProperty extends English {

	}

	@Configuration(proxyBeanMethods = false)
	static class Validation {

		@Bean
		static MethodValidationPostProcessor validation() {
			MethodValidationPostProcessor processor = new MethodValidationPostProcessor();
			processor.setProxyTargetClass(true);
			return processor;
		}

	}

	@Validated
	interface Positive {

		int half(@Min(0) int value);

	}

	record Twice(int value) implements Request<Integer> {
	}

	@GenServer("checked")
	@Validated
	static class Checked implements Positive {

		@Override
		public int half(int value) {
			return value / 2;
		}

		@Call
		@Min(1)
		int on(Twice message) {
			return 2 * message.value();
		}

	}

}
