package io.genserver.rpc.codec;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import io.genserver.rpc.codec.ShapeDefinitions.Key;
import io.genserver.rpc.codec.ValueShape.Anything;
import io.genserver.rpc.codec.ValueShape.Choice;
import io.genserver.rpc.codec.ValueShape.Member;
import io.genserver.rpc.codec.ValueShape.Nothing;
import io.genserver.rpc.codec.ValueShape.Reference;
import io.genserver.rpc.codec.ValueShape.Structure;
import io.genserver.rpc.codec.ValueShape.Text;
import io.genserver.rpc.codec.ValueShape.Tuple;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatVisitable;
import tools.jackson.databind.jsonFormatVisitors.JsonObjectFormatVisitor;
import tools.jackson.databind.ser.AnyGetterWriter;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.PropertyWriter;
import tools.jackson.databind.ser.bean.BeanAsArraySerializer;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.bean.UnrolledBeanAsArraySerializer;
import tools.jackson.databind.ser.impl.UnknownSerializer;
import tools.jackson.databind.ser.jdk.ByteArraySerializer;

/**
 * Walks over types by the serializers that Jackson has for them, as configured, so that
 * naming strategies, annotations, mix-ins and modules count. What serializers do not
 * tell, it adds: subtypes, null, and the constants of enums, which are written to see
 * what they are.
 */
class ShapeWalker {

	/** Types nested deeper are not walked: a generic type may have no end of them. */
	private static final int DEEPEST = 8;

	private final JacksonFormat format;

	private final SerializationContext context;

	private final ShapeDefinitions definitions;

	private final ShapeProbe probe;

	private final PolymorphicShapes polymorphic;

	private final boolean read;

	ShapeWalker(JacksonFormat format, ShapeDefinitions definitions, boolean read) {
		this.format = format;
		this.context = format.mapper()._serializationContext();
		this.definitions = definitions;
		this.probe = new ShapeProbe(this.context);
		this.read = read;
		this.polymorphic = new PolymorphicShapes(this, read);
	}

	final PolymorphicShapes polymorphic() {
		return this.polymorphic;
	}

	final JacksonFormat format() {
		return this.format;
	}

	final SerializationContext context() {
		return this.context;
	}

	/** The shape of values that belong to no object. */
	final ValueShape shape(JavaType type, Nullability nullability) {
		return shape(type, null, nullability, null);
	}

	/** The shape of a property of an object. */
	final ValueShape shape(BeanProperty property, JavaType type, @Nullable ValueSerializer<?> serializer) {
		return shape(type, property, Nullability.of(property.getMember()), serializer);
	}

	/**
	 * The shape of values.
	 * @param type their type
	 * @param property the property they belong to, maybe as its elements
	 * @param nullability whether they may be null
	 * @param serializer what writes them, where it is known
	 */
	final ValueShape shape(JavaType type, @Nullable BeanProperty property, Nullability nullability,
			@Nullable JsonFormatVisitable serializer) {
		ValueShape shape;
		try {
			shape = notNull(type, property, nullability, serializer);
		}
		catch (JacksonException ex) {
			// Values of this type cannot be written at all.
			shape = anything(type);
		}
		return nullability.isNullable() ? shape.orNull() : shape;
	}

	private ValueShape notNull(JavaType type, @Nullable BeanProperty property, Nullability nullability,
			@Nullable JsonFormatVisitable serializer) {
		Class<?> raw = type.getRawClass();
		if (raw == void.class || raw == Void.class) {
			return new Nothing();
		}
		if (type.isJavaLangObject()) {
			return new Anything(null);
		}
		if (depth(type) > DEEPEST) {
			return anything(type);
		}
		if (type.isReferenceType()) {
			return shape(type.getContentType(), property, nullability.elements(), null).orNull();
		}
		PolymorphicShapes.Tagging tagging = this.polymorphic.tagging(type, property);
		if (tagging != null) {
			return this.polymorphic.shape(type, tagging);
		}
		ValueSerializer<?> known = (serializer instanceof ValueSerializer<?> given) ? given
				: serializer(type, property);
		return shapeBy(known, type, property, nullability);
	}

	/** How deep the arguments of a generic type are nested, as {@code List<List<T>>}. */
	private static int depth(JavaType type) {
		int deepest = (type.isArrayType()) ? depth(type.getContentType()) : 0;
		for (JavaType each : type.getBindings().getTypeParameters()) {
			deepest = Math.max(deepest, depth(each));
		}
		return 1 + deepest;
	}

	final ValueSerializer<?> serializer(JavaType type, @Nullable BeanProperty property) {
		ValueSerializer<?> known = this.context.findValueSerializer(type);
		if (known == null) {
			return this.context.getUnknownTypeSerializer(type.getRawClass());
		}
		return (property != null) ? this.context.findPrimaryPropertySerializer(type, property)
				: this.context.handleRootContextualization(known);
	}

	private ValueShape shapeBy(ValueSerializer<?> serializer, JavaType type, @Nullable BeanProperty property,
			Nullability nullability) {
		if (serializer.usesObjectId()) {
			return anything(type);
		}
		if (type.isEnumType()) {
			return constants(type, serializer);
		}
		if (serializer instanceof ByteArraySerializer || ByteBuffer.class.isAssignableFrom(type.getRawClass())) {
			return new Text(null, "base64");
		}
		boolean plain = serializer instanceof BeanSerializerBase || serializer instanceof UnknownSerializer;
		if (plain && type.getRawClass().isSealed()) {
			return reference(type, null, () -> permitted(type, serializer));
		}
		if (serializer instanceof BeanAsArraySerializer || serializer instanceof UnrolledBeanAsArraySerializer) {
			return tuple(serializer);
		}
		if (plain && type.isAbstract() && !serializer.properties().hasNext()) {
			return anything(type);
		}
		ShapeVisitor visitor = new ShapeVisitor(this, type, property, nullability, serializer);
		serializer.acceptJsonFormatVisitor(visitor, type);
		return this.probe.time(type.getRawClass(), serializer, visitor.shape());
	}

	final Anything anything(JavaType type) {
		return new Anything(type.getRawClass().getTypeName());
	}

	final Reference reference(JavaType type, @Nullable String tag, Supplier<ValueShape> shape) {
		return this.definitions.refer(new Key(type, this.read, tag), shape);
	}

	/** Each constant as it is written, which naming strategies and annotations decide. */
	private ValueShape constants(JavaType type, ValueSerializer<?> serializer) {
		List<ValueShape> constants = this.probe.constants(type.getRawClass(), serializer);
		return constants.isEmpty() ? anything(type)
				: reference(type, constants.toString(), () -> new Choice(constants));
	}

	/** The names that constants of an enum have as keys of a map. */
	final List<String> keys(JavaType type, @Nullable BeanProperty property) {
		return type.isEnumType() ? this.probe.keys(type.getRawClass(), this.context.findKeySerializer(type, property))
				: List.of();
	}

	/** What a sealed type may be: nothing says which. */
	private ValueShape permitted(JavaType type, ValueSerializer<?> serializer) {
		List<ValueShape> shapes = new ArrayList<>();
		if (!type.isAbstract()) {
			shapes.add(structure(type, null, serializer));
		}
		for (Class<?> each : type.getRawClass().getPermittedSubclasses()) {
			JavaType subtype = this.format.subtype(type, each);
			ValueShape shape = (subtype != null) ? shape(subtype, Nullability.NONE) : new Anything(each.getTypeName());
			if (!shapes.contains(shape)) {
				shapes.add(shape);
			}
		}
		return new Choice(List.copyOf(shapes));
	}

	/** The shape of values that do not say of which class they are. */
	final ValueShape untagged(JavaType type, ValueSerializer<?> serializer) {
		return shapeBy(serializer, type, null, Nullability.NONE);
	}

	private Tuple tuple(ValueSerializer<?> serializer) {
		List<ValueShape> items = new ArrayList<>();
		for (Iterator<PropertyWriter> each = serializer.properties(); each.hasNext();) {
			items.add((each.next() instanceof BeanPropertyWriter writer) ? member(writer).shape() : new Anything(null));
		}
		return new Tuple(List.copyOf(items));
	}

	/** An object whose members are written by this serializer. */
	final ValueShape structure(JavaType type, @Nullable BeanProperty property, ValueSerializer<?> serializer) {
		if (property != null && (property.getAnnotation(JsonIgnoreProperties.class) != null
				|| property.getAnnotation(JsonIncludeProperties.class) != null
				|| property.getAnnotation(JsonFormat.class) != null)) {
			// It looks otherwise here than elsewhere.
			return members(type, property, serializer);
		}
		return reference(type, null, () -> members(type, null, serializer));
	}

	/** The members of an object. */
	ValueShape members(JavaType type, @Nullable BeanProperty of, ValueSerializer<?> serializer) {
		List<Member> members = new ArrayList<>();
		List<BeanProperty> outside = new ArrayList<>();
		JsonObjectFormatVisitor collector = new JsonObjectFormatVisitor.Base(this.context) {

			@Override
			public void property(BeanProperty property) {
				add(property);
			}

			@Override
			public void optionalProperty(BeanProperty property) {
				add(property);
			}

			@Override
			public void property(String name, JsonFormatVisitable handler, JavaType known) {
				members.add(new Member(name, shape(known, null, Nullability.NONE, handler), false));
			}

			@Override
			public void optionalProperty(String name, JsonFormatVisitable handler, JavaType known) {
				property(name, handler, known);
			}

			private void add(BeanProperty property) {
				if (property instanceof BeanPropertyWriter writer) {
					members.add(member(writer));
					if (polymorphic().isTaggedOutside(writer)) {
						outside.add(writer);
					}
				}
			}

		};
		boolean open = false;
		for (Iterator<PropertyWriter> each = serializer.properties(); each.hasNext();) {
			PropertyWriter writer = each.next();
			if (writer instanceof AnyGetterWriter) {
				open = true;
			}
			else {
				writer.depositSchemaProperty(collector, this.context);
			}
		}
		return this.polymorphic.taggedOutside(members, open, outside);
	}

	private Member member(BeanPropertyWriter writer) {
		JavaType type = (writer.getSerializationType() != null) ? writer.getSerializationType() : writer.getType();
		ValueShape shape = shape(writer, type, writer.getSerializer());
		if (isAlwaysWritten(writer)) {
			return new Member(writer.getName(), shape, writer.getViews() == null || writer.getViews().length == 0);
		}
		return switch (inclusion(writer)) {
			case NON_NULL -> new Member(writer.getName(), withoutNull(shape, type), !isNullable(shape, type));
			case NON_ABSENT -> new Member(writer.getName(), withoutNull(shape, null), !isNullable(shape, null));
			default -> new Member(writer.getName(), withoutNull(shape, null), false);
		};
	}

	private JsonInclude.Include inclusion(BeanPropertyWriter writer) {
		return writer.findPropertyInclusion(this.context.getConfig(), writer.getMember().getRawType())
			.getValueInclusion();
	}

	/** Whether a member is written whatever its value is. */
	final boolean isAlwaysWritten(BeanPropertyWriter writer) {
		return switch (inclusion(writer)) {
			case ALWAYS, USE_DEFAULTS -> true;
			case NON_NULL, NON_ABSENT, NON_EMPTY -> writer.getType().isPrimitive();
			default -> false;
		};
	}

	/** An empty optional is written as null unless it is left out, too. */
	private static boolean isNullable(ValueShape shape, @Nullable JavaType type) {
		return (type == null || !type.isReferenceType()) && shape instanceof Choice choice
				&& choice.shapes().contains(new Nothing());
	}

	private static ValueShape withoutNull(ValueShape shape, @Nullable JavaType type) {
		if (!isNullable(shape, type)) {
			return shape;
		}
		List<ValueShape> others = ((Choice) shape).shapes()
			.stream()
			.filter((each) -> !(each instanceof Nothing))
			.toList();
		return (others.size() == 1) ? others.getFirst() : new Choice(others);
	}

}
