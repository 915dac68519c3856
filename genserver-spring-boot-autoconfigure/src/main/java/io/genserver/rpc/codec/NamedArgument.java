package io.genserver.rpc.codec;

import java.util.Collection;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.type.LogicalType;

/**
 * Decides whether an object that was sent for an operation's only parameter is the
 * argument by its name, or the argument itself. A parameter that is no object in JSON can
 * only be meant by name. For one whose properties are known an object is the argument by
 * name if its only member has the name of the parameter and no property has. Maps, and
 * types that take anything, are the object itself.
 */
final class NamedArgument {

	private final JacksonFormat format;

	private final String name;

	private final JavaType type;

	/** Found out when an object comes first; finding it out twice does no harm. */
	private volatile @Nullable Meaning meaning;

	NamedArgument(JacksonFormat format, String name, JavaType type) {
		this.format = format;
		this.name = name;
		this.type = type;
	}

	/**
	 * Tell what an object means.
	 * @param bytes the object
	 * @return whether its members are arguments by name
	 */
	boolean isMeantBy(byte[] bytes) {
		Meaning known = this.meaning;
		if (known == null) {
			known = meaning(this.type);
			this.meaning = known;
		}
		return switch (known) {
			case NAMED -> true;
			case ITSELF -> false;
			case NAMED_IF_ALONE -> isOnlyMember(bytes);
		};
	}

	private boolean isOnlyMember(byte[] bytes) {
		try (JsonParser json = this.format.parser(bytes)) {
			json.nextToken();
			if (!this.name.equals(json.nextName())) {
				return false;
			}
			json.nextToken();
			json.skipChildren();
			return json.nextToken() == JsonToken.END_OBJECT;
		}
	}

	private Meaning meaning(JavaType of) {
		if (of.isReferenceType()) {
			return meaning(of.getContentType());
		}
		DeserializationContext context = this.format.mapper()._deserializationContext();
		TypeDeserializer subtypes = context.findTypeDeserializer(of);
		if (subtypes != null) {
			return (subtypes.getTypeInclusion() == JsonTypeInfo.As.WRAPPER_OBJECT
					|| this.name.equals(subtypes.getPropertyName())) ? Meaning.ITSELF : Meaning.NAMED_IF_ALONE;
		}
		ValueDeserializer<?> deserializer;
		try {
			deserializer = context.findRootValueDeserializer(of);
		}
		catch (DatabindException ex) {
			return Meaning.ITSELF;
		}
		LogicalType kind = deserializer.logicalType();
		return switch (kind) {
			case null -> Meaning.ITSELF;
			case Map, Untyped -> Meaning.ITSELF;
			case POJO -> meaning(context, of, deserializer);
			default -> Meaning.NAMED;
		};
	}

	private Meaning meaning(DeserializationContext context, JavaType of, ValueDeserializer<?> deserializer) {
		Collection<Object> known = deserializer.getKnownPropertyNames();
		if (!(deserializer instanceof BeanDeserializerBase bean) || known == null || bean.hasAnySetter()
				|| bean.getValueInstantiator().canCreateUsingDelegate()) {
			return Meaning.ITSELF;
		}
		boolean has = known.contains(this.name) || context.introspectBeanDescriptionForCreation(of)
			.findProperties()
			.stream()
			.flatMap((property) -> property.findAliases().stream())
			.anyMatch((alias) -> alias.getSimpleName().equals(this.name));
		return has ? Meaning.ITSELF : Meaning.NAMED_IF_ALONE;
	}

	private enum Meaning {

		/** Members are arguments. */
		NAMED,

		/** It is the argument. */
		ITSELF,

		/** The only member is the argument if it is called so. */
		NAMED_IF_ALONE

	}

}
