package io.genserver.spring;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import io.genserver.MailboxFullException;
import io.genserver.ServerInfo;
import io.genserver.runtime.contract.InvalidOperationException;
import io.genserver.spring.Servers.Journal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.expression.EvaluationException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Keyed servers listen to events for the instances that an expression names. */
class KeyedEventListenersTest {

	private Journal journal;

	private ApplicationContextRunner runner;

	@BeforeEach
	void prepare() {
		this.journal = new Journal();
		this.runner = Servers.runner().withBean(Journal.class, () -> this.journal);
	}

	@Test
	void S17_anEventIsACastToTheInstanceThatTheExpressionNames() {
		this.runner.withUserConfiguration(AccountServer.class).run((context) -> {
			context.publishEvent(new Paid("ann", 3));
			context.publishEvent(new Paid("bob", 4));
			context.publishEvent(new Paid("ann", 5));
			drained(context, "account");
			assertThat(this.journal.entries).containsExactlyInAnyOrder("ann paid 3", "bob paid 4", "ann paid 5");
			assertThat(this.journal.entries.stream().filter((each) -> each.startsWith("ann")))
				.containsExactly("ann paid 3", "ann paid 5");
			assertThat(context.getBean(GenServerRegistry.class).instances("account", 10)).extracting(ServerInfo::key)
				.containsExactlyInAnyOrder("ann", "bob");
		});
	}

	@Test
	void S17_anEventMayBeForSeveralInstancesOrNone() {
		this.runner.withUserConfiguration(AccountServer.class).run((context) -> {
			UUID id = new UUID(1, 2);
			context.publishEvent(new Closed(List.of("ann", "bob", "ann")));
			context.publishEvent(new Closed(new String[] { "carl" }));
			context.publishEvent(new Closed(Stream.of("dan", 7)));
			context.publishEvent(new Closed(Optional.of(id)));
			context.publishEvent(new Closed(Optional.empty()));
			context.publishEvent(new Closed(List.of()));
			context.publishEvent(new Closed(null));
			drained(context, "account");
			assertThat(this.journal.entries).containsExactlyInAnyOrder("ann closed", "bob closed", "carl closed",
					"dan closed", "7 closed", id + " closed");
		});
	}

	@Test
	void conditionsAreAskedFirstAndBeansAndTheRootAreSeen() {
		this.runner.withUserConfiguration(AccountServer.class)
			.withBean("owners", Map.class, () -> Map.of("a", "ann"))
			.run((context) -> {
				context.publishEvent(new Moved("a", true));
				context.publishEvent(new Moved(null, false));
				drained(context, "account");
				assertThat(this.journal.entries).containsExactly("ann moved a");
			});
	}

	@Test
	void thePublisherGetsWhatTheExpressionThrows() {
		this.runner.withUserConfiguration(AccountServer.class).run((context) -> {
			assertThatExceptionOfType(EvaluationException.class)
				.isThrownBy(() -> context.publishEvent(new Broken(null)));
			assertThatExceptionOfType(IllegalArgumentException.class)
				.isThrownBy(() -> context.publishEvent(new Closed(List.of("", "ann"))))
				.withMessageContaining("@Keyed.By(\"#event.accounts()\")")
				.withMessageContaining("empty key");
			drained(context, "account");
			assertThat(this.journal.entries).as("the others get theirs").containsExactly("ann closed");
		});
	}

	@Test
	void S09_aPublisherIsRefusedByOneInstanceAndTheOthersGetTheirs() {
		this.runner.withUserConfiguration(AccountServer.class)
			.withPropertyValues("genserver.servers.account.mailbox.capacity=1",
					"genserver.servers.account.mailbox.overflow=reject")
			.run((context) -> {
				GenServerRegistry registry = context.getBean(GenServerRegistry.class);
				registry.ref(AccountServer.class, "ann").call(AccountServer::name);
				registry.suspend("account", "ann");
				context.publishEvent(new Paid("ann", 1));
				assertThatExceptionOfType(MailboxFullException.class)
					.isThrownBy(() -> context.publishEvent(new Closed(List.of("ann", "bob"))));
				registry.resume("account", "ann");
				drained(context, "account");
				assertThat(this.journal.entries).containsExactlyInAnyOrder("ann paid 1", "bob closed");
			});
	}

	@Test
	void S17_anEventStartsNoMoreInstancesThanThereMayBe() {
		this.runner.withUserConfiguration(AccountServer.class)
			.withPropertyValues("genserver.servers.account.max-instances=1")
			.run((context) -> {
				context.publishEvent(new Closed(List.of("ann", "bob")));
				drained(context, "account");
				assertThat(this.journal.entries).containsExactly("ann closed");
			});
	}

	@ParameterizedTest
	@ValueSource(classes = { Unread.class, NoSuchVariable.class, NotKeyed.class, NotListening.class, NoKey.class })
	void whatCannotBeRightFailsTheStart(Class<?> server) {
		this.runner.withUserConfiguration(server).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(context.getStartupFailure()).isInstanceOf(InvalidOperationException.class)
				.hasMessageContaining(server.getSimpleName() + ".on")
				.hasMessageContaining((String) server.getDeclaredField("WHY").get(null));
		});
	}

	private static void drained(ApplicationContext context, String name) {
		GenServerRegistry registry = context.getBean(GenServerRegistry.class);
		registry.instances(name, 100)
			.forEach((each) -> registry.ref(AccountServer.class, each.key()).call(AccountServer::name));
	}

	record Paid(String account, int amount) {
	}

	record Closed(@Nullable Object accounts) {
	}

	record Moved(@Nullable String account, boolean far) {
	}

	record Broken(@Nullable String account) {
	}

	@GenServer(name = "account", keyed = true)
	static class AccountServer {

		private final Journal journal;

		private final @Nullable String key = GenServerContext.current().key();

		AccountServer(Journal journal) {
			this.journal = journal;
		}

		@Nullable String name() {
			return this.key;
		}

		@EventListener
		@Keyed.By("#paid.account()")
		void on(Paid paid) {
			this.journal.add(this.key + " paid " + paid.amount());
		}

		@EventListener
		@Keyed.By("#event.accounts()")
		void on(Closed event) {
			this.journal.add(this.key + " closed");
		}

		@EventListener(condition = "#a0.far()")
		@Keyed.By("@owners[#root.args[0].account()]")
		void on(Moved moved) {
			this.journal.add(this.key + " moved " + moved.account());
		}

		@EventListener
		@Keyed.By("#broken.account().length()")
		void on(Broken broken) {
			this.journal.add(this.key + " broken");
		}

	}

	@GenServer(name = "unread", keyed = true)
	static class Unread {

		static final String WHY = "which is no expression of the Spring Expression Language";

		@EventListener
		@Keyed.By("#paid.account(")
		void on(Paid paid) {
		}

	}

	@GenServer(name = "no-such-variable", keyed = true)
	static class NoSuchVariable {

		static final String WHY = "there is no variable #event; there are #a0, #p0, #paid, #root, #this";

		@EventListener
		@Keyed.By("#event.account()")
		void on(Paid paid) {
		}

	}

	@GenServer("not-keyed")
	static class NotKeyed {

		static final String WHY = "is not keyed: it has one instance";

		@EventListener
		@Keyed.By("#paid.account()")
		void on(Paid paid) {
		}

	}

	@GenServer(name = "not-listening", keyed = true)
	static class NotListening {

		static final String WHY = "but listens to none";

		@Keyed.By("#paid.account()")
		void on(Paid paid) {
		}

	}

	@GenServer(name = "no-key", keyed = true)
	static class NoKey {

		static final String WHY = "nothing says which instances an event is for";

		@EventListener
		void on(Paid paid) {
		}

	}

}
