package io.genserver.spring;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServer;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import io.genserver.ServerState;
import io.genserver.spring.Servers.Counter;
import io.genserver.spring.Servers.Increment;
import io.genserver.spring.Servers.Journal;
import io.genserver.spring.Servers.KeyValue;
import io.genserver.spring.Servers.KeyValueServer;
import io.genserver.spring.Servers.Life;
import io.genserver.spring.Servers.LivingServer;
import io.genserver.spring.Servers.Longs;
import io.genserver.spring.Servers.Repo;
import io.genserver.spring.Servers.Strings;
import io.genserver.spring.Servers.Tile;
import io.genserver.spring.Servers.TileServer;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.support.GenericBeanDefinition;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.context.support.PropertySourcesPlaceholderConfigurer;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ServerBeansTest {

	@Test
	void theContractIsInjectedAndEveryMethodGoesThroughTheMailbox() {
		Servers.runner().withUserConfiguration(KeyValueServer.class, Client.class).run((context) -> {
			KeyValue kv = context.getBean(Client.class).kv;
			assertThat(kv).isSameAs(context.getBean("kv")).isNotInstanceOf(KeyValueServer.class);
			kv.set("a", "1");
			assertThat(kv.get("a")).isEqualTo("1");
			assertThat(kv.find("a").get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("found 1");
			StepVerifier.create(kv.lazy("a")).expectNext("lazy 1").verifyComplete();
			kv.set("b", "2");
			StepVerifier.create(kv.watch("")).expectNext("a=1", "b=2").verifyComplete();
			assertThat(kv.thread()).isNotEqualTo(Thread.currentThread().getName());
			assertThat(kv).hasToString("server kv");
		});
	}

	@Test
	void refsAreInjectedByClassAndByContract() {
		Servers.runner().withUserConfiguration(KeyValueServer.class, RefClient.class).run((context) -> {
			RefClient client = context.getBean(RefClient.class);
			client.byClass.cast((server) -> server.set("a", "1"));
			assertThat(client.byContract.<String, RuntimeException>call((server) -> server.get("a"))).isEqualTo("1");
			assertThat(client.any.name()).isEqualTo("kv");
		});
	}

	@Test
	void aServerWithoutContractIsARefUnderItsName() {
		Servers.runner().withUserConfiguration(Counter.class).run((context) -> {
			GenServerRef<Counter> ref = context.getBeanProvider(counterRef()).getObject();
			assertThat(context.getBean("counter")).isEqualTo(ref);
			assertThat(ref.call(new Increment(3))).isEqualTo(3L);
		});
	}

	@Test
	void instancesOfAKeyedServerAreReachedByKey() {
		Servers.runner().withUserConfiguration(TileServer.class, KeyedClient.class).run((context) -> {
			KeyedClient client = context.getBean(KeyedClient.class);
			Tile one = client.byContract.get("1/1");
			assertThat(one.paint(3)).isEqualTo(3);
			assertThat(client.byContract.get("2/1").paint(5)).isEqualTo(5);
			assertThat(one.paint(1)).isEqualTo(4);
			assertThat(one.key()).isEqualTo("1/1");
			assertThat(client.byClass.ref("1/1").<Integer, RuntimeException>call((tile) -> tile.paint(0))).isEqualTo(4);
			assertThat(context.getBean("tile")).isEqualTo(client.byContract);
		});
	}

	@Test
	void typeArgumentsOfContractsTellServersApart() {
		Servers.runner().withUserConfiguration(Strings.class, Longs.class, RepoClient.class).run((context) -> {
			RepoClient client = context.getBean(RepoClient.class);
			client.strings.save("s");
			client.longs.save(7L);
			assertThat(client.strings.last()).isEqualTo("s");
			assertThat(client.longs.last()).isEqualTo(7L);
			assertThat(client.ref.<Long, RuntimeException>call(Repo::last)).isEqualTo(7L);
			assertThat(context.getBeansOfType(Repo.class)).hasSize(2);
		});
	}

	@Test
	void typesAreKnownBeforeAnythingIsMade() {
		Servers.runner().withUserConfiguration(Strings.class, Longs.class).run((context) -> {
			assertThat(context.getBeanNamesForType(ResolvableType.forClassWithGenerics(Repo.class, String.class)))
				.containsExactly("strings");
		});
	}

	@Test
	void severalServersOfOneClassAreToldApartByQualifier() {
		Servers.runner().withUserConfiguration(TwoStores.class, QualifiedClient.class).run((context) -> {
			QualifiedClient client = context.getBean(QualifiedClient.class);
			client.left.set("side", "left");
			client.right.set("side", "right");
			assertThat(client.leftRef.<String, RuntimeException>call((server) -> server.get("side"))).isEqualTo("left");
			assertThat(client.rightRef.<String, RuntimeException>call((server) -> server.get("side")))
				.isEqualTo("right");
			assertThat(client.all).containsOnlyKeys("left", "right");
		});
	}

	@Test
	void primaryAndOrderArePassedOnToTheProxy() {
		Servers.runner().withUserConfiguration(PrimaryStores.class).run((context) -> {
			assertThat(context.getBean(KeyValue.class)).isSameAs(context.getBean("second"));
			List<KeyValue> ordered = context.getBeanProvider(KeyValue.class).orderedStream().toList();
			assertThat(ordered).containsExactly(context.getBean(KeyValue.class), (KeyValue) context.getBean("first"));
		});
	}

	@Test
	void aFactoryMethodMakesAServer() {
		Servers.runner().withUserConfiguration(FactoryMethods.class).run((context) -> {
			assertThat(context.getBean(GenServerRegistry.class).names()).containsExactlyInAnyOrder("fixed", "instance",
					"hidden");
			assertThat(context.getBean("fixed", KeyValue.class).get("none")).isNull();
			assertThat(context.getBean("instance", KeyValue.class).get("none")).isNull();
			assertThat(context.getBean("hidden", KeyValue.class).get("none")).isNull();
		});
	}

	@Test
	void aBeanRegistrarMakesAServer() {
		Servers.runner().withUserConfiguration(Registered.class).run((context) -> {
			assertThat(context.getBean(GenServerRegistry.class).names()).containsExactly("registered");
			assertThat(context.getBean("registered", KeyValue.class).get("none")).isNull();
		});
	}

	@Test
	void aDefinitionAddedByProgramIsAServer() {
		Servers.runner()
			.withInitializer((context) -> ((GenericApplicationContext) context).registerBean("added",
					KeyValueServer.class, KeyValueServer::new))
			.run((context) -> assertThat(context.getBean("added", KeyValue.class).get("none")).isNull());
	}

	@Test
	void constructionInitializationAndTerminationHappenInTheServersTurn() {
		Journal journal = new Journal();
		Servers.runner()
			.withUserConfiguration(LivingServer.class)
			.withBean(Journal.class, () -> journal)
			.withPropertyValues("setting=given")
			.run((context) -> {
				assertThat(journal.entries).containsExactly("constructed living in turn living",
						"initialized in turn living");
				assertThat(context.getBean(Life.class).setting()).isEqualTo("given");
			});
		assertThat(journal.entries).last().isEqualTo("terminated in turn living");
		assertThat(journal.entries).hasSize(3);
	}

	@Test
	void aDestroyMethodOfAFactoryMethodIsCalled() {
		Journal journal = new Journal();
		Servers.runner()
			.withBean(Journal.class, () -> journal)
			.withUserConfiguration(Closing.class)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(journal.entries).containsExactly("closed");
	}

	@Test
	void nobodyGetsTheInstance() {
		Servers.runner().withUserConfiguration(KeyValueServer.class).run((context) -> {
			assertThat(context.getBeansOfType(KeyValueServer.class)).isEmpty();
			assertThat(context.getBeansOfType(KeyValue.class)).containsOnlyKeys("kv");
			assertThat(context.getBeanProvider(KeyValueServer.class).getIfAvailable()).isNull();
			assertThatThrownBy(() -> context.getBean("genserver.instance.kv"))
				.hasRootCauseInstanceOf(InvalidServerException.class);
		});
	}

	@Test
	void oneFactoryMethodMayCallAnother() {
		Servers.runner().withUserConfiguration(Calling.class).run((context) -> {
			assertThat(context.getBean(Holder.class).kv).isSameAs(context.getBean("kv"));
		});
	}

	@Test
	void twoContractsAreOneProxy() {
		Servers.runner().withUserConfiguration(Both.class).run((context) -> {
			Object both = context.getBean("both");
			assertThat(both).isInstanceOf(Left.class).isInstanceOf(Right.class);
			assertThat(context.getBean(Left.class)).isSameAs(both);
			assertThat(context.getBean(Right.class).right()).isEqualTo("right");
		});
	}

	@Test
	void twoContractsWithTypeArgumentsAreOneProxy() {
		Servers.runner().withUserConfiguration(GenericBoth.class, GenericClient.class).run((context) -> {
			assertThat(context.getBean(GenericClient.class).repo).isSameAs(context.getBean(Left.class));
			assertThat(context.getBean(Left.class).left()).isEqualTo("left");
		});
	}

	@Test
	void serversStartWhereBeansAreLazy() {
		Servers.runner()
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withUserConfiguration(KeyValueServer.class)
			.run((context) -> {
				assertThat(context.getBean(GenServerRegistry.class).info("kv").state()).isEqualTo(ServerState.RUNNING);
				assertThat(context.getBean(KeyValue.class).get("a")).isNull();
			});
	}

	@Test
	void aDefinitionWhoseClassIsNotKnownYetIsLeftAlone() {
		Servers.runner().withInitializer((context) -> {
			GenericBeanDefinition definition = new GenericBeanDefinition();
			definition.setBeanClassName("${the.class}");
			((GenericApplicationContext) context).registerBeanDefinition("late", definition);
		})
			.withBean(PropertySourcesPlaceholderConfigurer.class)
			.withPropertyValues("the.class=" + StringBuilder.class.getName())
			.run((context) -> assertThat(context.getBean("late")).isInstanceOf(StringBuilder.class));
	}

	@Test
	void servicesOfTheServerArePrivateToItsContext() {
		Servers.runner()
			.withUserConfiguration(KeyValueServer.class)
			.run((first) -> Servers.runner().withUserConfiguration(KeyValueServer.class).run((second) -> {
				first.getBean(KeyValue.class).set("a", "1");
				assertThat(first.getBean(KeyValue.class).get("a")).isEqualTo("1");
				assertThat(second.getBean(KeyValue.class).get("a")).isNull();
			}));
	}

	@Test
	void withoutTheMasterSwitchThereAreNoServers() {
		Servers.runner()
			.withPropertyValues("genserver.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(GenServerRegistry.class));
	}

	private static ParameterizedTypeReference<GenServerRef<Counter>> counterRef() {
		return new ParameterizedTypeReference<>() {
		};
	}

	static class Client {

		final KeyValue kv;

		Client(KeyValue kv) {
			this.kv = kv;
		}

	}

	static class RefClient {

		final GenServerRef<KeyValueServer> byClass;

		final GenServerRef<KeyValue> byContract;

		final GenServerRef<?> any;

		RefClient(GenServerRef<KeyValueServer> byClass, GenServerRef<KeyValue> byContract, GenServerRef<?> any) {
			this.byClass = byClass;
			this.byContract = byContract;
			this.any = any;
		}

	}

	static class KeyedClient {

		final Keyed<Tile> byContract;

		final Keyed<TileServer> byClass;

		KeyedClient(Keyed<Tile> byContract, Keyed<TileServer> byClass) {
			this.byContract = byContract;
			this.byClass = byClass;
		}

	}

	static class RepoClient {

		final Repo<String> strings;

		final Repo<Long> longs;

		final GenServerRef<Repo<Long>> ref;

		RepoClient(Repo<String> strings, Repo<Long> longs, GenServerRef<Repo<Long>> ref) {
			this.strings = strings;
			this.longs = longs;
			this.ref = ref;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoStores {

		@Bean
		KeyValueServer left() {
			return new KeyValueServer();
		}

		@Bean
		KeyValueServer right() {
			return new KeyValueServer();
		}

	}

	static class QualifiedClient {

		final KeyValue left;

		final KeyValue right;

		final GenServerRef<KeyValueServer> leftRef;

		final GenServerRef<KeyValue> rightRef;

		final Map<String, KeyValue> all;

		QualifiedClient(@Qualifier("left") KeyValue left, @Qualifier("right") ObjectProvider<KeyValue> right,
				@Qualifier("left") GenServerRef<KeyValueServer> leftRef,
				@Qualifier("right") GenServerRef<KeyValue> rightRef, Map<String, KeyValue> all) {
			this.left = left;
			this.right = right.getObject();
			this.leftRef = leftRef;
			this.rightRef = rightRef;
			this.all = all;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryStores {

		@Bean
		@Order(2)
		KeyValueServer first() {
			return new KeyValueServer();
		}

		@Bean
		@Primary
		@Order(1)
		KeyValueServer second() {
			return new KeyValueServer();
		}

	}

	@Configuration
	static class FactoryMethods {

		@Bean
		@GenServer
		static PlainServer fixed() {
			return new PlainServer();
		}

		@Bean
		@GenServer
		PlainServer instance() {
			return new PlainServer();
		}

		@Bean("hidden")
		@GenServer
		KeyValue behindItsContract() {
			return new PlainServer();
		}

	}

	/** Not annotated itself. */
	static class PlainServer extends KeyValueServer {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Registrar.class)
	static class Registered {

	}

	static class Registrar implements BeanRegistrar {

		@Override
		public void register(BeanRegistry registry, Environment environment) {
			registry.registerBean("registered", KeyValueServer.class,
					(spec) -> spec.supplier((context) -> new KeyValueServer()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Closing {

		@Bean(destroyMethod = "shut")
		@GenServer
		ClosingServer closing(Journal journal) {
			return new ClosingServer(journal);
		}

	}

	static class ClosingServer {

		private final Journal journal;

		ClosingServer(Journal journal) {
			this.journal = journal;
		}

		void shut() {
			this.journal.add("closed");
		}

	}

	@Configuration
	static class Calling {

		@Bean
		@GenServer
		KeyValue kv() {
			return new PlainServer();
		}

		@Bean
		Holder holder() {
			return new Holder(kv());
		}

	}

	record Holder(KeyValue kv) {
	}

	interface Left {

		String left();

	}

	interface Right {

		String right();

	}

	@GenServer("both")
	static class Both implements Left, Right {

		@Override
		public String left() {
			return "left";
		}

		@Override
		public String right() {
			return "right";
		}

	}

	@GenServer("genericBoth")
	static class GenericBoth extends Strings implements Left {

		@Override
		public String left() {
			return "left";
		}

	}

	static class GenericClient {

		final Repo<String> repo;

		GenericClient(Repo<String> repo, CompletableFuture<?>... nothing) {
			this.repo = repo;
		}

	}

}
