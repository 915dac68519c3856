package io.genserver.autoconfigure.rpc;

import io.genserver.rpc.Encodings;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.rpc.server.ApiDeclarations;
import io.genserver.rpc.server.BrowserClient;
import io.genserver.rpc.server.BrowserFilesMapping;
import io.genserver.rpc.server.ExposurePatterns;
import io.genserver.rpc.server.RpcServerSettings;
import io.genserver.rpc.server.RpcWebHandler;
import io.genserver.runtime.GenServerRuntime;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.function.server.RouterFunction;

/**
 * Auto-configuration for what browsers load to use the RPC endpoint: its client, and on
 * demand the types of the servers it exposes.
 */
@AutoConfiguration(after = GenServerRpcAutoConfiguration.class)
@ConditionalOnClass({ RouterFunction.class, RpcWebHandler.class })
@ConditionalOnBean(RpcWebHandler.class)
public final class GenServerRpcBrowserAutoConfiguration {

	@Bean
	BrowserFilesMapping genServerBrowserClientMapping(RpcServerSettings settings) {
		return new BrowserFilesMapping(BrowserClient.routes(settings));
	}

	@Bean
	@ConditionalOnBooleanProperty("genserver.rpc.typescript.enabled")
	BrowserFilesMapping genServerApiDeclarationsMapping(GenServerRuntime runtime, ExposurePatterns exposed,
			ObjectProvider<RpcCodec> codecs) {
		RpcCodec codec = Encodings.preferred(codecs.orderedStream().toList()).orElseThrow();
		return new BrowserFilesMapping(ApiDeclarations.route(runtime.servers(), exposed, codec));
	}

}
