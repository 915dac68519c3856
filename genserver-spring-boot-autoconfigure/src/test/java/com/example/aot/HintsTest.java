package com.example.aot;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.genserver.Every;
import io.genserver.spring.InvalidServerException;
import io.genserver.spring.aot.ContractHints;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.web.server.reactive.context.AnnotationConfigReactiveWebServerApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.type.classreading.SimpleMetadataReaderFactory;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a native image must know of an application. */
class HintsTest {

	private static RuntimeHints shop;

	private static RuntimeHints office;

	@BeforeAll
	static void process() {
		AnnotationConfigApplicationContext shopContext = new AnnotationConfigApplicationContext();
		shopContext.register(Shop.Application.class);
		shop = hints(shopContext, "shop.tick=1ms", "shop.owner=Ann",
				"genserver.supervision.exceptions.[java.io.IOException]=resume",
				"genserver.servers.left.supervision.exceptions.[com.example.aot.HintsTest$Oops]=stop");
		AnnotationConfigReactiveWebServerApplicationContext officeContext = new AnnotationConfigReactiveWebServerApplicationContext();
		officeContext.register(Office.Application.class);
		office = hints(officeContext, "genserver.rpc.enabled=true", "management.endpoints.web.exposure.include=*",
				"genserver.clients.elsewhere.uri=ws://localhost/ws", "genserver.clients.elsewhere.servers.archive=",
				"genserver.clients.elsewhere.servers.remote=com.example.aot.Office$Remote");
	}

	private static RuntimeHints hints(GenericApplicationContext context, String... properties) {
		TestPropertyValues.of(properties).applyTo(context);
		return AheadOfTime.of(context).hints();
	}

	@Test
	void proxiesOfEachContract() {
		for (Class<?> each : List.of(Shop.Store.class, Shop.Repo.class, Shop.Stock.class, Shop.Hidden.class,
				Shop.Registered.class)) {
			assertThat(RuntimeHintsPredicates.proxies().forInterfaces(each)).accepts(shop);
		}
		for (Class<?> each : List.of(Office.Desk.class, Office.Archive.class, Office.Remote.class)) {
			assertThat(RuntimeHintsPredicates.proxies().forInterfaces(each)).accepts(office);
		}
	}

	@Test
	void proxiesOfAllContractsOfAServer() {
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(Shop.Opening.class, Shop.Closing.class))
			.accepts(shop);
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(Shop.Opening.class)).accepts(shop);
	}

	@Test
	void methodsOfServersAndContracts() {
		for (Class<?> each : List.of(Shop.Store.class, Shop.StoreServer.class, Shop.RepoServer.class, Shop.Till.class,
				Shop.OrdersServer.class, Shop.BaseServer.class, Shop.DoorServer.class)) {
			for (Method method : each.getDeclaredMethods()) {
				assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(method)).as(method.toString())
					.accepts(shop);
			}
		}
		Method remote = ReflectionUtils.findMethod(Office.Remote.class, "ask", Office.RemoteQuestion.class);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(remote)).accepts(office);
	}

	@Test
	void whatProxiesAnswerByThemselves() throws Exception {
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Object.class.getMethod("toString")))
			.accepts(shop);
	}

	@Test
	void theProxyThatAnAspectPutsBeforeAnInstance() {
		assertThat(shop.reflection()
			.typeHints()
			.map((each) -> each.getType().getName())
			.filter((each) -> each.startsWith(Shop.AdvisedServer.class.getName() + "$$SpringCGLIB$$"))).isNotEmpty();
	}

	@Test
	void everythingThatIsReadFromOrWrittenToMessages() {
		for (Class<?> each : List.of(Office.Letter.class, Office.Stamp.class, Office.Page.class, Office.Photo.class,
				Office.Size.class, Office.Form.class, Office.Paid.class, Office.Drawer.class, Office.Label.class,
				Office.Weigh.class, Office.Weight.class, Office.Document.class, Office.RemoteQuestion.class,
				Office.RemoteReply.class)) {
			assertThat(RuntimeHintsPredicates.reflection()
				.onType(each)
				.withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS)).as(each.getName()).accepts(office);
			for (Method method : each.getDeclaredMethods()) {
				if (each.isRecord() && method.getParameterCount() == 0
						&& !method.getName().matches("hashCode|toString")) {
					assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(method)).accepts(office);
				}
			}
		}
	}

	@Test
	void messagesThatStayInTheProcessNeedNone() {
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(Shop.Pay.class)
			.withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS)).rejects(shop);
	}

	@Test
	void exceptionsThatPropertiesName() {
		assertThat(RuntimeHintsPredicates.reflection().onType(IOException.class)).accepts(shop);
		assertThat(RuntimeHintsPredicates.reflection().onType(Oops.class)).accepts(shop);
	}

	@ParameterizedTest
	@ValueSource(strings = { "io/genserver/rpc/server/genserver-client.js",
			"io/genserver/rpc/server/genserver-client.js.map", "io/genserver/rpc/server/genserver-client.d.ts" })
	void theBrowserClient(String file) {
		assertThat(HintsTest.class.getClassLoader().getResource(file)).isNotNull();
		assertThat(RuntimeHintsPredicates.resource().forResource(file)).accepts(office);
	}

	@Test
	void fieldsThatHandlesChange() throws Exception {
		PathMatchingResourcePatternResolver classes = new PathMatchingResourcePatternResolver();
		SimpleMetadataReaderFactory reader = new SimpleMetadataReaderFactory();
		List<Class<?>> withHandles = new ArrayList<>();
		for (String pattern : List.of("io/genserver/*/**", "org/jctools/queues/varhandle")) {
			for (Resource each : classes.getResources("classpath*:" + pattern + "/*.class")) {
				Class<?> type = Class.forName(reader.getMetadataReader(each).getClassMetadata().getClassName(), false,
						HintsTest.class.getClassLoader());
				if (Arrays.stream(type.getDeclaredFields()).anyMatch((field) -> field.getType() == VarHandle.class)) {
					withHandles.add(type);
				}
			}
		}
		assertThat(withHandles).hasSizeGreaterThan(20)
			.allSatisfy((each) -> assertThat(RuntimeHintsPredicates.reflection()
				.onType(each)
				.withMemberCategory(MemberCategory.ACCESS_DECLARED_FIELDS)).accepts(shop));
	}

	@Test
	void whatTheEndpointsOfActuatorAnswer() {
		for (String each : List.of("ServerDescription", "BackgroundServiceDescription")) {
			assertThat(RuntimeHintsPredicates.reflection().onType(TypeReference.of("io.genserver.actuate." + each)))
				.accepts(office);
		}
	}

	@Test
	void whatFailsAStartFailsTheProcessing() {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		context.register(Shop.Application.class, Stray.class);
		assertThatThrownBy(() -> AheadOfTime.of(context)).isInstanceOf(InvalidServerException.class)
			.hasMessageContaining("is annotated @Every, but bean 'hintsTest.Stray' is no server");
	}

	@Test
	void whatAnApplicationRegistersItself() {
		RuntimeHints hints = new RuntimeHints();
		ContractHints.register(hints, Office.Remote.class);
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(Office.Remote.class)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(Office.RemoteReply.class)
			.withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS)).accepts(hints);
	}

	static class Stray {

		@Every("1s")
		void tick() {
		}

	}

	/** An exception that only configuration names. */
	static class Oops extends RuntimeException {

	}

}
