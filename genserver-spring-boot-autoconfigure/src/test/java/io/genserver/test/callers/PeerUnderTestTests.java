package io.genserver.test.callers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.genserver.Caller;
import io.genserver.DeadLetter;
import io.genserver.GenServerRegistry;
import io.genserver.GenServerTimeoutException;
import io.genserver.MailboxFullException;
import io.genserver.NoSuchServerException;
import io.genserver.remote.RpcAuthorization;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.test.AutoConfigureVirtualTime;
import io.genserver.test.GenServerTest;
import io.genserver.test.PeerUnderTest;
import io.genserver.test.ServersUnderTest;
import io.genserver.test.VirtualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.test.annotation.DirtiesContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** Rules on callers and what belongs to a thread, in a slice. */
@GenServerTest(properties = "genserver.servers.desk.mailbox.capacity=4")
@AutoConfigureVirtualTime
@DirtiesContext
class PeerUnderTestTests {

	private static final TestingAuthenticationToken ANN = new TestingAuthenticationToken("ann", "", "ROLE_CLERK");

	private static final TestingAuthenticationToken BOB = new TestingAuthenticationToken("bob", "", "ROLE_GUEST");

	@Autowired
	Desk desk;

	@Autowired
	ServersUnderTest servers;

	@Autowired
	GenServerRegistry registry;

	@AfterEach
	void clear() {
		MDC.clear();
		SecurityContextHolder.clearContext();
	}

	private static Desk desk(PeerUnderTest peer) {
		return peer.server("desk", Desk.class);
	}

	@Test
	void aHandlerSeesTheRemoteCallerHoweverItIsCalled(ServersUnderTest servers) {
		Desk ann = desk(servers.as(ANN));
		assertThat(ann.who()).isEqualTo("ann as ann");
		assertThat(ann.whoLater().join()).isEqualTo("ann as ann");
		assertThat(ann.whoLazily().block()).isEqualTo("ann");
		assertThat(ann.whoAgain().collectList().block()).containsExactly("ann as ann", "ann as ann");
		assertThat(this.desk.who()).isEqualTo("thread as null");
	}

	@Test
	void anAnonymousCallerHasNoPrincipal(ServersUnderTest servers) {
		PeerUnderTest stranger = servers.asAnonymous();
		assertThat(stranger.caller().principal()).isNull();
		assertThat(desk(stranger).who()).isEqualTo("stranger as null");
		assertThat(desk(stranger).whoLazily().block()).isEqualTo("none");
	}

	@Test
	void aPrincipalThatIsNoAuthenticationIsNoneForSpringSecurity(ServersUnderTest servers) {
		assertThat(desk(servers.as(() -> "carl")).who()).isEqualTo("carl as null");
	}

	@Test
	void securityAnnotationsDecideByTheCaller(ServersUnderTest servers) {
		assertThat(desk(servers.as(ANN)).files()).isEqualTo("files");
		assertThat(refusal(desk(servers.as(BOB))::files)).isEqualTo(Status.PERMISSION_DENIED);
		assertThat(refusal(desk(servers.asAnonymous())::files)).isEqualTo(Status.UNAUTHENTICATED);
	}

	@Test
	void aRuleOfTheHandlersOwnDecidesByTheCaller(ServersUnderTest servers) {
		desk(servers.as(ANN)).sign();
		assertThat(refusal(desk(servers.as(BOB))::sign)).isEqualTo(Status.PERMISSION_DENIED);
		assertThat(refusal(this.desk::sign)).isEqualTo(Status.PERMISSION_DENIED);
	}

	@Test
	void authorizationsAreAskedOfPeersAlone() {
		ServersUnderTest servers = this.servers;
		GenServerRegistry registry = this.registry;
		assertThat(desk(servers.as(ANN)).guarded()).isEqualTo("guarded");
		assertThat(this.desk.guarded()).isEqualTo("guarded");
		Desk bob = desk(servers.as(BOB));
		long before = registry.info("desk").processed();
		RpcException refusal = catchThrowableOfType(RpcException.class, bob::guarded);
		assertThat(refusal.status()).isEqualTo(Status.PERMISSION_DENIED);
		assertThat(refusal.notExecuted()).isTrue();
		assertThat(refusal).hasMessageContaining("desk.guarded");
		assertThat(registry.info("desk").processed()).isEqualTo(before);
		assertThat(refusal(desk(servers.asAnonymous())::guarded)).as("what the rule itself says")
			.isEqualTo(Status.UNAUTHENTICATED);
		assertThat(refusal(desk(servers.as(() -> "broken"))::guarded)).as("a rule that fails refuses")
			.isEqualTo(Status.PERMISSION_DENIED);
	}

	@Test
	void nothingOfTheTestsThreadGoesAlong(ServersUnderTest servers) {
		MDC.put("who", "test");
		SecurityContextHolder.getContext().setAuthentication(BOB);
		Desk stranger = desk(servers.asAnonymous());
		assertThat(stranger.diagnostics()).isNull();
		assertThat(stranger.who()).isEqualTo("stranger as null");
		assertThat(desk(servers.as(ANN)).who()).isEqualTo("ann as ann");
	}

	@Test
	void contextsFollowOtherMessagesAsInProduction() {
		MDC.put("who", "test");
		SecurityContextHolder.getContext().setAuthentication(BOB);
		assertThat(this.desk.diagnostics()).isEqualTo("test");
		assertThat(this.desk.who()).isEqualTo("thread as bob");
		assertThat(this.desk.whoLazily().block()).isEqualTo("bob");
		MDC.clear();
		SecurityContextHolder.clearContext();
		assertThat(this.desk.diagnostics()).isNull();
		assertThat(this.desk.who()).isEqualTo("thread as null");
	}

	@Test
	void messagesOfOneCallerKeepTheirOrder(ServersUnderTest servers) {
		Desk ann = desk(servers.as(ANN));
		List<String> expected = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			ann.note("n" + i);
			expected.add("ann n" + i);
			assertThat(ann.notes()).isEqualTo(expected);
		}
	}

	@Test
	void aFullMailboxRefusesAPeerAtOnce(ServersUnderTest servers, @Autowired GenServerRegistry registry) {
		registry.suspend("desk");
		Desk ann = desk(servers.as(ANN));
		for (int i = 0; i < 4; i++) {
			ann.note("n");
		}
		assertThatExceptionOfType(MailboxFullException.class).isThrownBy(ann::who);
		assertThat(ann.whoLater()).failsWithin(Duration.ZERO)
			.withThrowableThat()
			.withCauseInstanceOf(MailboxFullException.class);
		ann.note("one too many");
		assertThat(servers.deadLetters()).extracting(DeadLetter::operation).contains("note");
		registry.resume("desk");
		servers.settle();
		assertThat(ann.notes()).hasSize(4);
	}

	@Test
	void aCallOfAPeerHasADeadlineInVirtualTime(ServersUnderTest servers, VirtualTime time) {
		CompletableFuture<String> slow = desk(servers.as(ANN)).slow();
		time.advance(Duration.ofSeconds(4));
		assertThat(slow).isNotDone();
		time.advance(Duration.ofSeconds(1));
		assertThat(slow.exceptionNow()).isInstanceOf(GenServerTimeoutException.class);
	}

	@Test
	void instancesOfAKeyedServerAreReachedByTheirKeys(ServersUnderTest servers) {
		PeerUnderTest ann = servers.as(ANN);
		PeerUnderTest again = servers.as(ANN);
		assertThat(ann.server("drawer", "top", Drawer.class).open()).isEqualTo("top " + ann.caller().connection());
		assertThat(again.server("drawer", "top", Drawer.class).open()).isEqualTo("top " + again.caller().connection());
		assertThat(again.caller().connection()).isNotEqualTo(ann.caller().connection());
	}

	@Test
	void whatCannotBeCalledIsNamed(ServersUnderTest servers) {
		PeerUnderTest ann = servers.as(ANN);
		assertThatIllegalArgumentException().isThrownBy(() -> ann.server("desk", Drawer.class))
			.withMessageContaining("is not a contract of server desk");
		assertThatIllegalArgumentException().isThrownBy(() -> ann.server("drawer", Drawer.class))
			.withMessageContaining("keyed: give the key");
		assertThatIllegalArgumentException().isThrownBy(() -> ann.server("desk", "key", Desk.class))
			.withMessageContaining("not keyed");
		assertThatIllegalArgumentException().isThrownBy(() -> ann.server("drawer", "", Drawer.class))
			.withMessageContaining("must not be empty");
		assertThatIllegalArgumentException().isThrownBy(() -> ann.server("drawer", null, Drawer.class))
			.withMessageContaining("must not be null");
		assertThatExceptionOfType(NoSuchServerException.class).isThrownBy(() -> ann.server("shelf", Desk.class));
	}

	private static Status refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
		return catchThrowableOfType(RpcException.class, call).status();
	}

	@TestConfiguration
	@EnableMethodSecurity
	static class Rules {

		@Bean
		RpcAuthorization lenient() {
			return (caller, target) -> CompletableFuture.completedFuture(true);
		}

		@Bean
		RpcAuthorization strict() {
			return new Strict();
		}

	}

	static class Strict implements RpcAuthorization {

		@Override
		public CompletableFuture<Boolean> authorize(Caller.Remote caller, Target target) {
			if (!target.operation().equals("guarded")) {
				return CompletableFuture.completedFuture(true);
			}
			if (caller.principal() == null) {
				return CompletableFuture.failedFuture(new RpcException(Status.UNAUTHENTICATED, "who are you", true));
			}
			if (caller.principal().getName().equals("broken")) {
				throw new IllegalStateException("on purpose");
			}
			return CompletableFuture.completedFuture(caller.principal().getName().equals("ann"));
		}

	}

}
