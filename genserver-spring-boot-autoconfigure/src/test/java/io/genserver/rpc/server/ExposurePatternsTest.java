package io.genserver.rpc.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.genserver.rpc.peer.TestServers;
import io.genserver.runtime.Server;
import io.genserver.runtime.contract.Operation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ExposurePatternsTest {

	private final TestServers servers = new TestServers().add("kv", new Store()).add("big-store", new Store());

	@AfterEach
	void stop() {
		this.servers.close();
	}

	private List<String> exposed(Map<String, Boolean> perServer, String... patterns) {
		ExposurePatterns exposure = new ExposurePatterns(List.of(patterns), perServer::get);
		List<String> names = new ArrayList<>();
		for (Server server : this.servers.runtime().servers()) {
			for (Operation operation : server.definition().operations()) {
				if (exposure.test(server, operation)) {
					names.add(server.name() + "." + operation.name());
				}
			}
		}
		return names;
	}

	private List<String> exposed(String... patterns) {
		return exposed(Map.of(), patterns);
	}

	@Test
	void nothingIsExposedUnlessListed() {
		assertThat(exposed()).isEmpty();
	}

	@Test
	void theNameOfAServerExposesAllItsOperations() {
		assertThat(exposed("kv")).containsExactlyInAnyOrder("kv.get", "kv.getAll");
		assertThat(exposed("kv.*")).containsExactlyInAnyOrder("kv.get", "kv.getAll");
	}

	@Test
	void theNameOfAnOperationExposesItAlone() {
		assertThat(exposed("kv.get")).containsExactly("kv.get");
		assertThat(exposed("kv.GET")).isEmpty();
	}

	@Test
	void starsStandForAnything() {
		assertThat(exposed("*.get*")).hasSize(4);
		assertThat(exposed("*")).hasSize(4);
		assertThat(exposed("*.*All")).containsExactlyInAnyOrder("kv.getAll", "big-store.getAll");
		assertThat(exposed("b*e.get")).containsExactly("big-store.get");
	}

	@Test
	void otherCharactersMeanThemselves() {
		assertThat(exposed("k.", ".v", "kv.g.t", "[kv]")).isEmpty();
	}

	@Test
	void namesOfServersAreComparedAsPropertiesAre() {
		assertThat(exposed("bigStore.get", "KV.get")).containsExactlyInAnyOrder("big-store.get", "kv.get");
	}

	@Test
	void theSettingOfAServerOutweighsThePatterns() {
		assertThat(exposed(Map.of("big-store", true), "kv.get")).containsExactlyInAnyOrder("kv.get", "big-store.get",
				"big-store.getAll");
		assertThat(exposed(Map.of("kv", false), "*")).containsExactlyInAnyOrder("big-store.get", "big-store.getAll");
	}

	@Test
	void patternsThatMatchNothingAreTold() {
		ExposurePatterns exposure = new ExposurePatterns(List.of("kv", "kw", "kv.put", "*.get", "*"), (name) -> null);
		assertThat(exposure.unmatched(this.servers.runtime().servers())).containsExactly("kw", "kv.put");
		assertThat(exposure.unmatched(List.of())).doesNotContain("*");
	}

	interface Gets {

		String get(String key);

		List<String> getAll();

	}

	static class Store implements Gets {

		@Override
		public String get(String key) {
			return key;
		}

		@Override
		public List<String> getAll() {
			return List.of();
		}

	}

}
