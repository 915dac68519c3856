package io.genserver.rpc.codec;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JacksonSerializable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.jsontype.TypeSerializer;

/**
 * Writes a value of a type as Jackson would write a property that is declared so. The
 * class of the value decides how, so that a value declared as an interface keeps its
 * fields, and so it is with the elements of containers; what is known of type variables
 * is kept. The type alone decides where it names its subclasses by {@code @JsonTypeInfo},
 * and where static typing is asked for.
 */
final class TypedWriter {

	private final JacksonFormat format;

	private final ObjectMapper mapper;

	private final JavaType type;

	private final boolean isPart;

	/** Where the type decides. */
	private final @Nullable Choice declared;

	private final Map<Class<?>, Choice> byClass = new ConcurrentHashMap<>();

	/**
	 * Create.
	 * @param format the format
	 * @param type what values are declared as
	 * @param isPart whether more is written after a value, to the same generator
	 */
	TypedWriter(JacksonFormat format, JavaType type, boolean isPart) {
		this.format = format;
		this.mapper = format.mapper();
		this.type = type;
		this.isPart = isPart;
		this.declared = isDecidedByType() ? choice(type) : null;
	}

	private boolean isDecidedByType() {
		if (this.type.isFinal() || this.type.isArrayType() || this.mapper.isEnabled(MapperFeature.USE_STATIC_TYPING)) {
			return true;
		}
		SerializationContext context = this.mapper._serializationContext();
		return context.findTypeSerializer(this.type) != null || context.getAnnotationIntrospector()
			.findSerializationTyping(context.getConfig(),
					context.introspectClassAnnotations(this.type)) == JsonSerialize.Typing.STATIC;
	}

	private Choice choice(JavaType known) {
		// A writer for a container would go by the declared type of its elements.
		boolean isContainer = known.isContainerType() || known.isReferenceType() || known.isIterationType();
		ObjectWriter writer = isContainer ? this.mapper.writer() : this.mapper.writerFor(known);
		return new Choice(this.isPart
				? writer.without(SerializationFeature.CLOSE_CLOSEABLE, SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
				: writer, isContainer ? known : null);
	}

	byte[] bytes(@Nullable Object value) {
		Choice choice = choice(value);
		return choice.writer().writeValueAsBytes(choice.written(value));
	}

	void write(JsonGenerator target, @Nullable Object value) {
		Choice choice = choice(value);
		choice.writer().writeValue(target, choice.written(value));
	}

	private Choice choice(@Nullable Object value) {
		if (this.declared != null) {
			return this.declared;
		}
		Class<?> actual = (value != null) ? value.getClass() : Void.class;
		Choice known = this.byClass.get(actual);
		return (known != null) ? known : this.byClass.computeIfAbsent(actual, this::choiceFor);
	}

	private Choice choiceFor(Class<?> actual) {
		JavaType known = this.format.subtype(this.type, actual);
		// Where it is of another class than declared, Jackson says so.
		return choice((known != null) ? known : this.type);
	}

	/**
	 * How to write values of a class.
	 *
	 * @param writer what writes them
	 * @param container their type if they are containers
	 */
	private record Choice(ObjectWriter writer, @Nullable JavaType container) {

		@Nullable Object written(@Nullable Object value) {
			return (this.container == null || value == null) ? value : new Container(value, this.container);
		}

	}

	/**
	 * A container that is written with all that is known of its type.
	 *
	 * @param value the container
	 * @param type its type
	 */
	private record Container(Object value, JavaType type) implements JacksonSerializable {

		@Override
		public void serialize(JsonGenerator target, SerializationContext context) {
			context.findTypedValueSerializer(this.type, true).serialize(this.value, target, context);
		}

		@Override
		public void serializeWithType(JsonGenerator target, SerializationContext context, TypeSerializer ignored) {
			serialize(target, context);
		}

	}

}
