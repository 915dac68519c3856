package io.genserver.autoconfigure.rpc;

import io.genserver.rpc.codec.CborCodec;
import io.genserver.rpc.codec.JsonCodec;
import io.genserver.rpc.codec.RpcCodec;
import reactor.core.publisher.Flux;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for the encodings of arguments and replies, which the endpoint and
 * the clients share. {@link RpcCodec} beans of the application are further ones.
 */
@AutoConfiguration(afterName = "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration")
@ConditionalOnClass(Flux.class)
public final class GenServerCodecAutoConfiguration {

	private static final String CUTS_FRACTIONS = "spring.jackson.deserialization.accept-float-as-int";

	/**
	 * Jackson cuts fractions by default, so the setting of a mapper does not show that
	 * the application wants it. The property does.
	 */
	private static boolean cutsFractions(Environment environment) {
		return Boolean.TRUE.equals(Binder.get(environment).bind(CUTS_FRACTIONS, Boolean.class).orElse(null));
	}

	/**
	 * CBOR, for those who ask for it.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(CBORMapper.class)
	static class CborConfiguration {

		@Bean
		@ConditionalOnMissingBean
		CborCodec genServerCborCodec(ObjectProvider<CBORMapper> mappers, Environment environment) {
			return new CborCodec(mappers.getIfAvailable(CBORMapper::shared), cutsFractions(environment));
		}

	}

	/**
	 * JSON, as the application writes it elsewhere.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(JsonMapper.class)
	static class JsonConfiguration {

		@Bean
		@ConditionalOnMissingBean
		JsonCodec genServerJsonCodec(ObjectProvider<JsonMapper> mappers, Environment environment) {
			return new JsonCodec(mappers.getIfAvailable(JsonMapper::shared), cutsFractions(environment));
		}

	}

}
