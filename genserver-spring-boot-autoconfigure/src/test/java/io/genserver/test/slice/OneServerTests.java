package io.genserver.test.slice;

import io.genserver.GenServerRegistry;
import io.genserver.test.GenServerTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.annotation.DirtiesContext;

import static org.assertj.core.api.Assertions.assertThat;

@GenServerTest(servers = StockServer.class, restartServers = false)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@DirtiesContext
class OneServerTests {

	@Test
	@Order(1)
	void aSliceCanBeOneServer(@Autowired GenServerRegistry registry, @Autowired Stock stock) {
		assertThat(registry.names()).containsExactly("stock");
		stock.add(3);
	}

	@Test
	@Order(2)
	void stateStaysWhereThatIsWanted(@Autowired Stock stock) {
		assertThat(stock.pieces()).isEqualTo(3);
	}

}
