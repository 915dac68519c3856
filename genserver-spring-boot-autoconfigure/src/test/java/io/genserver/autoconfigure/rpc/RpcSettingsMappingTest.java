package io.genserver.autoconfigure.rpc;

import java.time.Duration;
import java.util.Map;

import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ext.ExtLimits;
import io.genserver.rpc.server.RpcServerSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RpcSettingsMappingTest {

	private static RpcSettingsMapping mapping(Map<String, String> properties) {
		return new RpcSettingsMapping(new Binder(new MapConfigurationPropertySource(properties))
			.bindOrCreate("genserver.rpc", GenServerRpcProperties.class));
	}

	@Test
	void theDefaultsAreThoseOfTheProtocol() {
		assertThat(mapping(Map.of()).limits()).isEqualTo(ProtocolLimits.defaults());
		RpcServerSettings server = mapping(Map.of()).server();
		assertThat(server.path()).isEqualTo("/ws");
		assertThat(server.allowedOrigins()).isEmpty();
		assertThat(server.requireOrigin()).isFalse();
		assertThat(server.maxConnections()).isEqualTo(10_000);
		assertThat(server.maxPerPrincipal()).isZero();
		assertThat(server.maxPerAddress()).isZero();
		assertThat(server.keepAliveInterval()).hasSeconds(25);
		assertThat(server.keepAliveTimeout()).hasSeconds(10);
	}

	@Test
	void everyLimitCanBeSet() {
		ProtocolLimits limits = mapping(Map.ofEntries(Map.entry("genserver.rpc.limits.message", "1000B"),
				Map.entry("genserver.rpc.limits.frame", "900B"), Map.entry("genserver.rpc.limits.item", "2KB"),
				Map.entry("genserver.rpc.limits.metadata", "3B"),
				Map.entry("genserver.rpc.limits.calls-in-flight", "4"),
				Map.entry("genserver.rpc.limits.header-timeout", "5s"),
				Map.entry("genserver.rpc.limits.half-open-idle", "6s"),
				Map.entry("genserver.rpc.limits.inbound-buffer", "7KB"),
				Map.entry("genserver.rpc.limits.read-pause", "8s"), Map.entry("genserver.rpc.limits.cancels", "9"),
				Map.entry("genserver.rpc.limits.cancel-window", "10s"),
				Map.entry("genserver.rpc.limits.outbound-soft", "11KB"),
				Map.entry("genserver.rpc.limits.outbound-hard", "12KB"),
				Map.entry("genserver.rpc.limits.outbound-stall", "13s"),
				Map.entry("genserver.rpc.limits.deadline", "14s"),
				Map.entry("genserver.rpc.limits.waiting-calls", "15"),
				Map.entry("genserver.rpc.limits.idle-frames", "16"), Map.entry("genserver.rpc.limits.new-keys", "18"),
				Map.entry("genserver.rpc.base.skipped-frames", "17")))
			.limits();
		assertThat(limits).isEqualTo(new ProtocolLimits(1000, 900, 2048, 3, 4, Duration.ofSeconds(5),
				Duration.ofSeconds(6), 7 * 1024, Duration.ofSeconds(8), 9, Duration.ofSeconds(10), 17, 11 * 1024,
				12 * 1024, Duration.ofSeconds(13), Duration.ofSeconds(14), 15, 16, 18));
	}

	@Test
	void everyLimitOfExtModeCanBeSet() {
		ExtLimits limits = mapping(Map.of("genserver.rpc.ext.stream-window", "64KB",
				"genserver.rpc.ext.connection-window", "65KB", "genserver.rpc.ext.metadata", "3B",
				"genserver.rpc.ext.withholding", "4s", "genserver.rpc.ext.control-frames", "5",
				"genserver.rpc.keepalive.interval", "6s", "genserver.rpc.keepalive.timeout", "7s"))
			.extLimits();
		assertThat(limits).isEqualTo(new ExtLimits(64 * 1024, 65 * 1024, 3, Duration.ofSeconds(6),
				Duration.ofSeconds(7), Duration.ofSeconds(4), 5));
	}

	@Test
	void everyLimitOfTheEndpointCanBeSet() {
		RpcServerSettings server = mapping(
				Map.of("genserver.rpc.max-connections", "1", "genserver.rpc.max-connections-per-principal", "2",
						"genserver.rpc.max-connections-per-address", "3", "genserver.rpc.require-origin", "true"))
			.server();
		assertThat(server.maxConnections()).isEqualTo(1);
		assertThat(server.maxPerPrincipal()).isEqualTo(2);
		assertThat(server.maxPerAddress()).isEqualTo(3);
		assertThat(server.requireOrigin()).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					path                  | ws      | It must begin with /
					allowed-origins       | example | An origin has a scheme and a host, such as https://example.com; '*' allows all
					max-connections       | 0       | It must be at least 1
					max-connections-per-principal | 0 | It must be at least 1
					max-connections-per-address   | 0 | It must be at least 1
					keepalive.interval    | 0s      | It must be positive
					keepalive.timeout     | -1s     | It must be positive
					limits.message        | 64KB    | It must be at least 65549B, for a frame of genserver.rpc.limits.frame with its header
					limits.frame          | 65KB    | It must be at most 65536B
					limits.item           | 0B      | It must be at least 1B
					limits.metadata       | 64KB    | It must be at most 65535B
					limits.calls-in-flight| 0       | It must be at least 1
					limits.handshake-timeout | 0s   | It must be positive
					limits.header-timeout | 0s      | It must be positive
					limits.half-open-idle | 500d    | It must be at most 365 days
					limits.inbound-buffer | 1MB     | It must be at least 4194304B, as genserver.rpc.limits.item is
					limits.cancels        | -1      | It must be at least 0
					limits.outbound-hard  | 1KB     | It must be at least 1048576B, as genserver.rpc.limits.outbound-soft is
					limits.outbound-stall | 0s      | It must be positive
					limits.deadline       | 0s      | It must be positive
					limits.waiting-calls  | 0       | It must be at least 1
					limits.idle-frames    | 0       | It must be at least 1
					limits.new-keys       | 0       | It must be at least 1
					base.skipped-frames   | -1      | It must be at least 0
					ext.stream-window     | 63KB    | It must be at least 65536B
					ext.connection-window | 63KB    | It must be at least 65536B
					ext.metadata          | 17KB    | It must be at most 16384B
					ext.withholding       | 0s      | It must be positive
					ext.control-frames    | 0       | It must be at least 1
					""")
	void aValueThatMakesNoSenseIsRefusedAndTheReasonSaysWhatWould(String key, String value, String reason) {
		RpcSettingsMapping mapping = mapping(Map.of("genserver.rpc." + key, value));
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class).isThrownBy(() -> {
			mapping.server();
			mapping.limits();
			mapping.extLimits();
			mapping.handshakeTimeout();
		}).satisfies((refusal) -> {
			assertThat(refusal.getName()).isEqualTo("genserver.rpc." + key);
			assertThat(refusal.getReason()).isEqualTo(reason);
		});
	}

}
