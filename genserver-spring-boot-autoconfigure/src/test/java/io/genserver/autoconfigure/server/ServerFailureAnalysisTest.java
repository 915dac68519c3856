package io.genserver.autoconfigure.server;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.Every;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import jakarta.annotation.PostConstruct;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Scope;
import org.springframework.context.event.EventListener;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.web.bind.annotation.GetMapping;

import static org.assertj.core.api.Assertions.assertThat;

class ServerFailureAnalysisTest {

	@Test
	void injectingTheClassNamesTheContractAndTheRef() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(StoreServer.class, ClassClient.class));
		assertThat(analysis.getDescription()).contains("Parameter 0 of constructor in " + ClassClient.class.getName())
			.contains("required a bean of type '" + StoreServer.class.getName()
					+ "', which is the class of server 'store'");
		assertThat(analysis.getAction()).isEqualTo("Inject Store (a contract), or GenServerRef<StoreServer>.");
	}

	@Test
	void injectingTheClassOfAServerWithoutContractNamesTheRef() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(PlainServer.class, PlainClient.class));
		assertThat(analysis.getDescription()).contains("which is the class of server 'plain'");
		assertThat(analysis.getAction()).isEqualTo("Inject GenServerRef<PlainServer>.");
	}

	@Test
	void injectingTheClassOfAServerWhoseTypeIsNeededNamesTheContracts() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(GenericServer.class, GenericClient.class));
		assertThat(analysis.getDescription()).contains("which is the class of server 'generic'");
		assertThat(analysis.getAction()).contains("GenServerRef<GenericServer>").contains("Store").contains("Repo");
	}

	@Test
	void injectingTheContractOfAKeyedServerNamesKeyed() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(RoomServer.class, RoomClient.class));
		assertThat(analysis.getDescription()).contains("which is a contract of the keyed server 'room'");
		assertThat(analysis.getAction()).isEqualTo("Inject Keyed<Store> (a contract), or Keyed<RoomServer>.");
	}

	@Test
	void keyedOfAServerThatIsNotNamesWhatThereIs() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(StoreServer.class, KeyedStoreClient.class));
		assertThat(analysis.getDescription())
			.contains("Keyed<" + Store.class.getName() + ">', but server 'store' is not keyed");
		assertThat(analysis.getAction()).isEqualTo("Inject Store (a contract), or GenServerRef<StoreServer>.");
	}

	@Test
	void aRefOfAKeyedServerNamesKeyed() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(RoomServer.class, StoreRefClient.class));
		assertThat(analysis.getDescription())
			.contains("GenServerRef<" + Store.class.getName() + ">', but server 'room' is keyed");
		assertThat(analysis.getAction()).isEqualTo("Inject Keyed<Store> (a contract), or Keyed<RoomServer>.");
	}

	@Test
	void aRefOfNoServerListsThem() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(RoomServer.class, NumberRefClient.class));
		assertThat(analysis.getDescription()).endsWith("but no server is a java.lang.Integer. The servers are: room.");
		assertThat(analysis.getAction()).startsWith("Name the class or a contract of a server");
		assertThat(Analyses.of(Analyses.runner(NumberRefClient.class)).getDescription())
			.endsWith("but no server is a java.lang.Integer. There is none at all.");
	}

	@Test
	void aQualifierThatIsNoServersNameListsThem() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(StoreServer.class, QualifiedClient.class));
		assertThat(analysis.getDescription()).endsWith("but none that it may be given. It is a contract of: store.");
		assertThat(analysis.getAction()).isEqualTo("Use the server's name as the qualifier: @Qualifier(\"store\").");
	}

	@Test
	void aContextIsForServersOnly() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(ContextClient.class));
		assertThat(analysis.getDescription())
			.endsWith("'" + GenServerContext.class.getName() + "', which only servers are given.");
		assertThat(analysis.getAction()).contains("@GenServer").contains("GenServerContext.current()");
	}

	@Test
	void whatNeedsServersSaysThatTheyAreSwitchedOff() {
		for (Class<?> needy : new Class<?>[] { ContextClient.class, StoreRefClient.class, KeyedStoreClient.class,
				RegistryClient.class }) {
			FailureAnalysis analysis = Analyses
				.of(Analyses.runner(needy).withPropertyValues("genserver.enabled=false"));
			assertThat(analysis.getDescription()).contains("Parameter 0 of constructor in " + needy.getName())
				.endsWith("which there is only where there are servers: they are switched off.");
			assertThat(analysis.getAction()).startsWith("Remove genserver.enabled=false");
		}
	}

	@Test
	void twoContractsOfOneTypeAreOrdinaryAmbiguity() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(StoreServer.class, OtherStore.class, StoreClient.class));
		assertThat(analysis.getDescription()).contains("required a single bean, but 2 were found")
			.contains("- store")
			.contains("- other");
	}

	@Test
	void anExecutorThatIsNoBeanFails() {
		FailureAnalysis analysis = Analyses
			.of(Analyses.runner(OnExecutor.class).withBean("pool", SimpleAsyncTaskExecutor.class));
		assertThat(analysis.getDescription())
			.isEqualTo("Server 'report' is to run on executor 'reports', but there is no bean of that name.");
		assertThat(analysis.getAction()).contains("Define an Executor bean named 'reports'")
			.endsWith("There are: pool.");
	}

	@Test
	void anExecutorThatIsSomethingElseFails() {
		FailureAnalysis analysis = Analyses
			.of(Analyses.runner(OnExecutor.class).withBean("reports", StringBuilder.class, () -> new StringBuilder()));
		assertThat(analysis.getDescription()).contains("Server 'report' is to run on executor 'reports'")
			.contains("that bean is a java.lang.StringBuilder and not an Executor");
	}

	@Test
	void S15_anExecutorThatStopsBeforeTheServersFails() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(OnExecutor.class)
			.withBean("reports", ThreadPoolTaskExecutor.class)
			.withPropertyValues("genserver.lifecycle.phase=0"));
		assertThat(analysis.getDescription()).contains("Server 'report' is to run on executor 'reports'")
			.contains("stops before the servers do")
			.endsWith("and genserver.lifecycle.phase is 0.");
		assertThat(analysis.getAction()).contains("Set the phase of executor 'reports' to at most 0")
			.contains("genserver.lifecycle.phase to at least");
	}

	@Test
	void anExecutorThatForgetsTasksOrBlocksSendersFails() {
		ThreadPoolExecutor forgetful = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new SynchronousQueue<>(),
				new ThreadPoolExecutor.DiscardPolicy());
		FailureAnalysis analysis = Analyses
			.of(Analyses.runner(OnExecutor.class).withBean("reports", ThreadPoolExecutor.class, () -> forgetful));
		assertThat(analysis.getDescription()).contains("discards tasks when it is full");
		assertThat(analysis.getAction()).contains("AbortPolicy");
		SimpleAsyncTaskExecutor limited = new SimpleAsyncTaskExecutor();
		limited.setConcurrencyLimit(1);
		analysis = Analyses
			.of(Analyses.runner(OnExecutor.class).withBean("reports", SimpleAsyncTaskExecutor.class, () -> limited));
		assertThat(analysis.getDescription()).contains("blocks senders");
	}

	@Test
	void twoServersOfOneNameFail() {
		FailureAnalysis analysis = Analyses
			.of(Analyses.runner().withAllowBeanDefinitionOverriding(false).withUserConfiguration(TwoOfOneName.class));
		assertThat(analysis.getDescription()).contains("Two beans claim the name 'store', which is that of a server:")
			.contains("method " + TwoOfOneName.class.getName() + ".store")
			.contains("method " + TwoOfOneName.Nested.class.getName() + ".first");
		assertThat(analysis.getAction()).contains("Rename one of them");
	}

	@Test
	void aServerAndAnotherBeanOfOneNameFail() {
		FailureAnalysis analysis = Analyses
			.of(Analyses.runner().withAllowBeanDefinitionOverriding(false).withUserConfiguration(ServerAndBean.class));
		assertThat(analysis.getDescription()).contains("Two beans claim the name 'store', which is that of a server:");
	}

	@Test
	void twoBeansThatAreNoServersAreLeftToOthers() {
		FailureAnalysis analysis = Analyses
			.of(Analyses.runner().withAllowBeanDefinitionOverriding(false).withUserConfiguration(TwoBeans.class));
		assertThat(analysis.getDescription()).contains("could not be registered").doesNotContain("claim the name");
	}

	@Test
	void twoScannedServersOfOneNameFail() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(Scanning.class));
		assertThat(analysis.getDescription()).contains("Two beans claim the name 'twin', which is that of a server:")
			.contains(FirstTwin.class.getName())
			.contains(SecondTwin.class.getName());
	}

	@Test
	void namesThatPropertiesCannotTellApartFail() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(SimilarNames.class));
		assertThat(analysis.getDescription()).contains("Two servers claim one name: 'kv-store' and 'KV_Store'");
		assertThat(analysis.getAction()).isEqualTo("Rename one of the two beans.");
	}

	@Test
	void aNameThatIsNotWellFormedFails() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(Importing.class));
		assertThat(analysis.getDescription()).contains("'" + Unnamed.class.getName() + "' cannot be the name of a")
			.contains("it must begin with a letter");
		assertThat(analysis.getAction()).contains("@GenServer(\"NAME\") on its class");
	}

	@Test
	void anAnnotatedNameThatIsNotTheBeansFails() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(OtherName.class));
		assertThat(analysis.getDescription())
			.contains("The factory method of bean 'method' is annotated @GenServer(\"annotated\")");
		assertThat(analysis.getAction()).contains("@Bean(\"annotated\")");
	}

	@Test
	void aScopeFails() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(Scoped.class));
		assertThat(analysis.getDescription()).contains("Server 'scoped' has the scope 'session'");
		assertThat(analysis.getAction()).contains("keyed server");
	}

	@Test
	void containerAnnotationsFailNamingTheMethodAndWhatToUse() {
		FailureAnalysis scheduled = Analyses.of(Analyses.runner(ScheduledServer.class));
		assertThat(scheduled.getDescription())
			.contains("Method " + ScheduledServer.class.getName() + ".tick() is annotated @Scheduled")
			.contains("the server 'scheduled'");
		assertThat(scheduled.getAction()).contains("Use @Every").contains("send the server a cast");
		assertThat(Analyses.of(Analyses.runner(AsyncServer.class)).getAction()).contains("remove the annotation");
		assertThat(Analyses.of(Analyses.runner(WebServer.class)).getDescription())
			.contains("WebServer.get() is annotated @GetMapping");
		assertThat(Analyses.of(Analyses.runner(ConfigurationServer.class)).getAction())
			.contains("Declare beans in a class that is not a server");
		assertThat(Analyses.of(Analyses.runner(RunningServer.class)).getDescription())
			.contains("implements ApplicationRunner");
	}

	@Test
	void anEventListenerThatCannotBeACastFails() {
		FailureAnalysis keyed = Analyses.of(Analyses.runner(KeyedListener.class));
		assertThat(keyed.getDescription()).contains("KeyedListener.on(Object) is annotated @EventListener")
			.contains("the server 'listening' is keyed");
		assertThat(keyed.getAction()).contains("registry.ref(KeyedListener.class, key)");
		FailureAnalysis transactional = Analyses.of(Analyses.runner(TransactionalListener.class));
		assertThat(transactional.getDescription())
			.contains("TransactionalListener.on(Object) is annotated @TransactionalEventListener");
		assertThat(transactional.getAction()).contains("Let another bean's @TransactionalEventListener method");
		FailureAnalysis answering = Analyses.of(Analyses.runner(AnsweringListener.class));
		assertThat(answering.getDescription()).contains("AnsweringListener.on(Object)").contains("returns String");
		assertThat(answering.getAction()).contains("Make it void");
		assertThat(Analyses.of(Analyses.runner(TwoParameterListener.class)).getDescription())
			.contains("has 2 parameters");
		assertThat(Analyses.of(Analyses.runner(DeafListener.class)).getAction()).contains("name classes");
		assertThat(Analyses.of(Analyses.runner(PrivateListener.class)).getDescription()).contains("is private");
		assertThat(Analyses.of(Analyses.runner(InterfaceListener.class)).getAction())
			.contains("Annotate the method of the class");
	}

	@Test
	void aTimerThatCannotTickFails() {
		FailureAnalysis zero = Analyses
			.of(Analyses.runner(ConfiguredTimer.class).withPropertyValues("timer.period=0s"));
		assertThat(zero.getDescription()).contains("ConfiguredTimer.tick() is annotated @Every with a bad period")
			.contains("'0s' is not a positive duration");
		assertThat(Analyses.of(Analyses.runner(ConfiguredTimer.class)).getDescription())
			.contains("Could not resolve placeholder 'timer.period'");
		FailureAnalysis parameter = Analyses.of(Analyses.runner(ParameterTimer.class));
		assertThat(parameter.getDescription()).contains("ParameterTimer.tick(String) is annotated @Every but has 1");
		assertThat(parameter.getAction()).contains("Remove them");
	}

	@Test
	void aTimerOfABeanThatIsNoServerFails() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(PlainTimer.class));
		assertThat(analysis.getDescription()).contains("PlainTimer.tick() is annotated @Every")
			.contains("is no server");
		assertThat(analysis.getAction()).contains("Annotate the class @GenServer");
	}

	@Test
	void anInheritedContainerAnnotationFails() {
		assertThat(Analyses.of(Analyses.runner(InheritingServer.class)).getDescription())
			.contains("is annotated @Scheduled");
	}

	@Test
	void aMethodThatCannotBeAnOperationFails() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(WrongServer.class));
		assertThat(analysis.getDescription()).contains("Wrong.set(String) is annotated @Cast but returns String");
		assertThat(analysis.getAction()).contains("Make it void");
		assertThat(Analyses.of(Analyses.runner(WrongHandler.class)).getDescription())
			.contains("is annotated as a message handler but has 0 parameters");
	}

	@Test
	void aServerThatFailsToStartTellsWhy() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(BrokenServer.class));
		assertThat(analysis.getDescription()).contains("Server 'broken' failed to start:")
			.contains("java.lang.IllegalStateException: no disk");
		assertThat(analysis.getAction()).contains("set genserver.servers.broken.start-failure to 'mark-failed'");
	}

	@Test
	void aServerThatMissesABeanTellsWhich() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(NeedyServer.class));
		assertThat(analysis.getDescription()).contains("Parameter 0 of constructor in " + NeedyServer.class.getName()
				+ " required a bean of type '" + Missing.class.getName());
	}

	interface Store {

		String get();

	}

	@GenServer("store")
	static class StoreServer implements Store {

		@Override
		public String get() {
			return "";
		}

	}

	@GenServer("other")
	static class OtherStore extends StoreServer {

	}

	@GenServer(name = "room", keyed = true)
	static class RoomServer extends StoreServer {

	}

	interface Repo<T> {

		void save(T item);

	}

	@GenServer("generic")
	static class GenericServer extends StoreServer implements Repo<String> {

		@Override
		public void save(String item) {
		}

	}

	@GenServer("plain")
	static class PlainServer {

	}

	record ClassClient(StoreServer store) {
	}

	record PlainClient(PlainServer plain) {
	}

	record GenericClient(GenericServer generic) {
	}

	record RoomClient(Store store) {
	}

	record StoreClient(Store theOne) {
	}

	@Configuration(proxyBeanMethods = false)
	static class TwoOfOneName {

		@Bean
		StoreServer store() {
			return new StoreServer();
		}

		@Configuration(proxyBeanMethods = false)
		static class Nested {

			@Bean("store")
			OtherStore first() {
				return new OtherStore();
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ServerAndBean {

		@Bean("store")
		@GenServer
		Store server() {
			return new StoreServer();
		}

		@Configuration(proxyBeanMethods = false)
		static class Nested {

			@Bean
			String store() {
				return "";
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoBeans {

		@Bean
		Integer store() {
			return 1;
		}

		@Configuration(proxyBeanMethods = false)
		static class Nested {

			@Bean("store")
			String another() {
				return "";
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	@ComponentScan(useDefaultFilters = false, includeFilters = @ComponentScan.Filter(type = FilterType.ASSIGNABLE_TYPE,
			classes = { FirstTwin.class, SecondTwin.class }))
	static class Scanning {

	}

	@GenServer("twin")
	static class FirstTwin {

	}

	@GenServer("twin")
	static class SecondTwin {

	}

	@Configuration(proxyBeanMethods = false)
	static class SimilarNames {

		@Bean("kv-store")
		StoreServer one() {
			return new StoreServer();
		}

		@Bean("KV_Store")
		StoreServer other() {
			return new StoreServer();
		}

	}

	@GenServer
	static class Unnamed {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Unnamed.class)
	static class Importing {

	}

	@Configuration(proxyBeanMethods = false)
	static class OtherName {

		@Bean
		@GenServer("annotated")
		Store method() {
			return new StoreServer();
		}

	}

	@GenServer("scoped")
	@Scope("session")
	static class Scoped {

	}

	@GenServer("scheduled")
	static class ScheduledServer {

		@Scheduled(fixedRate = 1000)
		void tick() {
		}

	}

	@GenServer("inheriting")
	static class InheritingServer extends ScheduledServer {

		@Override
		void tick() {
		}

	}

	@GenServer("async")
	@Async
	static class AsyncServer {

	}

	@GenServer(name = "listening", keyed = true)
	static class KeyedListener {

		@EventListener
		void on(Object event) {
		}

	}

	@GenServer("listening")
	static class TransactionalListener {

		@TransactionalEventListener
		void on(Object event) {
		}

	}

	@GenServer("listening")
	static class AnsweringListener {

		@EventListener
		String on(Object event) {
			return "";
		}

	}

	@GenServer("listening")
	static class TwoParameterListener {

		@EventListener
		void on(Object event, Object other) {
		}

	}

	@GenServer("listening")
	static class DeafListener {

		@EventListener
		void on() {
		}

	}

	@GenServer("listening")
	static class PrivateListener {

		@EventListener
		private void on(Object event) {
		}

	}

	interface Listening {

		@EventListener
		void on(Object event);

	}

	@GenServer("listening")
	static class InterfaceListener implements Listening {

		@Override
		public void on(Object event) {
		}

	}

	@GenServer("timer")
	static class ConfiguredTimer {

		@Every("${timer.period}")
		void tick() {
		}

	}

	@GenServer("timer")
	static class ParameterTimer {

		@Every("1s")
		void tick(String text) {
		}

	}

	static class PlainTimer {

		@Every("1s")
		void tick() {
		}

	}

	@GenServer("web")
	static class WebServer {

		@GetMapping("/")
		public String get() {
			return "";
		}

	}

	@GenServer("configuration")
	static class ConfigurationServer {

		@Bean
		String text() {
			return "";
		}

	}

	@GenServer("running")
	static class RunningServer implements org.springframework.boot.ApplicationRunner {

		@Override
		public void run(org.springframework.boot.ApplicationArguments arguments) {
		}

	}

	interface Wrong {

		@Cast
		String set(String value);

	}

	@GenServer("wrong")
	static class WrongServer implements Wrong {

		@Override
		public String set(String value) {
			return value;
		}

	}

	@GenServer("wrongHandler")
	static class WrongHandler {

		@Call
		String get() {
			return "";
		}

	}

	@GenServer("broken")
	static class BrokenServer {

		@PostConstruct
		void init() {
			throw new IllegalStateException("no disk");
		}

	}

	interface Missing {

	}

	@GenServer("needy")
	static class NeedyServer {

		NeedyServer(Missing missing) {
		}

	}

	@GenServer(name = "report", executor = "reports")
	static class OnExecutor {

	}

	static class KeyedStoreClient {

		KeyedStoreClient(Keyed<Store> stores) {
		}

	}

	static class StoreRefClient {

		StoreRefClient(GenServerRef<Store> store) {
		}

	}

	static class NumberRefClient {

		NumberRefClient(GenServerRef<Integer> number) {
		}

	}

	static class QualifiedClient {

		QualifiedClient(@Qualifier("shop") Store store) {
		}

	}

	static class ContextClient {

		ContextClient(GenServerContext context) {
		}

	}

	static class RegistryClient {

		RegistryClient(GenServerRegistry registry) {
		}

	}

}
