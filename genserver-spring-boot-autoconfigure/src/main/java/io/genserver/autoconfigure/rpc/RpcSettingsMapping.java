package io.genserver.autoconfigure.rpc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.genserver.autoconfigure.rpc.GenServerRpcProperties.Ext;
import io.genserver.autoconfigure.rpc.GenServerRpcProperties.Limits;
import io.genserver.autoconfigure.server.PropertyChecks;
import io.genserver.autoconfigure.server.SupervisionRules;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ext.ExtLimits;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.rpc.server.BuiltInMethods.Describe;
import io.genserver.rpc.server.ErrorTexts;
import io.genserver.rpc.server.ErrorTexts.AuthenticatedPrincipals;
import io.genserver.rpc.server.RpcServerSettings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.util.unit.DataSize;

/**
 * Turns properties into the settings of the RPC endpoint, and says of each that makes no
 * sense what would.
 */
final class RpcSettingsMapping {

	private static final String PREFIX = "genserver.rpc.";

	private static final int FRAME_HEADER = 13;

	/** What every peer assumes until it has received the settings. */
	private static final int SMALLEST_WINDOW = 64 * 1024;

	/** Connections may hold this part of the heap together. */
	private static final int HEAP_SHARE = 4;

	private final GenServerRpcProperties properties;

	private final SingletonSupplier<RpcServerSettings> server = SingletonSupplier.of(this::readServer);

	RpcSettingsMapping(GenServerRpcProperties properties) {
		this.properties = properties;
	}

	/** Settings of the endpoint; the same at each call. */
	RpcServerSettings server() {
		return this.server.obtain();
	}

	private RpcServerSettings readServer() {
		String path = this.properties.getPath();
		if (!path.startsWith("/")) {
			throw invalid("path", path, "It must begin with /");
		}
		this.properties.getAllowedOrigins().forEach(RpcSettingsMapping::checkOrigin);
		atLeast("max-connections", this.properties.getMaxConnections(), 1);
		return new RpcServerSettings(path, this.properties.getAllowedOrigins(), this.properties.isRequireOrigin(),
				this.properties.getExt().isEnabled(), this.properties.getMaxConnections(),
				orUnlimited("max-connections-per-principal", this.properties.getMaxConnectionsPerPrincipal()),
				orUnlimited("max-connections-per-address", this.properties.getMaxConnectionsPerAddress()),
				totalBuffer(), positive("keepalive.interval", this.properties.getKeepalive().getInterval()),
				positive("keepalive.timeout", this.properties.getKeepalive().getTimeout()));
	}

	/** Time for the first request of a connection of the web server. */
	Duration handshakeTimeout() {
		return positive("limits.handshake-timeout", this.properties.getLimits().getHandshakeTimeout());
	}

	private long totalBuffer() {
		DataSize set = this.properties.getLimits().getTotalBuffer();
		if (set == null) {
			return Runtime.getRuntime().maxMemory() / HEAP_SHARE;
		}
		if (set.toBytes() < 1) {
			throw invalid("limits.total-buffer", set, "It must be 1B or more");
		}
		return set.toBytes();
	}

	/** Who may know what there is. */
	Describe describe(boolean decided) {
		Describe describe = this.properties.getDescribe();
		if (describe == Describe.AUTHORIZED && !decided) {
			throw invalid("describe", describe, "It needs a bean of type RpcAuthorization, to be asked who may");
		}
		return describe;
	}

	/** Which texts of exceptions leave the process. */
	ErrorTexts errorTexts(AuthenticatedPrincipals principals, @Nullable ClassLoader classLoader) {
		List<String> names = this.properties.getErrors().getPublicExceptions();
		List<Class<? extends Throwable>> types = new ArrayList<>();
		for (String name : names) {
			types.add(SupervisionRules.type(PREFIX + "errors.public-exceptions", names, name.trim(), "", classLoader));
		}
		return new ErrorTexts(this.properties.getErrors().getIncludeMessage(), types, principals);
	}

	private static void checkOrigin(String origin) {
		if (!origin.equals("*") && !origin.contains("://")) {
			throw invalid("allowed-origins", origin,
					"An origin has a scheme and a host, such as https://example.com; '*' allows all");
		}
	}

	/** What base mode does when a stream fails. */
	StreamFailure streamFailure() {
		return this.properties.getBase().getStreamFailure();
	}

	/** Limits of each connection. */
	ProtocolLimits limits() {
		Limits limits = this.properties.getLimits();
		int frame = bytes("limits.frame", limits.getFrame(), 1, ProtocolLimits.MAX_FRAME_BYTES);
		int item = bytes("limits.item", limits.getItem(), 1, Integer.MAX_VALUE / 2);
		long soft = bytes("limits.outbound-soft", limits.getOutboundSoft(), 0, Long.MAX_VALUE);
		return ProtocolLimits.defaults()
			.toBuilder()
			.frameBytes(frame)
			.webSocketMessageBytes(
					bytes("limits.message", limits.getMessage(), frame + FRAME_HEADER, Integer.MAX_VALUE / 2))
			.itemBytes(item)
			.metadataBytes(bytes("limits.metadata", limits.getMetadata(), 0, ProtocolLimits.MAX_METADATA_BYTES))
			.callsInFlight(atLeast("limits.calls-in-flight", limits.getCallsInFlight(), 1))
			.longestDeadline(positive("limits.deadline", limits.getDeadline()))
			.waitingCalls(atLeast("limits.waiting-calls", limits.getWaitingCalls(), 1))
			.idleFrames(atLeast("limits.idle-frames", limits.getIdleFrames(), 1))
			.newKeys(atLeast("limits.new-keys", limits.getNewKeys(), 1))
			.skippedFrames(atLeast("base.skipped-frames", this.properties.getBase().getSkippedFrames(), 0))
			.headerTimeout(positive("limits.header-timeout", limits.getHeaderTimeout()))
			.halfOpenIdle(positive("limits.half-open-idle", limits.getHalfOpenIdle()))
			.inboundBudgetBytes(bytes("limits.inbound-buffer", limits.getInboundBuffer(), item, Long.MAX_VALUE))
			.readPause(positive("limits.read-pause", limits.getReadPause()))
			.cancels(atLeast("limits.cancels", limits.getCancels(), 0))
			.cancelWindow(positive("limits.cancel-window", limits.getCancelWindow()))
			.outboundSoftBytes(soft)
			.outboundHardBytes(bytes("limits.outbound-hard", limits.getOutboundHard(), soft, Long.MAX_VALUE))
			.outboundStall(positive("limits.outbound-stall", limits.getOutboundStall()))
			.build();
	}

	/**
	 * Limits of each connection in ext mode, which is kept alive as the endpoint says.
	 */
	ExtLimits extLimits() {
		RpcServerSettings server = server();
		Ext ext = this.properties.getExt();
		return new ExtLimits(bytes("ext.stream-window", ext.getStreamWindow(), SMALLEST_WINDOW, Integer.MAX_VALUE / 2),
				bytes("ext.connection-window", ext.getConnectionWindow(), SMALLEST_WINDOW, Integer.MAX_VALUE / 2),
				bytes("ext.metadata", ext.getMetadata(), 0, ExtLimits.MAX_METADATA_BYTES), server.keepAliveInterval(),
				server.keepAliveTimeout(), positive("ext.withholding", ext.getWithholding()),
				atLeast("ext.control-frames", ext.getControlFrames(), 1));
	}

	private static int orUnlimited(String key, @Nullable Integer value) {
		return (value != null) ? atLeast(key, value, 1) : 0;
	}

	private static int atLeast(String key, int value, int smallest) {
		if (value < smallest) {
			throw invalid(key, value, "It must be at least " + smallest);
		}
		return value;
	}

	private static int bytes(String key, DataSize value, int smallest, int largest) {
		return (int) bytes(key, value, (long) smallest, (long) largest);
	}

	private static long bytes(String key, DataSize value, long smallest, long largest) {
		if (value.toBytes() < smallest) {
			throw invalid(key, value, "It must be at least " + smallest + "B" + reason(key));
		}
		if (value.toBytes() > largest) {
			throw invalid(key, value, "It must be at most " + largest + "B");
		}
		return value.toBytes();
	}

	private static String reason(String key) {
		return switch (key) {
			case "limits.message" -> ", for a frame of genserver.rpc.limits.frame with its header";
			case "limits.inbound-buffer" -> ", as genserver.rpc.limits.item is";
			case "limits.outbound-hard" -> ", as genserver.rpc.limits.outbound-soft is";
			default -> "";
		};
	}

	private static Duration positive(String key, Duration value) {
		return PropertyChecks.positive(PREFIX + key, value);
	}

	private static InvalidConfigurationPropertyValueException invalid(String key, Object value, String reason) {
		return new InvalidConfigurationPropertyValueException(PREFIX + key, value, reason);
	}

}
