package io.genserver.rpc.client;

import java.util.HashMap;
import java.util.Map;

import io.genserver.Keyed;
import io.genserver.rpc.peer.TestServers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Proxies of remote servers stand for a server, a key and a client. */
class RemoteProxiesTest {

	private final TestServers servers = new TestServers().add("kv", new StoreServer()).start();

	private final TestEndpoint endpoint = new TestEndpoint(this.servers);

	private final GenServerClient client = GenServerClient.connect(this.endpoint.uri("/ws"));

	private final GenServerClient other = GenServerClient.connect(this.endpoint.uri("/ws"));

	@AfterEach
	void close() {
		this.client.close();
		this.other.close();
		this.endpoint.close();
		this.servers.close();
	}

	@Test
	void thoseOfOneServerAreEqual() {
		Store store = this.client.server("kv", Store.class);
		assertThat(store).isEqualTo(this.client.server("kv", Store.class))
			.hasSameHashCodeAs(this.client.server("kv", Store.class))
			.isNotEqualTo(this.client.server("kw", Store.class))
			.isNotEqualTo(this.other.server("kv", Store.class))
			.isNotEqualTo(this.client.server("kv", Other.class))
			.isNotEqualTo(this.client.server("kv", "key", Store.class))
			.isNotEqualTo("remote server kv")
			.hasToString("remote server kv");
	}

	@Test
	void thoseOfOneKeyAreEqual() {
		Keyed<Store> stores = this.client.keyed("kv", Store.class);
		assertThat(stores).isEqualTo(this.client.keyed("kv", Store.class))
			.hasSameHashCodeAs(this.client.keyed("kv", Store.class))
			.isNotEqualTo(this.other.keyed("kv", Store.class));
		assertThat(stores.get("a")).isEqualTo(this.client.server("kv", "a", Store.class))
			.hasSameHashCodeAs(this.client.keyed("kv", Store.class).get("a"))
			.isNotEqualTo(stores.get("b"))
			.isNotEqualTo(this.other.server("kv", "a", Store.class))
			.hasToString("remote server kv/a");
	}

	@Test
	void theyAreKeysOfAMapWithoutACall() {
		this.client.close();
		Map<Object, String> seen = new HashMap<>();
		seen.put(this.client.server("kv", Store.class), "server");
		seen.put(this.client.server("kv", "a", Store.class), "a");
		assertThat(seen).containsEntry(this.client.server("kv", Store.class), "server")
			.containsEntry(this.client.server("kv", "a", Store.class), "a")
			.doesNotContainKey(this.client.server("kv", "b", Store.class));
	}

	interface Store {

		String get(String key);

	}

	interface Other {

		String get(String key);

	}

	static final class StoreServer implements Store {

		@Override
		public String get(String key) {
			return key;
		}

	}

}
