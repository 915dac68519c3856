package io.genserver.autoconfigure.rpc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.rpc.server.BuiltInMethods.Describe;
import io.genserver.rpc.server.ErrorTexts.IncludeMessage;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * Configuration properties of the RPC endpoint.
 */
@ConfigurationProperties("genserver.rpc")
public class GenServerRpcProperties {

	/**
	 * Whether to accept RPC connections.
	 */
	private boolean enabled;

	/**
	 * Path at which WebSocket connections are accepted.
	 */
	private String path = "/ws";

	/**
	 * Names of the servers (kv) and operations (kv.get) that clients may call, in which
	 * '*' stands for any characters. Nothing may be called that is neither listed here
	 * nor exposed by 'genserver.servers.NAME.rpc.exposed'.
	 */
	private List<String> exposed = new ArrayList<>();

	/**
	 * Who may ask by '$rpc.describe' what there is to call, with the types of arguments
	 * and replies.
	 */
	private Describe describe = Describe.OFF;

	/**
	 * Origins (https://example.com), or patterns of them (https://*.example.com), from
	 * which browsers may connect in addition to the application's own. Behind a proxy,
	 * set 'server.forward-headers-strategy' for the application to know its own.
	 */
	private List<String> allowedOrigins = new ArrayList<>();

	/**
	 * Whether to refuse requests without an Origin header, as most clients that are no
	 * browsers send them.
	 */
	private boolean requireOrigin;

	/**
	 * Number of connections there may be at once, at least 1.
	 */
	private int maxConnections = 10_000;

	/**
	 * Number of connections there may be at once of one principal, at least 1; unlimited
	 * unless set. Connections without a principal do not count.
	 */
	private @Nullable Integer maxConnectionsPerPrincipal;

	/**
	 * Number of connections there may be at once from one address, at least 1; unlimited
	 * unless set. Behind a proxy, set 'server.forward-headers-strategy', or all clients
	 * have the proxy's address.
	 */
	private @Nullable Integer maxConnectionsPerAddress;

	private final Lifecycle lifecycle = new Lifecycle();

	private final Keepalive keepalive = new Keepalive();

	private final Limits limits = new Limits();

	private final Base base = new Base();

	private final Ext ext = new Ext();

	private final Typescript typescript = new Typescript();

	private final Errors errors = new Errors();

	public Lifecycle getLifecycle() {
		return this.lifecycle;
	}

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public String getPath() {
		return this.path;
	}

	public void setPath(String path) {
		this.path = path;
	}

	public List<String> getExposed() {
		return this.exposed;
	}

	public void setExposed(List<String> exposed) {
		this.exposed = exposed;
	}

	public Describe getDescribe() {
		return this.describe;
	}

	public void setDescribe(Describe describe) {
		this.describe = describe;
	}

	public List<String> getAllowedOrigins() {
		return this.allowedOrigins;
	}

	public void setAllowedOrigins(List<String> allowedOrigins) {
		this.allowedOrigins = allowedOrigins;
	}

	public boolean isRequireOrigin() {
		return this.requireOrigin;
	}

	public void setRequireOrigin(boolean requireOrigin) {
		this.requireOrigin = requireOrigin;
	}

	public int getMaxConnections() {
		return this.maxConnections;
	}

	public void setMaxConnections(int maxConnections) {
		this.maxConnections = maxConnections;
	}

	public @Nullable Integer getMaxConnectionsPerPrincipal() {
		return this.maxConnectionsPerPrincipal;
	}

	public void setMaxConnectionsPerPrincipal(@Nullable Integer maxConnectionsPerPrincipal) {
		this.maxConnectionsPerPrincipal = maxConnectionsPerPrincipal;
	}

	public @Nullable Integer getMaxConnectionsPerAddress() {
		return this.maxConnectionsPerAddress;
	}

	public void setMaxConnectionsPerAddress(@Nullable Integer maxConnectionsPerAddress) {
		this.maxConnectionsPerAddress = maxConnectionsPerAddress;
	}

	public Keepalive getKeepalive() {
		return this.keepalive;
	}

	public Limits getLimits() {
		return this.limits;
	}

	public Base getBase() {
		return this.base;
	}

	public Ext getExt() {
		return this.ext;
	}

	public Typescript getTypescript() {
		return this.typescript;
	}

	public Errors getErrors() {
		return this.errors;
	}

	/**
	 * When the endpoint starts and stops among other parts of the application.
	 */
	public static class Lifecycle {

		/**
		 * Phase in which the endpoint closes its connections, at least that of the
		 * servers. Unless set the highest, so that connections are closed before the web
		 * server waits for the requests that are active, since each counts as one.
		 */
		private @Nullable Integer phase;

		public @Nullable Integer getPhase() {
			return this.phase;
		}

		public void setPhase(@Nullable Integer phase) {
			this.phase = phase;
		}

	}

	/**
	 * Declarations of the exposed servers for TypeScript.
	 */
	public static class Typescript {

		/**
		 * Whether to serve '/genserver/api.d.ts', which says what may be called, with the
		 * types of arguments and replies, without authentication of its own.
		 */
		private boolean enabled;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

	}

	/**
	 * What clients get to read of exceptions.
	 */
	public static class Errors {

		/**
		 * Which clients get the message of any exception that a handler throws. Every
		 * failure whose message is not sent as it is is logged with an id that the client
		 * gets.
		 */
		private IncludeMessage includeMessage = IncludeMessage.AUTHENTICATED;

		/**
		 * Exceptions, by the full names of their classes, whose messages clients get that
		 * are not authenticated; subclasses included. Without effect on 'never'.
		 */
		private List<String> publicExceptions = new ArrayList<>();

		public IncludeMessage getIncludeMessage() {
			return this.includeMessage;
		}

		public void setIncludeMessage(IncludeMessage includeMessage) {
			this.includeMessage = includeMessage;
		}

		public List<String> getPublicExceptions() {
			return this.publicExceptions;
		}

		public void setPublicExceptions(List<String> publicExceptions) {
			this.publicExceptions = publicExceptions;
		}

	}

	/**
	 * Detection of clients that are no longer there.
	 */
	public static class Keepalive {

		/**
		 * Time without a byte from a client after which it is sent a ping.
		 */
		private Duration interval = Duration.ofSeconds(25);

		/**
		 * Time without a byte after a ping that ends the connection.
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
	 * Limits of each connection.
	 */
	public static class Limits {

		/**
		 * Longest WebSocket message accepted. A full frame with its header is 65549 bytes
		 * long.
		 */
		private DataSize message = DataSize.ofKilobytes(128);

		/**
		 * Longest frame payload sent or accepted, at most 64KB.
		 */
		private DataSize frame = DataSize.ofKilobytes(64);

		/**
		 * Longest request or reply, assembled from frames.
		 */
		private DataSize item = DataSize.ofMegabytes(4);

		/**
		 * Longest metadata of a request, at most 65535B.
		 */
		private DataSize metadata = DataSize.ofBytes(65_535);

		/**
		 * Number of calls of a client that may be in flight at once.
		 */
		private int callsInFlight = 1024;

		/**
		 * Time a call of a client gets at most, whatever deadline it comes with. One that
		 * comes without gets the call timeout of its operation.
		 */
		private Duration deadline = Duration.ofMinutes(10);

		/**
		 * Number of calls to a client that may wait for a place, beyond the calls in
		 * flight; more fail at once.
		 */
		private int waitingCalls = 1024;

		/**
		 * Number of frames per second that cost a client nothing and do nothing, before
		 * the connection is closed: in base mode those of streams that are not open, in
		 * both modes pings, pongs and empty frames of the WebSocket.
		 */
		private int idleFrames = 100;

		/**
		 * Number of different keys that have no instance yet which a connection may call
		 * per minute; requests for further ones are refused, those for keys with an
		 * instance are not.
		 */
		private int newKeys = 5000;

		/**
		 * Time from the beginning of a connection of the web server to the end of the
		 * headers of its first HTTP request, whatever that asks for; then it is closed.
		 */
		private Duration handshakeTimeout = Duration.ofSeconds(30);

		/**
		 * Time in which the header of a request must be complete.
		 */
		private Duration headerTimeout = Duration.ofSeconds(5);

		/**
		 * Time a half-open request may go without a frame.
		 */
		private Duration halfOpenIdle = Duration.ofSeconds(30);

		/**
		 * Bytes received and not yet handled beyond which reading from the client pauses.
		 */
		private DataSize inboundBuffer = DataSize.ofMegabytes(8);

		/**
		 * Time reading may pause, with nothing handled, before the connection is closed.
		 */
		private Duration readPause = Duration.ofSeconds(30);

		/**
		 * Number of started calls a client may cancel within the cancel window.
		 */
		private int cancels = 1000;

		/**
		 * Time over which cancelled calls are counted.
		 */
		private Duration cancelWindow = Duration.ofSeconds(10);

		/**
		 * Bytes waiting to be sent beyond which streams are not asked for more, and
		 * further requests of the client wait.
		 */
		private DataSize outboundSoft = DataSize.ofMegabytes(1);

		/**
		 * Bytes waiting to be sent, or expected to, beyond which further requests of the
		 * client wait, and replies that never change are encoded later. The connection
		 * stays.
		 */
		private DataSize outboundHard = DataSize.ofMegabytes(8);

		/**
		 * Time a client may read nothing of what waits for it before the connection is
		 * closed.
		 */
		private Duration outboundStall = Duration.ofSeconds(30);

		/**
		 * What all connections together may hold, received and not handled or to be sent
		 * and not read, with 2.5 KiB for each call and stream in flight. Beyond that
		 * those that hold the most are closed. A quarter of the heap by default.
		 */
		private @Nullable DataSize totalBuffer;

		public DataSize getMessage() {
			return this.message;
		}

		public void setMessage(DataSize message) {
			this.message = message;
		}

		public DataSize getFrame() {
			return this.frame;
		}

		public void setFrame(DataSize frame) {
			this.frame = frame;
		}

		public DataSize getItem() {
			return this.item;
		}

		public void setItem(DataSize item) {
			this.item = item;
		}

		public DataSize getMetadata() {
			return this.metadata;
		}

		public void setMetadata(DataSize metadata) {
			this.metadata = metadata;
		}

		public int getCallsInFlight() {
			return this.callsInFlight;
		}

		public void setCallsInFlight(int callsInFlight) {
			this.callsInFlight = callsInFlight;
		}

		public Duration getDeadline() {
			return this.deadline;
		}

		public void setDeadline(Duration deadline) {
			this.deadline = deadline;
		}

		public int getWaitingCalls() {
			return this.waitingCalls;
		}

		public void setWaitingCalls(int waitingCalls) {
			this.waitingCalls = waitingCalls;
		}

		public int getIdleFrames() {
			return this.idleFrames;
		}

		public void setIdleFrames(int idleFrames) {
			this.idleFrames = idleFrames;
		}

		public int getNewKeys() {
			return this.newKeys;
		}

		public void setNewKeys(int newKeys) {
			this.newKeys = newKeys;
		}

		public Duration getHandshakeTimeout() {
			return this.handshakeTimeout;
		}

		public void setHandshakeTimeout(Duration handshakeTimeout) {
			this.handshakeTimeout = handshakeTimeout;
		}

		public Duration getHeaderTimeout() {
			return this.headerTimeout;
		}

		public void setHeaderTimeout(Duration headerTimeout) {
			this.headerTimeout = headerTimeout;
		}

		public Duration getHalfOpenIdle() {
			return this.halfOpenIdle;
		}

		public void setHalfOpenIdle(Duration halfOpenIdle) {
			this.halfOpenIdle = halfOpenIdle;
		}

		public DataSize getInboundBuffer() {
			return this.inboundBuffer;
		}

		public void setInboundBuffer(DataSize inboundBuffer) {
			this.inboundBuffer = inboundBuffer;
		}

		public Duration getReadPause() {
			return this.readPause;
		}

		public void setReadPause(Duration readPause) {
			this.readPause = readPause;
		}

		public int getCancels() {
			return this.cancels;
		}

		public void setCancels(int cancels) {
			this.cancels = cancels;
		}

		public Duration getCancelWindow() {
			return this.cancelWindow;
		}

		public void setCancelWindow(Duration cancelWindow) {
			this.cancelWindow = cancelWindow;
		}

		public DataSize getOutboundSoft() {
			return this.outboundSoft;
		}

		public void setOutboundSoft(DataSize outboundSoft) {
			this.outboundSoft = outboundSoft;
		}

		public DataSize getOutboundHard() {
			return this.outboundHard;
		}

		public void setOutboundHard(DataSize outboundHard) {
			this.outboundHard = outboundHard;
		}

		public @Nullable DataSize getTotalBuffer() {
			return this.totalBuffer;
		}

		public void setTotalBuffer(@Nullable DataSize totalBuffer) {
			this.totalBuffer = totalBuffer;
		}

		public Duration getOutboundStall() {
			return this.outboundStall;
		}

		public void setOutboundStall(Duration outboundStall) {
			this.outboundStall = outboundStall;
		}

	}

	/**
	 * Connections in ext mode, which adds flow control, deadlines, structured errors and
	 * more for clients that offer it.
	 */
	public static class Ext {

		/**
		 * Whether to speak ext mode with clients that offer it.
		 */
		private boolean enabled = true;

		/**
		 * Bytes a client may send on one stream before some are consumed, at least 64KB.
		 */
		private DataSize streamWindow = DataSize.ofKilobytes(256);

		/**
		 * Bytes a client may send on all streams before they have been received, at least
		 * 64KB.
		 */
		private DataSize connectionWindow = DataSize.ofMegabytes(1);

		/**
		 * Longest metadata of a request, at most 16KB.
		 */
		private DataSize metadata = DataSize.ofBytes(8192);

		/**
		 * Time a client gets no credit, because too much of what it sent is not handled
		 * yet, before the stream that holds most is ended.
		 */
		private Duration withholding = Duration.ofSeconds(10);

		/**
		 * Number of frames per second that cost the client nothing, such as pings, and
		 * frames that are skipped, before the connection is closed.
		 */
		private int controlFrames = 100;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

		public DataSize getStreamWindow() {
			return this.streamWindow;
		}

		public void setStreamWindow(DataSize streamWindow) {
			this.streamWindow = streamWindow;
		}

		public DataSize getConnectionWindow() {
			return this.connectionWindow;
		}

		public void setConnectionWindow(DataSize connectionWindow) {
			this.connectionWindow = connectionWindow;
		}

		public DataSize getMetadata() {
			return this.metadata;
		}

		public void setMetadata(DataSize metadata) {
			this.metadata = metadata;
		}

		public Duration getWithholding() {
			return this.withholding;
		}

		public void setWithholding(Duration withholding) {
			this.withholding = withholding;
		}

		public int getControlFrames() {
			return this.controlFrames;
		}

		public void setControlFrames(int controlFrames) {
			this.controlFrames = controlFrames;
		}

	}

	/**
	 * Connections in base mode.
	 */
	public static class Base {

		/**
		 * What a client gets when a stream fails after its first item: the error's text
		 * in a second response, a cancelled stream, a closed connection, or an end as if
		 * nothing had failed.
		 */
		private StreamFailure streamFailure = StreamFailure.ERROR;

		/**
		 * Number of frames of kinds that base mode does not know which a client may send
		 * before the connection is closed.
		 */
		private int skippedFrames = 16;

		public StreamFailure getStreamFailure() {
			return this.streamFailure;
		}

		public void setStreamFailure(StreamFailure streamFailure) {
			this.streamFailure = streamFailure;
		}

		public int getSkippedFrames() {
			return this.skippedFrames;
		}

		public void setSkippedFrames(int skippedFrames) {
			this.skippedFrames = skippedFrames;
		}

	}

}
