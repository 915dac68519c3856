package io.genserver.test.slice;

import io.genserver.GenServerRegistry;
import io.genserver.test.GenServerTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;

class MockedServerTests {

	@Nested
	@GenServerTest
	@DirtiesContext
	class WithAMock {

		@MockitoBean
		Stock stock;

		@Test
		void aMockOfAContractReplacesTheServer(@Autowired GenServerRegistry registry) {
			given(this.stock.pieces()).willReturn(42);
			assertThat(registry.names()).containsExactlyInAnyOrder("heartbeat", "session");
			assertThat(this.stock.pieces()).isEqualTo(42);
		}

	}

	@Nested
	@GenServerTest(servers = StockServer.class)
	@DirtiesContext
	class WithASpy {

		@MockitoSpyBean
		Stock stock;

		@Test
		void aSpySeesTheCallsOfTheServer() {
			this.stock.add(3);
			assertThat(this.stock.pieces()).isEqualTo(3);
			then(this.stock).should().add(3);
		}

	}

}
