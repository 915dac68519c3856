package io.genserver.spring;

import io.genserver.Caller;
import io.genserver.Envelope;
import io.genserver.GenServer;
import io.genserver.GenServerInterceptor;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** The example of docs/interceptors.md. */
class InterceptorExampleTest {

	@Test
	void theTenantFollowsTheMessageAndOneWithoutIsRefused() {
		Servers.runner().withUserConfiguration(TenantInterceptor.class, Orders.class).run((context) -> {
			GenServerRef<Orders> orders = context.getBean(GenServerRegistry.class).ref("orders");
			assertThatIllegalStateException().isThrownBy(() -> orders.call((server) -> Tenants.CURRENT.get()))
				.withMessageContaining("No tenant");
			Tenants.CURRENT.set("acme");
			try {
				assertThat(orders.<String, RuntimeException>call((server) -> Tenants.CURRENT.get())).isEqualTo("acme");
			}
			finally {
				Tenants.CURRENT.remove();
			}
		});
	}

	static final class Tenants {

		static final ThreadLocal<@Nullable String> CURRENT = new ThreadLocal<>();

	}

	@Component
	static class TenantInterceptor implements GenServerInterceptor {

		private static final Envelope.Attribute<String> TENANT = new Envelope.Attribute<>("tenant");

		@Override
		public void sending(Envelope envelope) {
			String tenant = Tenants.CURRENT.get();
			if (tenant != null) {
				envelope.put(TENANT, tenant);
			}
			else if (envelope.caller() instanceof Caller.Local) {
				throw new IllegalStateException("No tenant for " + envelope.operation());
			}
		}

		@Override
		public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
			Tenants.CURRENT.set(envelope.get(TENANT));
			try {
				return invocation.proceed();
			}
			finally {
				Tenants.CURRENT.remove();
			}
		}

	}

	@GenServer("orders")
	static class Orders {

	}

}
