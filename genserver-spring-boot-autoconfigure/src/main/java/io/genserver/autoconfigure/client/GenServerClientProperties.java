package io.genserver.autoconfigure.client;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * Configuration properties of the clients: connections of this application to the servers
 * of others.
 */
@ConfigurationProperties("genserver")
public class GenServerClientProperties {

	/**
	 * Clients, by names of your choice.
	 */
	private final Map<String, Client> clients = new LinkedHashMap<>();

	public Map<String, Client> getClients() {
		return this.clients;
	}

	/**
	 * One client.
	 * <p>
	 * The prefix is where the keys are in the metadata, which so describes what is below
	 * a name. It is never bound to: the map is.
	 */
	@ConfigurationProperties("genserver.clients.*")
	public static class Client {

		/**
		 * Address of the endpoint, such as 'ws://localhost:8080/ws'. Needed.
		 */
		private @Nullable URI uri;

		/**
		 * Time a call may take in all, unless its contract says otherwise.
		 */
		private Duration callTimeout = Duration.ofSeconds(5);

		/**
		 * Time connecting may take, the handshake included.
		 */
		private Duration connectTimeout = Duration.ofSeconds(10);

		/**
		 * How long arguments and replies may be, encoded.
		 */
		private DataSize maxMessageSize = DataSize.ofMegabytes(4);

		/**
		 * Calls that may be open at once; more wait within their deadline.
		 */
		private int maxCalls = 1024;

		/**
		 * Calls that may wait, for a place among those that are open, and for a
		 * connection; more fail at once.
		 */
		private int maxWaitingCalls = 1024;

		/**
		 * What to speak: 'auto' is ext mode where the other end knows it, 'base' is what
		 * stock muxio servers know.
		 */
		private Mode mode = Mode.AUTO;

		/**
		 * Name of the encoding of arguments and replies, such as 'cbor'. JSON by default.
		 */
		private @Nullable String codec;

		/**
		 * Whether health is DOWN while this client has no connection. Otherwise that is a
		 * detail: what watches health must not restart this application because another
		 * is away.
		 */
		private boolean required;

		/**
		 * Headers of the handshake, for credentials for instance.
		 */
		private final Map<String, String> headers = new LinkedHashMap<>();

		/**
		 * Servers to have injected as if they were of this application, by their names.
		 * The value is the contract, an interface; it may be left empty if this
		 * application has the server's class.
		 */
		private final Map<String, RemoteServer> servers = new LinkedHashMap<>();

		private final KeepAlive keepAlive = new KeepAlive();

		private final Reconnect reconnect = new Reconnect();

		private final Ssl ssl = new Ssl();

		public @Nullable URI getUri() {
			return this.uri;
		}

		public void setUri(@Nullable URI uri) {
			this.uri = uri;
		}

		public boolean isRequired() {
			return this.required;
		}

		public void setRequired(boolean required) {
			this.required = required;
		}

		public Duration getCallTimeout() {
			return this.callTimeout;
		}

		public void setCallTimeout(Duration callTimeout) {
			this.callTimeout = callTimeout;
		}

		public Duration getConnectTimeout() {
			return this.connectTimeout;
		}

		public void setConnectTimeout(Duration connectTimeout) {
			this.connectTimeout = connectTimeout;
		}

		public DataSize getMaxMessageSize() {
			return this.maxMessageSize;
		}

		public void setMaxMessageSize(DataSize maxMessageSize) {
			this.maxMessageSize = maxMessageSize;
		}

		public int getMaxCalls() {
			return this.maxCalls;
		}

		public void setMaxCalls(int maxCalls) {
			this.maxCalls = maxCalls;
		}

		public int getMaxWaitingCalls() {
			return this.maxWaitingCalls;
		}

		public void setMaxWaitingCalls(int maxWaitingCalls) {
			this.maxWaitingCalls = maxWaitingCalls;
		}

		public Mode getMode() {
			return this.mode;
		}

		public void setMode(Mode mode) {
			this.mode = mode;
		}

		public @Nullable String getCodec() {
			return this.codec;
		}

		public void setCodec(@Nullable String codec) {
			this.codec = codec;
		}

		public Map<String, String> getHeaders() {
			return this.headers;
		}

		public Map<String, RemoteServer> getServers() {
			return this.servers;
		}

		public KeepAlive getKeepAlive() {
			return this.keepAlive;
		}

		public Reconnect getReconnect() {
			return this.reconnect;
		}

		public Ssl getSsl() {
			return this.ssl;
		}

		/**
		 * What a client speaks.
		 */
		public enum Mode {

			/** Ext mode where the other end knows it. */
			AUTO,

			/** Base mode only. */
			BASE

		}

	}

	/**
	 * How a connection that was lost without notice is found.
	 */
	public static class KeepAlive {

		/**
		 * Silence after which the other end is asked for a sign of life.
		 */
		private Duration interval = Duration.ofSeconds(25);

		/**
		 * Silence after that which ends the connection.
		 */
		private Duration timeout = Duration.ofSeconds(10);

		public Duration getInterval() {
			return this.interval;
		}

		public void setInterval(Duration interval) {
			this.interval = interval;
		}

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = timeout;
		}

	}

	/**
	 * How long to wait before a lost connection is made again.
	 */
	public static class Reconnect {

		/**
		 * Limit of the random pause before the first attempt; it doubles with each.
		 */
		private Duration initial = Duration.ofMillis(200);

		/**
		 * Greatest limit of the pause.
		 */
		private Duration max = Duration.ofSeconds(20);

		public Duration getInitial() {
			return this.initial;
		}

		public void setInitial(Duration initial) {
			this.initial = initial;
		}

		public Duration getMax() {
			return this.max;
		}

		public void setMax(Duration max) {
			this.max = max;
		}

	}

	/**
	 * TLS, for addresses that begin with 'wss:'.
	 */
	public static class Ssl {

		/**
		 * Name of the SSL bundle to connect with. The JVM's certificates by default.
		 */
		private @Nullable String bundle;

		public @Nullable String getBundle() {
			return this.bundle;
		}

		public void setBundle(@Nullable String bundle) {
			this.bundle = bundle;
		}

	}

	/**
	 * A server of the other process.
	 */
	public static class RemoteServer {

		/**
		 * Its contract, an interface.
		 */
		private @Nullable String contract;

		/**
		 * Whether it has an instance per key; known if this application has its class.
		 */
		private @Nullable Boolean keyed;

		/**
		 * Read the short form, which is the contract only.
		 * @param contract name of the contract, empty if it is known
		 * @return the server
		 */
		public static RemoteServer valueOf(String contract) {
			RemoteServer server = new RemoteServer();
			server.contract = contract.isBlank() ? null : contract.strip();
			return server;
		}

		public @Nullable String getContract() {
			return this.contract;
		}

		public void setContract(@Nullable String contract) {
			this.contract = contract;
		}

		public @Nullable Boolean getKeyed() {
			return this.keyed;
		}

		public void setKeyed(@Nullable Boolean keyed) {
			this.keyed = keyed;
		}

	}

}
