package io.genserver.spring;

import io.genserver.GenServer;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.support.ScopeNotActiveException;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.context.annotation.RequestScope;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Beans that live as long as a web request, and servers. */
@RealThreads
class RequestScopeTest {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(GenServerAutoConfiguration.class))
		.withUserConfiguration(Web.class);

	@AfterEach
	void endRequest() {
		RequestContextHolder.resetRequestAttributes();
	}

	@Test
	void aServerThatUsesOneFailsThatCallAlone() {
		this.runner.withUserConfiguration(ShopServer.class).run((context) -> {
			RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(new MockHttpServletRequest()));
			Shop shop = context.getBean(Shop.class);
			assertThat(shop.orders()).isEqualTo(1);
			// The turn is not the request's, whose end the server may well outlive.
			assertThatExceptionOfType(ScopeNotActiveException.class).isThrownBy(shop::order)
				.withMessageContaining("Scope 'request' is not active for the current thread");
			assertThat(shop.orderOf(context.getBean(User.class).name())).isEqualTo("ordered by Ada");
			assertThat(shop.orders()).as("its state is kept").isEqualTo(2);
		});
	}

	@Test
	void noServerIsOneItself() {
		this.runner.withUserConfiguration(RequestServer.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(InvalidServerException.class)
				.hasMessageContaining("Server 'perRequest'")
				.hasMessageContaining("make it a keyed server"));
	}

	@Configuration(proxyBeanMethods = false)
	static class Web {

		@Bean
		@RequestScope
		User user() {
			return new User();
		}

	}

	static class User {

		String name() {
			return "Ada";
		}

	}

	interface Shop {

		String order();

		String orderOf(String user);

		int orders();

	}

	@GenServer("shop")
	static class ShopServer implements Shop {

		private final User user;

		private int orders;

		ShopServer(User user) {
			this.user = user;
		}

		@Override
		public String order() {
			return orderOf(this.user.name());
		}

		@Override
		public String orderOf(String name) {
			return "ordered by " + name;
		}

		@Override
		public int orders() {
			return ++this.orders;
		}

	}

	@GenServer("perRequest")
	@RequestScope
	static class RequestServer {

	}

}
