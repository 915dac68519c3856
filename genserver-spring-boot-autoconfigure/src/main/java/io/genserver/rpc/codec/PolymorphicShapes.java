package io.genserver.rpc.codec;

import java.lang.reflect.AnnotatedElement;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonTypeId;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.genserver.rpc.codec.ValueShape.Choice;
import io.genserver.rpc.codec.ValueShape.Constant;
import io.genserver.rpc.codec.ValueShape.Member;
import io.genserver.rpc.codec.ValueShape.Nothing;
import io.genserver.rpc.codec.ValueShape.Numeric;
import io.genserver.rpc.codec.ValueShape.Structure;
import io.genserver.rpc.codec.ValueShape.Text;
import io.genserver.rpc.codec.ValueShape.Truth;
import io.genserver.rpc.codec.ValueShape.Tuple;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.TypeIdResolver;
import tools.jackson.databind.jsontype.TypeResolverProvider;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.impl.UnknownSerializer;

/**
 * Shapes of types whose values say of which class they are: a choice of what each class
 * looks like, with its name where Jackson writes it, so that a program that compares the
 * name knows the rest.
 */
final class PolymorphicShapes {

	private final ShapeWalker walker;

	private final SerializationContext context;

	private final SerializationConfig config;

	private final AnnotationIntrospector annotations;

	private final boolean read;

	PolymorphicShapes(ShapeWalker walker, boolean read) {
		this.walker = walker;
		this.context = walker.context();
		this.config = this.context.getConfig();
		this.annotations = this.config.getAnnotationIntrospector();
		this.read = read;
	}

	/**
	 * Find out how values of a type say of which class they are.
	 * @param type the type
	 * @param property the property they belong to, maybe as its elements
	 * @return {@code null} if they do not
	 */
	@Nullable Tagging tagging(JavaType type, @Nullable BeanProperty property) {
		AnnotatedMember member = (property != null) ? property.getMember() : null;
		if (property == null || member == null || info(member) == null) {
			return tagging(type, this.context.findTypeSerializer(type), this.context.introspectClassAnnotations(type),
					subtypes(type));
		}
		TypeResolverProvider provider = this.config.getTypeResolverProvider();
		JavaType whole = property.getType();
		if (type.hasRawClass(whole.getRawClass())) {
			return type.isContainerType() ? null : tagging(type,
					provider.findPropertyTypeSerializer(this.context, member, type), member, subtypes(member, type));
		}
		if (whole.getContentType() == null || !type.hasRawClass(whole.getContentType().getRawClass())) {
			return tagging(type, this.context.findTypeSerializer(type), this.context.introspectClassAnnotations(type),
					subtypes(type));
		}
		return tagging(type, provider.findPropertyContentTypeSerializer(this.context, member, whole), member,
				subtypes(member, type));
	}

	private JsonTypeInfo.@Nullable Value info(Annotated of) {
		return this.annotations.findPolymorphicTypeInfo(this.config, of);
	}

	private Collection<NamedType> subtypes(JavaType type) {
		return this.config.getSubtypeResolver()
			.collectAndResolveSubtypesByClass(this.config, this.context.introspectClassAnnotations(type));
	}

	private Collection<NamedType> subtypes(AnnotatedMember member, JavaType type) {
		return this.config.getSubtypeResolver().collectAndResolveSubtypesByClass(this.config, member, type);
	}

	private @Nullable Tagging tagging(JavaType type, @Nullable TypeSerializer by, Annotated annotated,
			Collection<NamedType> subtypes) {
		if (by == null) {
			return null;
		}
		String name = by.getPropertyName();
		JsonTypeInfo.Value info = info(annotated);
		if (name == null && info != null) {
			// Nothing is written for a property that is there anyway.
			name = info.getPropertyName();
		}
		List<JavaType> concrete = new ArrayList<>();
		for (NamedType each : subtypes) {
			JavaType subtype = this.walker.format().subtype(type, each.getType());
			if (subtype != null && !subtype.isAbstract() && !concrete.contains(subtype)) {
				concrete.add(subtype);
			}
		}
		// Jackson keeps them in no certain order.
		concrete.sort(Comparator.comparing((each) -> each.getRawClass().getName()));
		return new Tagging(by, Objects.requireNonNullElse(name, ""), List.copyOf(concrete));
	}

	/** What a type may be that says which it is. */
	ValueShape shape(JavaType type, Tagging tagging) {
		List<JavaType> concrete = tagging.concrete();
		boolean known = concrete.stream().anyMatch((each) -> !each.equals(type));
		boolean open = !known && !type.getRawClass().isSealed() && !type.isFinal() && tagging.takesAnyClass();
		if (open || concrete.isEmpty()) {
			return this.walker.anything(type);
		}
		if (concrete.size() == 1 && concrete.getFirst().equals(type)) {
			return tagged(type, tagging);
		}
		return this.walker.reference(type, "one of " + concrete + " by " + tagging.as() + " " + tagging.name(),
				() -> new Choice(concrete.stream().map((each) -> tagged(each, tagging)).toList()));
	}

	private ValueShape tagged(JavaType type, Tagging tagging) {
		ValueSerializer<?> serializer = this.walker.serializer(type, null);
		if (tagging.isSilent()) {
			return untagged(type, serializer);
		}
		String id = id(type, tagging);
		if (id == null) {
			return this.walker.anything(type);
		}
		ValueShape tag = choosesItsId(type) ? new Text(null, null) : new Constant(id);
		boolean plain = serializer instanceof BeanSerializerBase || serializer instanceof UnknownSerializer;
		if (tagging.as() == JsonTypeInfo.As.WRAPPER_OBJECT) {
			return new Structure(List.of(new Member(id, untagged(type, serializer), true)), false);
		}
		if (tagging.as() == JsonTypeInfo.As.WRAPPER_ARRAY || !plain) {
			return new Tuple(List.of(tag, untagged(type, serializer)));
		}
		boolean existing = tagging.as() == JsonTypeInfo.As.EXISTING_PROPERTY;
		return this.walker.reference(type, tagging.name() + "=" + id,
				() -> switch (this.walker.members(type, null, serializer)) {
					case Structure known -> tagged(known, tagging.name(), tag, existing);
					case Choice choice when choice.shapes().stream().allMatch(Structure.class::isInstance) ->
						new Choice(choice.shapes()
							.stream()
							.map((each) -> tagged((Structure) each, tagging.name(), tag, existing))
							.toList());
					default -> this.walker.anything(type);
				});
	}

	private ValueShape tagged(Structure structure, String name, ValueShape tag, boolean existing) {
		List<Member> members = new ArrayList<>();
		Member own = structure.members().stream().filter((each) -> each.name().equals(name)).findFirst().orElse(null);
		if (!existing || (own == null && this.read)) {
			members.add(new Member(name, tag, true));
		}
		for (Member each : structure.members()) {
			if (each != own) {
				members.add(each);
			}
			else if (existing) {
				members.add(new Member(name, asWritten(tag, each.shape()), true));
			}
		}
		return new Structure(List.copyOf(members), structure.open());
	}

	/** The name of a class as a property writes it that need not be text. */
	private static ValueShape asWritten(ValueShape tag, ValueShape property) {
		if (!(tag instanceof Constant(String id))) {
			return property;
		}
		try {
			return switch (property) {
				case Numeric number -> new Constant(new BigDecimal(id));
				case Truth truth -> new Constant(Boolean.valueOf(id));
				default -> tag;
			};
		}
		catch (NumberFormatException ex) {
			return property;
		}
	}

	private @Nullable String id(JavaType type, Tagging tagging) {
		try {
			return tagging.by().getTypeIdResolver().idFromValueAndType(this.context, null, type.getRawClass());
		}
		catch (RuntimeException ex) {
			// A resolver of the application may want to see a value.
			return null;
		}
	}

	/** Whether each value has a name of its own. */
	private static boolean choosesItsId(JavaType type) {
		Class<?> raw = type.getRawClass();
		return Stream
			.<AnnotatedElement>concat(Arrays.stream(raw.getDeclaredFields()), Arrays.stream(raw.getDeclaredMethods()))
			.anyMatch((each) -> each.isAnnotationPresent(JsonTypeId.class));
	}

	private ValueShape untagged(JavaType type, ValueSerializer<?> serializer) {
		return this.walker.untagged(type, serializer);
	}

	/** Whether the class of a property's value stands in another property. */
	boolean isTaggedOutside(BeanProperty property) {
		return property.getMember() != null && outside(property) != null;
	}

	private @Nullable Tagging outside(BeanProperty property) {
		Tagging tagging = property.getType().isContainerType() ? null : tagging(property.getType(), property);
		return (tagging != null && tagging.as() == JsonTypeInfo.As.EXTERNAL_PROPERTY && !tagging.isDeduced()) ? tagging
				: null;
	}

	/**
	 * The shape of an object some of whose properties say in others of which class their
	 * values are. Of one such property each class makes another object; of several, what
	 * one says is not joined with what the other is.
	 * @param members all members but those others
	 * @param open whether there may be more
	 * @param properties the properties of that kind
	 */
	ValueShape taggedOutside(List<Member> members, boolean open, List<BeanProperty> properties) {
		List<Member> all = new ArrayList<>(members);
		for (BeanProperty each : properties) {
			Tagging tagging = outside(each);
			if (tagging != null) {
				all.removeIf((member) -> member.name().equals(tagging.name()));
				if (properties.size() == 1 && !tagging.concrete().isEmpty()) {
					return joined(all, open, each.getName(), tagging);
				}
				List<ValueShape> ids = tagging.concrete().stream().map((type) -> idOf(type, tagging)).toList();
				all.add(new Member(tagging.name(), ids.isEmpty() ? new Text(null, null) : new Choice(ids), false));
			}
		}
		return new Structure(List.copyOf(all), open);
	}

	private ValueShape idOf(JavaType type, Tagging tagging) {
		String id = id(type, tagging);
		return (id == null || choosesItsId(type)) ? new Text(null, null) : new Constant(id);
	}

	private ValueShape joined(List<Member> members, boolean open, String name, Tagging tagging) {
		List<ValueShape> choices = new ArrayList<>();
		Member own = members.stream().filter((each) -> each.name().equals(name)).findFirst().orElse(null);
		if (own == null) {
			return new Structure(List.copyOf(members), open);
		}
		for (JavaType type : tagging.concrete()) {
			List<Member> joined = new ArrayList<>(members);
			joined.replaceAll((each) -> (each != own) ? each
					: new Member(name, untagged(type, this.walker.serializer(type, null)), true));
			joined.add(new Member(tagging.name(), idOf(type, tagging), true));
			choices.add(new Structure(List.copyOf(joined), open));
		}
		if (!own.required() || own.shape().orNull().equals(own.shape())) {
			List<Member> without = new ArrayList<>(members);
			without.replaceAll((each) -> (each != own) ? each : new Member(name, new Nothing(), own.required()));
			choices.add(new Structure(List.copyOf(without), open));
		}
		return (choices.size() == 1) ? choices.getFirst() : new Choice(List.copyOf(choices));
	}

	/**
	 * How values say of which class they are.
	 *
	 * @param by writes it
	 * @param name of the property it is in, if it is in one
	 * @param concrete the classes there are, sorted by name
	 */
	record Tagging(TypeSerializer by, String name, List<JavaType> concrete) {

		JsonTypeInfo.As as() {
			return this.by.getTypeInclusion();
		}

		private JsonTypeInfo.Id use() {
			TypeIdResolver ids = this.by.getTypeIdResolver();
			return (ids != null) ? ids.getMechanism() : JsonTypeInfo.Id.DEDUCTION;
		}

		/** Whether the value itself does not say it. */
		boolean isSilent() {
			return isDeduced() || as() == JsonTypeInfo.As.EXTERNAL_PROPERTY;
		}

		private boolean isDeduced() {
			return use() == JsonTypeInfo.Id.DEDUCTION;
		}

		/** Whether there may be classes that are not declared. */
		boolean takesAnyClass() {
			return use() == JsonTypeInfo.Id.CLASS || use() == JsonTypeInfo.Id.MINIMAL_CLASS
					|| use() == JsonTypeInfo.Id.CUSTOM;
		}

	}

}
