package io.genserver.spring;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.genserver.Cast;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import io.genserver.spring.Servers.Journal;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;
import org.springframework.context.annotation.Lazy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Servers start after those that they depend on, and stop before them, whatever order
 * their definitions have.
 */
class ServerOrderTest {

	private final Journal journal = new Journal();

	private ApplicationContextRunner runner(Class<?>... servers) {
		return Servers.runner()
			.withBean(Journal.class, () -> this.journal)
			.withUserConfiguration(servers)
			.withUserConfiguration(StoreServer.class);
	}

	@ParameterizedTest
	@ValueSource(classes = { ByConstructor.class, ByRef.class, ByContractRef.class, ByField.class, BySetter.class,
			ByResource.class, ByProvider.class, ByOptional.class, ByList.class, ByMap.class, ByLazy.class, ByName.class,
			ByBeanBetween.class, ByLazyBeanBetween.class, ByDependsOn.class, ByFactoryMethod.class,
			ByConfiguration.class, ByFactoryOfBoth.class })
	void S14_S15_aServerStartsAfterAndStopsBeforeOneThatItHasInjected(Class<?> client) {
		runner(client).run((context) -> assertThat(context).hasNotFailed());
		assertThat(this.journal.entries).containsExactly("store starts", "client starts", "client stops",
				"store has saved bye", "store stops");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void S14_S15_theSameAfterAStopAndAStart(boolean lazy) {
		runner(ByConstructor.class).withPropertyValues("spring.main.lazy-initialization=" + lazy).run((context) -> {
			((ConfigurableApplicationContext) context.getSourceApplicationContext()).stop();
			((ConfigurableApplicationContext) context.getSourceApplicationContext()).start();
		});
		List<String> once = List.of("store starts", "client starts", "client stops", "store has saved bye",
				"store stops");
		List<String> twice = new ArrayList<>(once);
		twice.addAll(once);
		assertThat(this.journal.entries).isEqualTo(twice);
	}

	@Test
	void S15_keyedServersStopBeforeThoseTheyDependOnAndAfterTheirDependents() {
		Servers.runner()
			.withBean(Journal.class, () -> this.journal)
			.withUserConfiguration(UserOfKeys.class, KeyedByConstructor.class, StoreServer.class)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(this.journal.entries).containsExactly("store starts", "user starts", "user stops",
				"room lobby starts", "room lobby stops", "store has saved lobby", "store stops");
	}

	@Test
	void S14_S15_serversThatDependOnEachOtherKeepTheirOrderAmongThemselves() {
		runner(Second.class, First.class).run((context) -> assertThat(context).hasNotFailed());
		assertThat(this.journal.entries).containsExactly("store starts", "second starts", "first starts", "first stops",
				"second stops", "store stops");
	}

	@Test
	void S14_S15_aConfigurationThatHasItsOwnServersInjectedMakesThemNotDependOnEachOther() {
		Servers.runner()
			.withBean(Journal.class, () -> this.journal)
			.withUserConfiguration(ConfigurationOfAll.class)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(this.journal.entries).containsExactly("store starts", "client starts", "client stops",
				"store has saved bye", "store stops");
	}

	interface Store {

		@Cast
		void later(String text);

		void save(String text);

	}

	@GenServer("store")
	static class StoreServer implements Store {

		private final Journal journal;

		StoreServer(Journal journal) {
			this.journal = journal;
		}

		@PostConstruct
		void start() {
			this.journal.add("store starts");
		}

		@Override
		public void later(String text) {
			this.journal.add("store has saved " + text);
		}

		@Override
		public void save(String text) {
			// What was sent before this is handled before this.
		}

		@PreDestroy
		void stop() {
			this.journal.add("store stops");
		}

	}

	/** Uses the store in its last method. */
	abstract static class Client {

		@Autowired
		Journal journal;

		abstract Store store();

		@PostConstruct
		void start() {
			this.journal.add("client starts");
		}

		@PreDestroy
		void stop() {
			store().save("");
			this.journal.add("client stops");
			store().later("bye");
		}

	}

	@GenServer("client")
	static class ByConstructor extends Client {

		private final Store store;

		ByConstructor(Store store) {
			this.store = store;
		}

		@Override
		Store store() {
			return this.store;
		}

	}

	@GenServer("client")
	static class ByRef extends Client {

		private final GenServerRef<StoreServer> store;

		ByRef(GenServerRef<StoreServer> store) {
			this.store = store;
		}

		@Override
		Store store() {
			return new Store() {

				@Override
				public void later(String text) {
					ByRef.this.store.cast((server) -> server.later(text));
				}

				@Override
				public void save(String text) {
					ByRef.this.store.call((server) -> {
						server.save(text);
						return text;
					});
				}

			};
		}

	}

	@GenServer("client")
	static class ByContractRef extends Client {

		private final GenServerRef<Store> store;

		private final GenServerRegistry registry;

		ByContractRef(@Qualifier("store") GenServerRef<Store> store, GenServerRegistry registry) {
			this.store = store;
			this.registry = registry;
		}

		@Override
		Store store() {
			this.store.call(Object::toString);
			return this.registry.contract("store", Store.class);
		}

	}

	@GenServer("client")
	static class ByField extends Client {

		@Autowired
		private Store store;

		@Override
		Store store() {
			return this.store;
		}

	}

	@GenServer("client")
	static class ByResource extends Client {

		@Resource(name = "store")
		private Store byName;

		@Override
		Store store() {
			return this.byName;
		}

	}

	@GenServer("client")
	static class BySetter extends Client {

		private Store store;

		@Autowired
		void setStore(Store store) {
			this.store = store;
		}

		@Override
		Store store() {
			return this.store;
		}

	}

	@GenServer("client")
	static class ByProvider extends Client {

		private final ObjectProvider<Store> store;

		ByProvider(ObjectProvider<Store> store) {
			this.store = store;
		}

		@Override
		Store store() {
			return this.store.getObject();
		}

	}

	@GenServer("client")
	static class ByOptional extends Client {

		private final Optional<Store> store;

		ByOptional(Optional<Store> store) {
			this.store = store;
		}

		@Override
		Store store() {
			return this.store.orElseThrow();
		}

	}

	@GenServer("client")
	static class ByList extends Client {

		private final List<Store> stores;

		ByList(List<Store> stores) {
			this.stores = stores;
		}

		@Override
		Store store() {
			return this.stores.getFirst();
		}

	}

	@GenServer("client")
	static class ByMap extends Client {

		private final Map<String, Store> stores;

		ByMap(Map<String, Store> stores) {
			this.stores = stores;
		}

		@Override
		Store store() {
			return this.stores.get("store");
		}

	}

	@GenServer("client")
	static class ByLazy extends Client {

		private final Store store;

		ByLazy(@Lazy Store store) {
			this.store = store;
		}

		@Override
		Store store() {
			return this.store;
		}

	}

	@GenServer("client")
	static class ByName extends Client {

		private final Store store;

		ByName(@Qualifier("store") Store any) {
			this.store = any;
		}

		@Override
		Store store() {
			return this.store;
		}

	}

	/** No server. */
	static class Archive {

		final ObjectProvider<Store> store;

		Archive(ObjectProvider<Store> store) {
			this.store = store;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ByBeanBetween {

		@Bean
		@GenServer
		ByArchive client(Archive archive) {
			return new ByArchive(archive);
		}

		@Bean
		Archive archive(ObjectProvider<Store> store) {
			return new Archive(store);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ByLazyBeanBetween {

		@Bean
		@GenServer
		ByArchive client(Archive archive) {
			return new ByArchive(archive);
		}

		@Bean
		@Lazy
		Archive archive(ObjectProvider<Store> store) {
			return new Archive(store);
		}

	}

	static class ByArchive extends Client {

		private final Archive archive;

		ByArchive(Archive archive) {
			this.archive = archive;
		}

		@Override
		Store store() {
			return this.archive.store.getObject();
		}

	}

	@GenServer("client")
	@DependsOn("store")
	static class ByDependsOn extends Client {

		private final GenServerRegistry registry;

		ByDependsOn(GenServerRegistry registry) {
			this.registry = registry;
		}

		@Override
		Store store() {
			return this.registry.contract("store", Store.class);
		}

	}

	static class Made extends Client {

		private final Store store;

		Made(Store store) {
			this.store = store;
		}

		@Override
		Store store() {
			return this.store;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ByFactoryMethod {

		@Bean
		@GenServer
		Made client(Store store) {
			return new Made(store);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ByConfiguration {

		private final Store store;

		ByConfiguration(Store store) {
			this.store = store;
		}

		@Bean
		@GenServer
		Made client() {
			return new Made(this.store);
		}

	}

	@Configuration
	static class ByFactoryOfBoth {

		@Bean
		@GenServer
		Made client(@Qualifier("store") ObjectProvider<Store> store) {
			return new Made(store.getObject());
		}

	}

	/** Both depend on the configuration, and that on both; the client on the store. */
	@Configuration(proxyBeanMethods = false)
	static class ConfigurationOfAll {

		@Autowired
		@Lazy
		private Store used;

		@Autowired
		@Qualifier("client")
		private GenServerRef<Made> client;

		@Bean
		@GenServer
		Made client(Store store) {
			return new Made(store);
		}

		@Bean
		@GenServer
		StoreServer store(Journal journal) {
			return new StoreServer(journal);
		}

	}

	@GenServer("user")
	static class UserOfKeys {

		private final Journal journal;

		private final Keyed<KeyedByConstructor> rooms;

		UserOfKeys(Journal journal, Keyed<KeyedByConstructor> rooms) {
			this.journal = journal;
			this.rooms = rooms;
		}

		@PostConstruct
		void start() {
			this.journal.add("user starts");
		}

		@PreDestroy
		void stop() {
			this.journal.add("user stops");
			this.rooms.ref("lobby").call(Object::toString);
		}

	}

	@GenServer(name = "rooms", keyed = true)
	static class KeyedByConstructor {

		private final Journal journal;

		private final Store store;

		private final String key;

		KeyedByConstructor(Journal journal, Store store, GenServerContext context) {
			this.journal = journal;
			this.store = store;
			this.key = String.valueOf(context.key());
		}

		@PostConstruct
		void start() {
			this.journal.add("room " + this.key + " starts");
		}

		@PreDestroy
		void stop() {
			this.journal.add("room " + this.key + " stops");
			this.store.later(this.key);
		}

	}

	interface FirstContract {

		void first();

	}

	interface SecondContract {

		void second();

	}

	@GenServer("first")
	static class First implements FirstContract {

		private final Journal journal;

		First(Journal journal, SecondContract second, Store store) {
			this.journal = journal;
		}

		@PostConstruct
		void start() {
			this.journal.add("first starts");
		}

		@Override
		public void first() {
			// Nothing to do.
		}

		@PreDestroy
		void stop() {
			this.journal.add("first stops");
		}

	}

	@GenServer("second")
	static class Second implements SecondContract {

		private final Journal journal;

		Second(Journal journal, FirstContract first) {
			this.journal = journal;
		}

		@PostConstruct
		void start() {
			this.journal.add("second starts");
		}

		@Override
		public void second() {
			// Nothing to do.
		}

		@PreDestroy
		void stop() {
			this.journal.add("second stops");
		}

	}

}
