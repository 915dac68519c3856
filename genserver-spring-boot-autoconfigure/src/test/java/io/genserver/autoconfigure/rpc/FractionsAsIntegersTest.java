package io.genserver.autoconfigure.rpc;

import java.util.ArrayList;
import java.util.List;

import io.genserver.rpc.codec.CodecException;
import io.genserver.rpc.codec.RpcCodec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/** Whether a number with a fraction is an integer: only where somebody has said so. */
class FractionsAsIntegersTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(JacksonAutoConfiguration.class, GenServerCodecAutoConfiguration.class));

	@ParameterizedTest
	@CsvSource(textBlock = """
			some.other=true                                              | refused
			spring.jackson.deserialization.accept-float-as-int=false     | refused
			spring.jackson.deserialization.accept-float-as-int=true      | 1
			spring.jackson.deserialization.ACCEPT_FLOAT_AS_INT=true      | 1
			""", delimiter = '|')
	void anExplicitSettingOfTheApplicationDecides(String property, String expected) {
		this.runner.withPropertyValues(property).run((context) -> {
			List<String> names = new ArrayList<>();
			context.getBeansOfType(RpcCodec.class).values().forEach((codec) -> {
				names.add(codec.name());
				byte[] bytes = codec.value(double.class).encode(1.5);
				assertThat(decoded(codec, bytes)).as(codec.name()).isEqualTo(expected);
				assertThat(decoded(codec, codec.value(double.class).encode(2.0))).as(codec.name()).isEqualTo("2");
			});
			assertThat(names).containsExactlyInAnyOrder("json", "cbor");
		});
	}

	private static @Nullable String decoded(RpcCodec codec, byte[] bytes) {
		try {
			return String.valueOf(codec.value(long.class).decode(bytes));
		}
		catch (CodecException ex) {
			return "refused";
		}
	}

}
