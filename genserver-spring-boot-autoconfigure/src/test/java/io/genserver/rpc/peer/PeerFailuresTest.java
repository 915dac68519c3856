package io.genserver.rpc.peer;

import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.genserver.CallCycleException;
import io.genserver.GenServerException;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerTimeoutException.Details;
import io.genserver.GenServerTimeoutException.Phase;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.NoSuchServerException;
import io.genserver.ServerInfo;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.WireMode;
import io.genserver.remote.RpcAuthorization;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.codec.CodecException;
import io.genserver.rpc.inbound.Disclosure;
import io.genserver.rpc.inbound.ExposedOperations;
import io.genserver.rpc.peer.RawPeer.Reply;
import io.genserver.rpc.server.ErrorTexts;
import io.genserver.rpc.server.ErrorTexts.AuthenticatedPrincipals;
import io.genserver.rpc.server.ErrorTexts.IncludeMessage;
import io.genserver.runtime.message.FailureLog;
import io.genserver.testsupport.ApplicationsOwnException;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.PeerContexts;
import io.genserver.testsupport.RealThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.FlowAdapters;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.server.ResponseStatusException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What of every kind of failure a peer gets to read, in both modes, with a principal or
 * none, by what is configured. Every text holds the secret: it is in the bytes the peer
 * gets only where the table has it so.
 */
@ExtendWith(BufferLeaks.class)
@RealThreads
class PeerFailuresTest {

	private static final String SECRET = "secret=42";

	private static final Pattern ID = Pattern.compile("\\(error id ([0-9a-f]{8})\\)");

	private final Thrower thrower = new Thrower();

	private final TestServers servers = new TestServers().add("thrower", this.thrower)
		.add("picky", new Picky())
		.start();

	private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

	private final Logger target = (Logger) LoggerFactory.getLogger("io.genserver.rpc.inbound.PeerFailures");

	private final List<RawPeer> peers = new ArrayList<>();

	@BeforeEach
	void listen() {
		this.lines.start();
		this.target.setAdditive(false);
		this.target.setLevel(Level.INFO);
		this.target.addAppender(this.lines);
	}

	@AfterEach
	void stop() {
		this.target.detachAppender(this.lines);
		this.target.setAdditive(true);
		this.target.setLevel(null);
		this.peers.forEach(RawPeer::disconnect);
		this.servers.close();
	}

	private RawPeer peer(Setting setting, @Nullable RpcAuthorization authorization) {
		PeerContext known = this.servers.context(ProtocolLimits.defaults());
		Disclosure texts = new ErrorTexts(setting.include(), List.of(Listed.class), AuthenticatedPrincipals.ALL);
		ExposedOperations exposed = known.exposure().operations();
		exposed.offer("broken", true, () -> {
			throw new IllegalStateException(SECRET);
		});
		Principal principal = setting.principal() ? () -> "ada" : null;
		RawPeer peer = new RawPeer(setting.mode(),
				PeerContexts.of(known.connection().limits(), known.extLimits(), known.exposure().streamFailure(),
						exposed, known.connection().workers(), known.connection().clock(), authorization, texts,
						new FailureLog(known.connection().clock())),
				7, new MemoryTransport(principal));
		this.peers.add(peer);
		return peer;
	}

	@ParameterizedTest
	@MethodSource("table")
	void aPeerReadsWhatItMay(Setting setting, Kind kind) {
		RawPeer peer = peer(setting, null);
		this.thrower.failure = kind.failure();
		boolean shown = setting.shows(kind.rule());
		for (String operation : List.of("fail", "later", "stream")) {
			Reply reply = operation.equals("stream") ? peer.stream("thrower.stream", "")
					: peer.call("thrower." + operation, "");
			peer.pumpUntil(reply::isOver);
			assertTold(setting, reply, shown, kind.rule() != Rule.DELIBERATE || !shown);
		}
		if (setting.mode() == WireMode.EXT) {
			Reply reply = peer.stream("thrower.broken", "");
			peer.pumpUntil(reply::isOver);
			assertThat(reply.items).containsExactly("1");
			assertTold(setting, reply, shown, kind.rule() != Rule.DELIBERATE || !shown);
		}
		assertThat(peer.transport.closed).isNull();
	}

	static List<Arguments> table() {
		List<Arguments> rows = new ArrayList<>();
		for (Setting setting : Setting.all()) {
			kinds().forEach((kind) -> rows.add(Arguments.of(setting, kind)));
		}
		return rows;
	}

	private static List<Kind> kinds() {
		return List.of(kind("of the application", Rule.ANY, () -> new IllegalStateException(SECRET)),
				kind("checked", Rule.ANY, () -> new SQLException(SECRET)),
				kind("wrapped by a stage", Rule.ANY, () -> new CompletionException(new IllegalStateException(SECRET))),
				kind("with its cause as text", Rule.ANY, () -> new RuntimeException(new IllegalStateException(SECRET))),
				kind("with a public cause", Rule.ANY, () -> new IllegalStateException(SECRET, new Listed("public"))),
				kind("application's own subclass of ours", Rule.ANY, () -> new ApplicationsOwnException(SECRET)),
				kind("RpcException", Rule.DELIBERATE,
						() -> new RpcException(Status.NOT_FOUND, "word", SECRET, false, false, null)),
				kind("ResponseStatus", Rule.PUBLIC, () -> new Annotated(SECRET, null)),
				kind("ErrorResponse", Rule.PUBLIC, () -> new ResponseStatusException(HttpStatus.GONE, SECRET)),
				kind("listed", Rule.PUBLIC, () -> new Listed(SECRET)),
				kind("subclass of one listed", Rule.PUBLIC, () -> new Sublisted(SECRET)),
				kind("ResponseStatus with its cause as text", Rule.ANY,
						() -> new Annotated("java.sql.SQLException: " + SECRET, new SQLException(SECRET))),
				kind("NullPointerException", Rule.NEVER, () -> new NullPointerException(SECRET)),
				kind("ClassCastException", Rule.NEVER, () -> new ClassCastException(SECRET)),
				kind("Error", Rule.NEVER, () -> new AssertionError(SECRET)),
				kind("of another server: timeout", Rule.NEVER, () -> new GenServerTimeoutException(details())),
				kind("of another server: mailbox full", Rule.NEVER, () -> new MailboxFullException(SECRET)),
				kind("of another server: unavailable", Rule.NEVER,
						() -> new GenServerUnavailableException(SECRET, true)),
				kind("of another server: stopped", Rule.NEVER, () -> new GenServerUnavailableException(SECRET, false)),
				kind("of another server: none such", Rule.NEVER, () -> new NoSuchServerException(SECRET)),
				kind("of another server: cycle", Rule.NEVER,
						() -> new CallCycleException(List.of(SECRET, "a", SECRET))),
				kind("of this library", Rule.NEVER, () -> new GenServerException(SECRET, false)),
				kind("of another process", Rule.NEVER,
						() -> new RpcException(Status.NOT_FOUND, SECRET, SECRET, false, false, null).asReceived()),
				kind("of another process: codec", Rule.NEVER, () -> new CodecException(SECRET)));
	}

	/** A message of another server, which another handler runs. */
	private static Details details() {
		return new Details(SECRET, SECRET, SECRET, Duration.ofSeconds(1), Phase.QUEUED, Duration.ZERO, Duration.ZERO,
				Duration.ZERO, 987654321, 987654321, new ServerInfo.InFlight(SECRET, Duration.ZERO, SECRET), SECRET);
	}

	private void assertTold(Setting setting, Reply reply, boolean shown, boolean logged) {
		String bytes = new String(reply.payload, StandardCharsets.ISO_8859_1);
		assertThat(bytes.contains(SECRET)).as("%s: %s", setting, bytes).isEqualTo(shown);
		assertThat(bytes).doesNotContain("987654321").doesNotContain("at io.");
		if (!shown) {
			assertThat(bytes).doesNotContain("Exception").doesNotContain("Error:");
		}
		String text = bytes;
		String details = "";
		if (setting.mode() == WireMode.EXT) {
			ExtError error = ExtError.decode(reply.status, reply.payload);
			text = error.message();
			details = new String(error.details(), StandardCharsets.UTF_8);
		}
		assertThat(text).isNotBlank();
		Matcher id = ID.matcher(text);
		assertThat(id.find()).as(text).isEqualTo(logged);
		if (!logged) {
			return;
		}
		if (setting.mode() == WireMode.EXT) {
			assertThat(details).isEqualTo("{\"errorId\":\"" + id.group(1) + "\"}");
		}
		String found = id.group(1);
		assertThat(this.lines.list).anySatisfy((line) -> {
			assertThat(line.getLevel()).isIn(Level.WARN, Level.ERROR);
			assertThat(line.getFormattedMessage()).contains(found);
			assertThat(ThrowableProxyUtil.asString(line.getThrowableProxy())).contains(SECRET);
		});
	}

	@ParameterizedTest
	@MethodSource("settings")
	void whatAConstructorSaysOfArgumentsFollowsTheSameRule(Setting setting) {
		RawPeer peer = peer(setting, null);
		for (Reply reply : List.of(peer.call("picky.take", "{\"value\":5}"),
				peer.stream("picky.each", "{\"value\":5}"))) {
			peer.pumpUntil(reply::isOver);
			String bytes = new String(reply.payload, StandardCharsets.ISO_8859_1);
			assertThat(bytes).contains("parameter positive must be a Positive");
			assertThat(bytes.contains(SECRET)).isEqualTo(setting.shows(Rule.ANY));
		}
		Reply wrong = peer.call("picky.take", "{");
		peer.pumpUntil(wrong::isOver);
		assertThat(wrong.text()).contains("not valid JSON");
	}

	@ParameterizedTest
	@MethodSource("settings")
	void soDoesWhatAnAuthorizationSays(Setting setting) {
		RpcException deliberate = new RpcException(Status.PERMISSION_DENIED, SECRET, true);
		record Row(CompletionStage<Boolean> decision, boolean shown, boolean logged) {
		}
		for (Row row : List.of(
				new Row(CompletableFuture.failedFuture(deliberate), setting.shows(Rule.DELIBERATE),
						!setting.shows(Rule.DELIBERATE)),
				new Row(CompletableFuture.failedFuture(new IllegalStateException(SECRET)), false, true),
				new Row(CompletableFuture.failedFuture(new CancellationException(SECRET)), false, true))) {
			RawPeer peer = peer(setting, (caller, called) -> row.decision());
			Reply reply = peer.call("thrower.fail", "");
			peer.pumpUntil(reply::isOver);
			assertTold(setting, reply, row.shown(), row.logged());
		}
		RawPeer peer = peer(setting, (caller, called) -> CompletableFuture.completedFuture(false));
		Reply reply = peer.call("thrower.fail", "");
		peer.pumpUntil(reply::isOver);
		assertThat(new String(reply.payload, StandardCharsets.UTF_8)).contains("thrower.fail: permission denied");
	}

	@ParameterizedTest
	@MethodSource("settings")
	void aReplyThatCannotBeEncodedAndABuiltInMethodThatFailsSayNothing(Setting setting) {
		RawPeer peer = peer(setting, null);
		for (String operation : List.of("thrower.unwritable", "$rpc.broken")) {
			Reply reply = peer.call(operation, "");
			peer.pumpUntil(reply::isOver);
			assertTold(setting, reply, false, true);
		}
		Reply reply = peer.stream("thrower.unwritables", "");
		peer.pumpUntil(reply::isOver);
		assertTold(setting, reply, false, true);
	}

	@ParameterizedTest
	@MethodSource("settings")
	void ofItsOwnCallsTimeAPeerReadsTheTimesOnly(Setting setting) {
		RawPeer peer = peer(setting, null);
		this.thrower.failure = () -> new GenServerTimeoutException(new Details("thrower", null, "fail",
				Duration.ofMillis(70), Phase.RUNNING, Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(67),
				987654321, 987654321, details().inFlight(), SECRET));
		Reply reply = peer.call("thrower.fail", "");
		peer.pumpUntil(reply::isOver);
		String bytes = new String(reply.payload, StandardCharsets.ISO_8859_1);
		assertThat(bytes)
			.contains("thrower.fail: timed out after 70 ms in phase RUNNING (room 1 ms, queued 2 ms, running 67 ms)")
			.doesNotContain("987654321")
			.doesNotContain(SECRET);
	}

	static List<Setting> settings() {
		return Setting.all();
	}

	private static Kind kind(String name, Rule rule, Supplier<Throwable> failure) {
		return new Kind(name, rule, failure);
	}

	/** Whose text is shown to whom. */
	private enum Rule {

		/** To peers that are authenticated, or to all. */
		ANY,

		/** To all, unless to none. */
		PUBLIC,

		/** The same, and no failure of the server. */
		DELIBERATE,

		/** To none. */
		NEVER

	}

	private record Kind(String name, Rule rule, Supplier<Throwable> failure) {

		@Override
		public String toString() {
			return this.name;
		}

	}

	record Setting(WireMode mode, boolean principal, IncludeMessage include) {

		static List<Setting> all() {
			List<Setting> all = new ArrayList<>();
			for (WireMode mode : WireMode.values()) {
				for (IncludeMessage include : IncludeMessage.values()) {
					all.add(new Setting(mode, true, include));
					all.add(new Setting(mode, false, include));
				}
			}
			return all;
		}

		boolean shows(Rule rule) {
			return switch (this.include) {
				case NEVER -> false;
				case ALWAYS -> rule != Rule.NEVER;
				case AUTHENTICATED ->
					rule == Rule.PUBLIC || rule == Rule.DELIBERATE || (rule == Rule.ANY && this.principal);
			};
		}

	}

	interface Throws {

		String fail() throws Throwable;

		CompletionStage<String> later();

		Flow.Publisher<Integer> stream();

		Flow.Publisher<Integer> broken();

		Unwritable unwritable();

		Flow.Publisher<Unwritable> unwritables();

	}

	interface Picks {

		String take(Positive positive);

		Flow.Publisher<String> each(Positive positive);

	}

	static final class Thrower implements Throws {

		volatile Supplier<Throwable> failure = () -> new IllegalStateException("none was set");

		@Override
		public String fail() throws Throwable {
			throw this.failure.get();
		}

		@Override
		public CompletionStage<String> later() {
			return CompletableFuture.supplyAsync(() -> "", CompletableFuture.delayedExecutor(1, TimeUnit.MILLISECONDS))
				.thenCompose((nothing) -> CompletableFuture.failedFuture(this.failure.get()));
		}

		@Override
		public Flow.Publisher<Integer> stream() {
			return FlowAdapters.toFlowPublisher(Flux.error(this.failure.get()));
		}

		@Override
		public Flow.Publisher<Integer> broken() {
			return FlowAdapters.toFlowPublisher(Flux.just(1).concatWith(Flux.error(this.failure.get())));
		}

		@Override
		public Unwritable unwritable() {
			return new Unwritable();
		}

		@Override
		public Flow.Publisher<Unwritable> unwritables() {
			return FlowAdapters.toFlowPublisher(Flux.just(new Unwritable()));
		}

	}

	static final class Picky implements Picks {

		@Override
		public String take(Positive positive) {
			return "taken";
		}

		@Override
		public Flow.Publisher<String> each(Positive positive) {
			return FlowAdapters.toFlowPublisher(Flux.just("taken"));
		}

	}

	record Positive(int value) {

		Positive {
			throw new IllegalArgumentException(SECRET);
		}

	}

	public static final class Unwritable {

		public String getText() {
			throw new IllegalStateException(SECRET);
		}

	}

	@ResponseStatus(HttpStatus.GONE)
	private static final class Annotated extends RuntimeException {

		private static final long serialVersionUID = 1L;

		Annotated(String message, @Nullable Throwable cause) {
			super(message, cause);
		}

	}

	private static class Listed extends RuntimeException {

		private static final long serialVersionUID = 1L;

		Listed(String message) {
			super(message);
		}

	}

	private static final class Sublisted extends Listed {

		private static final long serialVersionUID = 1L;

		Sublisted(String message) {
			super(message);
		}

	}

}
