package io.genserver.autoconfigure.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import javax.net.ssl.SSLException;

import io.genserver.autoconfigure.client.GenServerClientProperties.Client;
import io.genserver.autoconfigure.server.PropertyChecks;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.rpc.client.GenServerClientBuilder;
import io.genserver.rpc.codec.JsonCodec;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.spring.remote.RemoteServer;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.boot.ssl.SslOptions;

/**
 * Turns properties of clients into clients.
 */
final class ClientSettingsMapping {

	private final GenServerClientProperties properties;

	ClientSettingsMapping(GenServerClientProperties properties) {
		this.properties = properties;
	}

	/** The servers that are elsewhere. */
	List<RemoteServer> servers() {
		List<RemoteServer> servers = new ArrayList<>();
		this.properties.getClients()
			.forEach((client, settings) -> settings.getServers()
				.forEach((name, server) -> servers
					.add(new RemoteServer(client, name, server.getContract(), server.getKeyed()))));
		return servers;
	}

	/** A client, which connects by itself. */
	GenServerClient connect(String name, @Nullable JsonMapper mapper, @Nullable SslBundles bundles,
			List<RpcCodec> codecs, UnaryOperator<GenServerClientBuilder> customizers) {
		Client client = Objects.requireNonNull(this.properties.getClients().get(name), name);
		String prefix = "genserver.clients." + name + ".";
		if (client.getUri() == null) {
			throw new InvalidConfigurationPropertyValueException(prefix + "uri", null,
					"A client needs the address of an endpoint, such as ws://localhost:8080/ws");
		}
		check(prefix, client);
		GenServerClientBuilder builder = GenServerClient.builder()
			.callTimeout(client.getCallTimeout())
			.connectTimeout(client.getConnectTimeout())
			.keepAlive(client.getKeepAlive().getInterval(), client.getKeepAlive().getTimeout())
			.reconnect(client.getReconnect().getInitial(), client.getReconnect().getMax())
			.maxMessageBytes((int) client.getMaxMessageSize().toBytes())
			.maxCalls(client.getMaxCalls())
			.maxWaitingCalls(client.getMaxWaitingCalls());
		client.getHeaders().forEach(builder::header);
		if (mapper != null) {
			builder.jsonMapper(mapper);
		}
		if (client.getMode() == Client.Mode.BASE) {
			builder.baseMode();
		}
		if (client.getCodec() != null) {
			builder.codec(codec(prefix, client, client.getCodec(), codecs));
		}
		String bundle = client.getSsl().getBundle();
		if (bundle != null) {
			if (bundles == null) {
				throw new InvalidConfigurationPropertyValueException(prefix + "ssl.bundle", bundle,
						"There are no SSL bundles: define it under spring.ssl.bundle");
			}
			SslContext context = context(bundles.getBundle(bundle));
			builder.httpClient((http) -> secure(http, context));
		}
		try {
			return customizers.apply(builder).connectInBackground(client.getUri());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(prefix + "uri", client.getUri(),
					String.valueOf(ex.getMessage()));
		}
	}

	private static RpcCodec codec(String prefix, Client client, String name, List<RpcCodec> codecs) {
		RpcCodec found = codecs.stream()
			.filter((each) -> each.name().equals(name))
			.findFirst()
			.orElseThrow(() -> new InvalidConfigurationPropertyValueException(prefix + "codec", name,
					"There is no such encoding here, only "
							+ codecs.stream().map(RpcCodec::name).collect(Collectors.joining(", "))
							+ ". Others are RpcCodec beans; cbor needs tools.jackson.dataformat:jackson-dataformat-cbor"));
		if (client.getMode() == Client.Mode.BASE && !(found instanceof JsonCodec)) {
			throw new InvalidConfigurationPropertyValueException(prefix + "codec", name,
					"Base mode knows JSON only: leave out " + prefix + "mode, or the codec");
		}
		return found;
	}

	private static void check(String prefix, Client client) {
		PropertyChecks.positive(prefix + "call-timeout", client.getCallTimeout());
		PropertyChecks.positive(prefix + "connect-timeout", client.getConnectTimeout());
		PropertyChecks.positive(prefix + "keep-alive.interval", client.getKeepAlive().getInterval());
		PropertyChecks.positive(prefix + "keep-alive.timeout", client.getKeepAlive().getTimeout());
		PropertyChecks.positive(prefix + "reconnect.initial", client.getReconnect().getInitial());
		PropertyChecks.positive(prefix + "reconnect.max", client.getReconnect().getMax());
		if (client.getReconnect().getMax().compareTo(client.getReconnect().getInitial()) < 0) {
			throw new InvalidConfigurationPropertyValueException(prefix + "reconnect.max",
					client.getReconnect().getMax(), "It must not be less than reconnect.initial");
		}
		long bytes = client.getMaxMessageSize().toBytes();
		if (bytes < 1 || bytes > Integer.MAX_VALUE / 2) {
			throw new InvalidConfigurationPropertyValueException(prefix + "max-message-size",
					client.getMaxMessageSize(), "It must be between 1B and 1GB");
		}
		if (client.getMaxCalls() < 1) {
			throw new InvalidConfigurationPropertyValueException(prefix + "max-calls", client.getMaxCalls(),
					"It must be positive");
		}
		if (client.getMaxWaitingCalls() < 1) {
			throw new InvalidConfigurationPropertyValueException(prefix + "max-waiting-calls",
					client.getMaxWaitingCalls(), "It must be positive");
		}
	}

	private static HttpClient secure(HttpClient http, SslContext context) {
		return http.secure((spec) -> spec.sslContext(context));
	}

	private static SslContext context(SslBundle bundle) {
		SslManagerBundle managers = bundle.getManagers();
		SslOptions options = bundle.getOptions();
		SslContextBuilder builder = SslContextBuilder.forClient()
			.keyManager(managers.getKeyManagerFactory())
			.trustManager(managers.getTrustManagerFactory())
			.endpointIdentificationAlgorithm("HTTPS");
		if (options.getCiphers() != null) {
			builder.ciphers(List.of(options.getCiphers()));
		}
		if (options.getEnabledProtocols() != null) {
			builder.protocols(options.getEnabledProtocols());
		}
		try {
			return builder.build();
		}
		catch (SSLException ex) {
			throw new IllegalStateException("The SSL bundle of a client cannot be used", ex);
		}
	}

}
