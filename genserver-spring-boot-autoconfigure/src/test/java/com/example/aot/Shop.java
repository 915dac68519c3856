package com.example.aot;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import com.example.aot.scanned.Found;
import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.DeadLetterListener;
import io.genserver.Envelope;
import io.genserver.Every;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerInterceptor;
import io.genserver.GenServerRef;
import io.genserver.Keyed;
import io.genserver.Request;
import io.genserver.autoconfigure.background.GenServerBackgroundAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.background.BackgroundService;
import io.genserver.background.ItemConsumer;
import io.genserver.background.ItemsOf;
import io.genserver.background.Step;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Profile;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.stereotype.Component;

/**
 * An application with servers of every form there is, hardly any of which is public.
 */
final class Shop {

	private Shop() {
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ GenServerAutoConfiguration.class, GenServerBackgroundAutoConfiguration.class })
	@EnableConfigurationProperties(Prices.class)
	@ComponentScan(basePackageClasses = Found.class)
	@Import({ Stores.class, Registrar.class, Aspects.class, Services.class, Numbered.class, StockServer.class,
			Till.class, OrdersServer.class, HiddenServer.class, AdvisedServer.class, DoorServer.class, PoolServer.class,
			InProfile.class, OutOfProfile.class, LazyStock.class, User.class })
	static class Application {

		@Bean
		Journal journal() {
			return new Journal();
		}

		@Bean
		GenServerInterceptor journalingInterceptor(Journal journal) {
			return new GenServerInterceptor() {

				@Override
				public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
					journal.add("handling " + envelope.server());
					return invocation.proceed();
				}

			};
		}

		@Bean
		DeadLetterListener deadLetters(Journal journal) {
			return (letter) -> journal.add("dead letter for " + letter.server());
		}

		@Bean
		ThreadPoolTaskExecutor pool() {
			ThreadPoolTaskExecutor pool = new ThreadPoolTaskExecutor();
			pool.setThreadNamePrefix("pool-");
			return pool;
		}

	}

	/** Makes beans through a class that Spring generates. */
	@Configuration
	static class Stores {

		@Bean
		@Primary
		StoreServer left() {
			return new StoreServer(side());
		}

		@Bean
		@Qualifier("other")
		@Order(1)
		StoreServer right() {
			return new StoreServer(side());
		}

		@Bean
		Side side() {
			return new Side("shared");
		}

		@Bean
		@GenServer(callTimeout = "30s", capacity = 7)
		static RepoServer<String> names() {
			return new RepoServer<>();
		}

		@Bean
		@GenServer(keyed = true)
		static RepoServer<Long> numbers() {
			return new RepoServer<>();
		}

	}

	static class Registrar implements BeanRegistrar {

		@Override
		public void register(BeanRegistry registry, Environment environment) {
			registry.registerBean("registered", RegisteredServer.class);
			registry.registerBean("supplied", RegisteredServer.class,
					(spec) -> spec.supplier((context) -> new RegisteredServer(context.bean(Journal.class))));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Aspects {

		@Bean
		static DefaultAdvisorAutoProxyCreator proxies() {
			DefaultAdvisorAutoProxyCreator proxies = new DefaultAdvisorAutoProxyCreator();
			proxies.setProxyTargetClass(true);
			return proxies;
		}

		@Bean
		static Advisor advisor(Journal journal) {
			NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
			pointcut.addMethodName("advised");
			MethodInterceptor advice = (invocation) -> {
				journal.add("advised");
				return invocation.proceed();
			};
			return new DefaultPointcutAdvisor(pointcut, advice);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Services {

		@Bean
		BackgroundService<Integer> numbering() {
			AtomicInteger next = new AtomicInteger();
			return (token) -> (next.incrementAndGet() == 1) ? Step.item(1) : Step.done();
		}

	}

	@ItemsOf("numbering")
	@Component
	record Numbered(Journal journal) implements ItemConsumer<Integer> {

		@Override
		public boolean accept(Integer item) {
			return this.journal.item.complete(item);
		}

	}

	@ConfigurationProperties("shop.prices")
	record Prices(Map<String, Integer> of) {
	}

	record Side(String name) {
	}

	static class Journal {

		private final List<String> entries = new CopyOnWriteArrayList<>();

		/** Completed by the second tick of a timer. */
		final CompletableFuture<Boolean> ticked = new CompletableFuture<>();

		/** Completed by an item of a background service. */
		final CompletableFuture<Integer> item = new CompletableFuture<>();

		void add(String entry) {
			this.entries.add(entry);
		}

		List<String> entries() {
			return this.entries;
		}

	}

	interface Store {

		@Nullable String get(String key);

		Mono<String> lazy(String key);

		Flux<String> all();

		CompletableFuture<Integer> size();

		@Cast
		void put(String key, String value);

		Object side();

	}

	@GenServer
	static class StoreServer implements Store {

		private final Map<String, String> entries = new TreeMap<>();

		private final Side side;

		StoreServer(Side side) {
			this.side = side;
		}

		@Override
		public @Nullable String get(String key) {
			return this.entries.get(key);
		}

		@Override
		public Mono<String> lazy(String key) {
			return Mono.fromSupplier(() -> "lazy " + get(key));
		}

		@Override
		public Flux<String> all() {
			return Flux.fromIterable(List.copyOf(this.entries.values()));
		}

		@Override
		public CompletableFuture<Integer> size() {
			return CompletableFuture.completedFuture(this.entries.size());
		}

		@Override
		public void put(String key, String value) {
			this.entries.put(key, value);
		}

		@Override
		public Object side() {
			return this.side;
		}

	}

	interface Repo<T> {

		void save(T item);

		List<T> saved();

	}

	/** Is a server by the annotations of the methods that make it. */
	static class RepoServer<T> implements Repo<T> {

		private final List<T> items = new ArrayList<>();

		@Override
		public void save(T item) {
			this.items.add(item);
		}

		@Override
		public List<T> saved() {
			return List.copyOf(this.items);
		}

	}

	interface Stock {

		int add(int pieces);

		@Nullable String key();

		Object price();

	}

	@GenServer(name = "stock", keyed = true)
	static class StockServer implements Stock {

		private final GenServerContext context;

		private final Prices prices;

		private int pieces;

		StockServer(GenServerContext context, Prices prices) {
			this.context = context;
			this.prices = prices;
		}

		@Override
		public int add(int pieces) {
			this.pieces += pieces;
			return this.pieces;
		}

		@Override
		public @Nullable String key() {
			return this.context.key();
		}

		@Override
		public Object price() {
			return this.prices.of().get(key());
		}

	}

	sealed interface Command {

	}

	record Pay(int amount) implements Command, Request<Integer> {
	}

	record Refund(int amount) implements Command {
	}

	record Opened(String shop) {
	}

	/** Has no contract; uses other servers. */
	@GenServer("till")
	static class Till {

		private final Store store;

		private final Keyed<Stock> stock;

		private final GenServerRef<StoreServer> right;

		private final String owner;

		private final Journal journal;

		private int balance;

		Till(Store store, Keyed<Stock> stock, @Qualifier("right") GenServerRef<StoreServer> right,
				@Value("${shop.owner}") String owner, Journal journal) {
			this.store = store;
			this.stock = stock;
			this.right = right;
			this.owner = owner;
			this.journal = journal;
		}

		@Call
		int on(Pay pay) {
			this.balance += pay.amount();
			return this.balance;
		}

		@Cast
		void on(Refund refund) {
			this.balance -= refund.amount();
		}

		@EventListener
		void opened(Opened event) {
			this.journal.add("opened " + event.shop() + " of " + this.owner);
		}

		String used() {
			this.store.put("till", "used");
			this.right.cast((server) -> server.put("till", "ref"));
			return this.store.get("till") + this.stock.get("tea").add(1)
					+ this.right.<String, RuntimeException>call((server) -> server.get("till"));
		}

	}

	/** Its clock ticks as a property says; its life is journaled. */
	@GenServer("orders")
	static class OrdersServer {

		private int ticks;

		@Autowired
		private Journal journal;

		@PostConstruct
		private void init() {
			this.journal.add("initialized " + Thread.currentThread().getName());
		}

		@Every("${shop.tick}")
		void tick() {
			this.ticks++;
			if (this.ticks == 2) {
				this.journal.ticked.complete(true);
			}
		}

		@PreDestroy
		private void terminate() {
			this.journal.add("terminated");
		}

	}

	public interface Hidden {

		String hidden();

	}

	/** Code that is generated cannot make it without reflection. */
	@GenServer("hidden")
	static final class HiddenServer implements Hidden {

		private final Journal journal;

		private HiddenServer(Journal journal) {
			this.journal = journal;
		}

		@Override
		public String hidden() {
			return "hidden with " + this.journal.getClass().getSimpleName();
		}

	}

	interface Advised {

		String advised();

	}

	@GenServer("advised")
	static class AdvisedServer implements Advised {

		private final String state = "state";

		@Override
		public String advised() {
			return this.state;
		}

	}

	@GenServer(name = "pooled", executor = "pool")
	static class PoolServer {

		String thread() {
			return Thread.currentThread().getName();
		}

	}

	interface Opening {

		boolean open();

	}

	interface Closing {

		boolean close();

	}

	abstract static class BaseServer {

		private boolean open;

		boolean move(boolean open) {
			boolean moved = this.open != open;
			this.open = open;
			return moved;
		}

	}

	@GenServer("door")
	static class DoorServer extends BaseServer implements Opening, Closing {

		@Override
		public boolean open() {
			return move(true);
		}

		@Override
		public boolean close() {
			return move(false);
		}

	}

	interface Registered {

		String registered();

	}

	@GenServer
	static class RegisteredServer implements Registered {

		private final Journal journal;

		RegisteredServer(Journal journal) {
			this.journal = journal;
		}

		@Override
		public String registered() {
			return "registered with " + this.journal.getClass().getSimpleName();
		}

	}

	interface Profiled {

		String profile();

	}

	@GenServer("inProfile")
	@Profile("shop")
	static class InProfile implements Profiled {

		@Override
		public String profile() {
			return "shop";
		}

	}

	@GenServer("outOfProfile")
	@Profile("other")
	static class OutOfProfile implements Profiled {

		@Override
		public String profile() {
			return "other";
		}

	}

	/** Made when it is used, with servers. */
	@Lazy
	@Component
	record LazyStock(Keyed<Stock> stock) {
	}

	/** Has everything injected that may be. */
	static class User {

		final Store primary;

		final List<Store> stores;

		final Map<String, Store> byName;

		final Repo<String> names;

		final Keyed<Repo<Long>> numbers;

		final Found found;

		final GenServerRef<Till> till;

		final GenServerRef<PoolServer> pooled;

		@Autowired
		@Qualifier("other")
		Store qualified;

		@Autowired
		@Qualifier("supplied")
		Registered supplied;

		@Autowired
		@Lazy
		Hidden hidden;

		private Advised advised;

		private Registered registered;

		User(Store primary, List<Store> stores, Map<String, Store> byName, Repo<String> names,
				Keyed<Repo<Long>> numbers, Found found, GenServerRef<Till> till, GenServerRef<PoolServer> pooled) {
			this.primary = primary;
			this.stores = stores;
			this.byName = byName;
			this.names = names;
			this.numbers = numbers;
			this.found = found;
			this.till = till;
			this.pooled = pooled;
		}

		@Autowired
		void use(Advised advised, @Qualifier("registered") Registered registered) {
			this.advised = advised;
			this.registered = registered;
		}

		Advised theAdvised() {
			return this.advised;
		}

		Registered registered() {
			return this.registered;
		}

	}

}
