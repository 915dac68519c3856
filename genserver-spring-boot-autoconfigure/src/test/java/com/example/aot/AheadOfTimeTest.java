package com.example.aot;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.example.aot.Office.Clerk;
import com.example.aot.Office.Desk;
import com.example.aot.Office.Document;
import com.example.aot.Office.Label;
import com.example.aot.Office.Letter;
import com.example.aot.Office.Page;
import com.example.aot.Office.Paid;
import com.example.aot.Office.Photo;
import com.example.aot.Office.Size;
import com.example.aot.Office.Stamp;
import com.example.aot.Office.Weigh;
import com.example.aot.Office.Weight;
import com.example.aot.Shop.Closing;
import com.example.aot.Shop.Journal;
import com.example.aot.Shop.Opened;
import com.example.aot.Shop.Opening;
import com.example.aot.Shop.Pay;
import com.example.aot.Shop.PoolServer;
import com.example.aot.Shop.Profiled;
import com.example.aot.Shop.Refund;
import com.example.aot.Shop.Till;
import com.example.aot.Shop.User;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.rpc.client.GenServerClient;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.web.server.reactive.context.AnnotationConfigReactiveWebServerApplicationContext;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/** Applications that were processed ahead of time do what they do otherwise. */
@CompileWithForkedClassLoader
class AheadOfTimeTest {

	private static final TestPropertyValues PROPERTIES = TestPropertyValues.of("shop.tick=1ms", "shop.owner=Ann",
			"shop.prices.of.tea=3", "genserver.call-timeout=60s", "genserver.servers.left.mailbox.capacity=9");

	private static final TestPropertyValues OFFICE = TestPropertyValues.of("server.port=0",
			"spring.reactor.netty.shutdown-quiet-period=0s", "genserver.rpc.enabled=true", "genserver.rpc.exposed=*",
			"management.endpoints.web.exposure.include=*", "genserver.clients.elsewhere.call-timeout=60s",
			"genserver.clients.elsewhere.servers.archive=", "genserver.clients.elsewhere.uri=ws://localhost:1/ws",
			"genserver.call-timeout=60s");

	@Test
	void serversOfEveryForm() {
		AnnotationConfigApplicationContext processed = new AnnotationConfigApplicationContext();
		processed.getEnvironment().addActiveProfile("shop");
		PROPERTIES.applyTo(processed);
		processed.register(Shop.Application.class);
		GenericApplicationContext started = new GenericApplicationContext();
		started.getEnvironment().addActiveProfile("shop");
		PROPERTIES.applyTo(started);
		AheadOfTime.of(processed).run(started, AheadOfTimeTest::use);
	}

	private static void use(GenericApplicationContext context) {
		Journal journal = context.getBean(Journal.class);
		User user = context.getBean(User.class);
		assertThat(context.getBean(GenServerRegistry.class).names()).containsExactlyInAnyOrder("left", "right", "names",
				"numbers", "foundServer", "stock", "till", "orders", "hidden", "advised", "pooled", "door", "inProfile",
				"registered", "supplied");
		assertThat(context.getBean(Profiled.class).profile()).isEqualTo("shop");
		assertThat(user.primary).isSameAs(context.getBean("left"));
		assertThat(user.qualified).isSameAs(context.getBean("right"));
		assertThat(user.stores).containsExactly(user.qualified, user.primary);
		assertThat(user.byName).isEqualTo(Map.of("left", user.primary, "right", user.qualified));
		user.primary.put("a", "1");
		assertThat(user.primary.get("a")).isEqualTo("1");
		assertThat(user.qualified.get("a")).isNull();
		assertThat(user.primary.size().orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo(1);
		StepVerifier.create(user.primary.lazy("a")).expectNext("lazy 1").verifyComplete();
		StepVerifier.create(user.primary.all()).expectNext("1").verifyComplete();
		assertThat(user.primary.side()).isSameAs(user.qualified.side());
		user.names.save("name");
		assertThat(user.names.saved()).isEqualTo(List.of("name"));
		user.numbers.get("a").save(7L);
		assertThat(user.numbers.get("b").saved()).isEmpty();
		assertThat(user.found.where()).startsWith("genserver-");
		assertThat(user.supplied.registered()).isEqualTo("registered with Journal");
		assertThat(user.registered().registered()).isEqualTo("registered with Journal");
		assertThat(user.hidden.hidden()).isEqualTo("hidden with Journal");
		assertThat(user.theAdvised().advised()).isEqualTo("state");
		assertThat(journal.entries()).containsOnlyOnce("advised");
		assertThat(context.getBean(Opening.class)).isSameAs(context.getBean(Closing.class));
		assertThat(context.getBean(Opening.class).open()).isTrue();
		assertThat(user.pooled.<String, RuntimeException>call(PoolServer::thread)).startsWith("pool-");
		GenServerRef<Till> till = user.till;
		assertThat(till.call(new Pay(5))).isEqualTo(5);
		context.getBean(GenServerRegistry.class).cast("till", new Refund(2));
		assertThat(till.call(new Pay(1))).isEqualTo(4);
		assertThat(till.<String, RuntimeException>call(Till::used)).isEqualTo("used1ref");
		context.publishEvent(new Opened("tea shop"));
		assertThat(till.call(new Pay(0))).isEqualTo(4);
		assertThat(journal.entries()).contains("opened tea shop of Ann", "handling till");
		assertThat(context.getBean(Shop.LazyStock.class).stock().get("tea").price()).isEqualTo(3);
		assertThat(context.getBean(GenServerRegistry.class).info("left").mailbox().capacity()).isEqualTo(9);
		assertThat(context.getBean(GenServerRegistry.class).info("names").mailbox().capacity()).isEqualTo(7);
		assertThat(journal.ticked.orTimeout(60, TimeUnit.SECONDS).join()).isTrue();
		assertThat(journal.item.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo(1);
		context.getBean(GenServerRegistry.class).stop("hidden");
		context.close();
		assertThat(journal.entries()).filteredOn((each) -> each.startsWith("initialized")).hasSize(1);
		assertThat(journal.entries()).containsOnlyOnce("terminated");
	}

	@Test
	void serversStartAfterAndStopBeforeThoseThatTheyDependOn() {
		AnnotationConfigApplicationContext processed = new AnnotationConfigApplicationContext();
		processed.register(Ordered.Application.class);
		AheadOfTime.of(processed).run(new GenericApplicationContext(), (context) -> {
			Ordered.Journal journal = context.getBean(Ordered.Journal.class);
			context.close();
			assertThat(journal.entries()).containsExactly("log starts", "reader starts", "writer starts",
					"writer stops", "reader stops", "log stops");
		});
	}

	@Test
	void anEndpointAndServersElsewhere() {
		SpringApplicationBuilder elsewhere = new SpringApplicationBuilder(Office.Elsewhere.class)
			.web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "genserver.rpc.enabled=true", "genserver.rpc.exposed=*",
					"spring.main.banner-mode=off", "genserver.call-timeout=60s",
					"spring.reactor.netty.shutdown-quiet-period=0s");
		AnnotationConfigReactiveWebServerApplicationContext processed = new AnnotationConfigReactiveWebServerApplicationContext();
		processed.register(Office.Application.class);
		OFFICE.applyTo(processed);
		ReactiveWebServerApplicationContext started = new ReactiveWebServerApplicationContext();
		OFFICE.applyTo(started);
		try (ConfigurableApplicationContext there = elsewhere.run()) {
			// Where it is need not be known to the build.
			TestPropertyValues
				.of("genserver.clients.elsewhere.uri=ws://localhost:"
						+ there.getEnvironment().getProperty("local.server.port") + "/ws")
				.applyTo(started);
			AheadOfTime.of(processed).run(started, AheadOfTimeTest::useOverTheWire);
		}
	}

	private static void useOverTheWire(ReactiveWebServerApplicationContext context) {
		String at = "localhost:" + context.getWebServer().getPort();
		Clerk clerk = context.getBean(Clerk.class);
		assertThat(clerk.archive().get("a").file(new Document("one"))).isEqualTo(1);
		assertThat(clerk.archive().get("a").file(new Document("two"))).isEqualTo(2);
		assertThat(context.getBean(GenServerRegistry.class).names()).containsExactly("desk");
		Letter letter = new Letter("Ann", new Stamp(80), new Page[] { new Page("Dear Ann") },
				List.of(new Photo(Map.of("small", new Size(1, 2)))));
		try (GenServerClient client = GenServerClient.builder()
			.callTimeout(Duration.ofSeconds(60))
			.connect(URI.create("ws://" + at + "/ws"))) {
			Desk desk = client.server("desk", Desk.class);
			assertThat(desk.post(letter)).isEqualTo(new Paid(new Stamp(80)));
			StepVerifier.create(desk.pages(letter)).expectNext(new Page("Dear Ann")).verifyComplete();
			assertThat(desk.drawer().getLabels()).containsExactly(new Label("top"));
			assertThat(client.call("desk.weigh", Weight.class, new Weigh(letter))).isEqualTo(new Weight(5));
		}
		WebTestClient web = WebTestClient.bindToServer()
			.baseUrl("http://" + at)
			.responseTimeout(Duration.ofSeconds(60))
			.build();
		web.get().uri("/genserver/genserver-client.js").exchange().expectStatus().isOk();
		web.get().uri("/genserver/genserver-client.js.map").exchange().expectStatus().isOk();
		web.get().uri("/genserver/genserver-client.d.ts").exchange().expectStatus().isOk();
	}

}
