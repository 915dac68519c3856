package io.genserver.rpc.codec;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

import io.genserver.rpc.codec.ValueShape.Member;
import io.genserver.rpc.codec.ValueShape.Structure;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.ser.AnyGetterWriter;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.PropertyWriter;

/**
 * Walks over types that are read. They are what is written, but objects have the members
 * that Jackson reads.
 */
final class ReadShapes extends ShapeWalker {

	private final DeserializationContext reading;

	ReadShapes(JacksonFormat format, ShapeDefinitions definitions) {
		super(format, definitions, true);
		this.reading = format.mapper()._deserializationContext();
	}

	@Override
	ValueShape members(JavaType type, @Nullable BeanProperty of, ValueSerializer<?> serializer) {
		ValueDeserializer<?> deserializer;
		try {
			deserializer = this.reading.findNonContextualValueDeserializer(type);
		}
		catch (JacksonException ex) {
			return super.members(type, of, serializer);
		}
		if (!(deserializer instanceof BeanDeserializerBase bean) || isWrittenAs(serializer)) {
			return super.members(type, of, serializer);
		}
		JavaType delegate = bean.getValueInstantiator().getDelegateType(this.reading.getConfig());
		if (delegate != null && !delegate.equals(type)) {
			return shape(delegate, Nullability.NONE);
		}
		Set<String> leftOut = leftOut(of, serializer);
		List<Member> members = new ArrayList<>();
		for (Iterator<SettableBeanProperty> properties = bean.properties(); properties.hasNext();) {
			SettableBeanProperty each = properties.next();
			if (!each.isIgnorable() && !each.isInjectionOnly()) {
				members.add(member(each, leftOut.contains(each.getName())));
			}
		}
		return new Structure(List.copyOf(members), bean.hasAnySetter());
	}

	/** What is not always written, and so cannot be demanded. */
	private Set<String> leftOut(@Nullable BeanProperty of, ValueSerializer<?> serializer) {
		Set<String> names = new HashSet<>();
		for (Iterator<PropertyWriter> writers = serializer.properties(); writers.hasNext();) {
			PropertyWriter each = writers.next();
			if (each instanceof AnyGetterWriter
					|| (each instanceof BeanPropertyWriter writer && !isAlwaysWritten(writer))) {
				names.add(each.getName());
			}
		}
		if (of != null && of.getMember() != null) {
			names.addAll(this.reading.getAnnotationIntrospector()
				.findPropertyIgnoralByName(this.reading.getConfig(), of.getMember())
				.findIgnoredForDeserialization());
		}
		return names;
	}

	/**
	 * Whether what is written says more than what is read: Jackson does not tell of
	 * members that are read into others, or that say what others are.
	 */
	private boolean isWrittenAs(ValueSerializer<?> serializer) {
		for (Iterator<PropertyWriter> each = serializer.properties(); each.hasNext();) {
			if (each.next() instanceof BeanPropertyWriter writer
					&& (writer.isUnwrapping() || polymorphic().isTaggedOutside(writer))) {
				return true;
			}
		}
		return false;
	}

	private Member member(SettableBeanProperty property, boolean leftOut) {
		ValueShape shape = shape(property, property.getType(), null);
		// Null is what stands for a member that is missing.
		boolean required = property.isRequired()
				|| (property.isCreatorProperty() && !leftOut && !shape.orNull().equals(shape));
		return new Member(property.getName(), shape, required);
	}

}
