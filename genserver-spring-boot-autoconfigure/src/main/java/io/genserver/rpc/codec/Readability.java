package io.genserver.rpc.codec;

import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.AbstractDeserializer;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.jsontype.NamedType;

/**
 * Finds within a type what Jackson could write but not read: an interface or an abstract
 * class of which nothing says which class to make, and a class that cannot be made.
 */
final class Readability {

	private final JacksonFormat format;

	private final DeserializationContext context;

	/** What was looked at, or is being. */
	private final Set<JavaType> seen = new HashSet<>();

	/** Likewise, of types that name their subtypes, which may be among these. */
	private final Set<JavaType> polymorphic = new HashSet<>();

	private Readability(JacksonFormat format) {
		this.format = format;
		this.context = format.mapper()._deserializationContext();
	}

	/**
	 * Check a type and all that its values are made of.
	 * @param format reads the values
	 * @param type the type
	 * @throws IllegalArgumentException if values cannot be read, saying why and what to
	 * change
	 */
	static void require(JacksonFormat format, JavaType type) {
		new Readability(format).require(type, "", null);
	}

	private void require(JavaType type, String path, @Nullable BeanProperty property) {
		if (type.isReferenceType()) {
			require(type.getContentType(), path, property);
			return;
		}
		try {
			if (isPolymorphic(type, property)) {
				requireSubtypes(type, path);
			}
			else {
				require(type, (property != null) ? this.context.findContextualValueDeserializer(type, property)
						: this.context.findRootValueDeserializer(type), path, property);
			}
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException(
					at(path) + name(type) + " cannot be read by Jackson: " + ex.getOriginalMessage(), ex);
		}
	}

	private boolean isPolymorphic(JavaType type, @Nullable BeanProperty property) {
		return (property != null && property.getAnnotation(JsonTypeInfo.class) != null && !type.isContainerType())
				|| this.context.findTypeDeserializer(type) != null;
	}

	private void requireSubtypes(JavaType type, String path) {
		if (!this.polymorphic.add(type)) {
			return;
		}
		for (NamedType each : this.context.getConfig()
			.getSubtypeResolver()
			.collectAndResolveSubtypesByTypeId(this.context.getConfig(),
					this.context.introspectClassAnnotations(type))) {
			JavaType subtype = this.format.subtype(type, each.getType());
			if (subtype != null && !subtype.isAbstract()) {
				require(subtype, this.context.findNonContextualValueDeserializer(subtype), path, null);
			}
		}
	}

	private void require(JavaType type, ValueDeserializer<?> found, String path, @Nullable BeanProperty property) {
		ValueDeserializer<?> deserializer = found;
		while (deserializer.getDelegatee() != null) {
			deserializer = deserializer.getDelegatee();
		}
		if (deserializer instanceof AbstractDeserializer) {
			requireNatural(type, path);
		}
		else if (deserializer instanceof BeanDeserializerBase bean) {
			requireBean(type, bean, path);
		}
		else if (type.isContainerType() && !isCustom(property)) {
			require(type.getContentType(), path + (type.isMapLikeType() ? ".*" : "[*]"), property);
		}
	}

	/** Whether an annotation says what reads the elements. */
	private static boolean isCustom(@Nullable BeanProperty property) {
		return property != null
				&& property.getAnnotation(tools.jackson.databind.annotation.JsonDeserialize.class) != null;
	}

	private void requireBean(JavaType type, BeanDeserializerBase bean, String path) {
		if (!this.seen.add(type)) {
			return;
		}
		if (!bean.getValueInstantiator().canInstantiate()) {
			throw new IllegalArgumentException(
					at(path) + name(type) + " has no constructor that Jackson can use; annotate one with @JsonCreator");
		}
		if (bean.getValueInstantiator().canCreateUsingDelegate()) {
			return;
		}
		for (Iterator<SettableBeanProperty> properties = bean.properties(); properties.hasNext();) {
			SettableBeanProperty each = properties.next();
			if (each.isIgnorable() || each.isInjectionOnly()) {
				continue;
			}
			if (each.getValueTypeDeserializer() != null || isCustom(each)) {
				// Declared by annotations.
				continue;
			}
			require(each.getType(), path + "." + each.getName(), each);
		}
	}

	/** What is a string, a boolean or a number itself is read without more. */
	private static void requireNatural(JavaType type, String path) {
		Class<?> raw = type.getRawClass();
		if (raw.isAssignableFrom(String.class) || raw.isAssignableFrom(Boolean.class)
				|| raw.isAssignableFrom(Integer.class) || raw.isAssignableFrom(Double.class)) {
			return;
		}
		throw new IllegalArgumentException(
				at(path) + name(type) + " is " + (raw.isInterface() ? "an interface" : "an abstract class")
						+ ", and nothing says of which class its values are. Annotate it with @JsonTypeInfo"
						+ (raw.isSealed() ? "" : " and @JsonSubTypes") + ", or declare a class that is not abstract");
	}

	private static String name(JavaType type) {
		return type.getRawClass().getSimpleName();
	}

	private static String at(String path) {
		return path.isEmpty() ? "" : "at $" + path + ": ";
	}

}
