package io.genserver.rpc.codec;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.std.DelegatingDeserializer;
import tools.jackson.databind.module.SimpleModule;

/**
 * Reads a {@code double} or {@code float} and refuses a number so large that it would
 * become infinite. Infinity that is sent as such is read as before.
 */
final class FiniteNumber extends DelegatingDeserializer {

	private FiniteNumber(ValueDeserializer<?> delegatee) {
		super(delegatee);
	}

	/** What lets a mapper read these numbers so. */
	static JacksonModule module() {
		return new SimpleModule(FiniteNumber.class.getName()).setDeserializerModifier(new ValueDeserializerModifier() {

			@Override
			public ValueDeserializer<?> modifyDeserializer(DeserializationConfig config,
					BeanDescription.Supplier description, ValueDeserializer<?> deserializer) {
				Class<?> type = description.getBeanClass();
				return (type == double.class || type == Double.class || type == float.class || type == Float.class)
						? new FiniteNumber(deserializer) : deserializer;
			}

		});
	}

	@Override
	protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> delegatee) {
		return new FiniteNumber(delegatee);
	}

	@Override
	public Object deserialize(JsonParser json, DeserializationContext context) {
		JsonToken token = json.currentToken();
		// Asked first, for a parser may no longer know once the number was converted.
		boolean finite = token != null && token.isNumeric() && !json.isNaN();
		Object value = super.deserialize(json, context);
		if (finite && ((value instanceof Double known && known.isInfinite())
				|| (value instanceof Float small && small.isInfinite()))) {
			throw new InputCoercionException(json, "out of range", token, handledType());
		}
		return value;
	}

}
