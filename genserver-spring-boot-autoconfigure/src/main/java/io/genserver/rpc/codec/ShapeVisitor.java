package io.genserver.rpc.codec;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.genserver.rpc.codec.ValueShape.Anything;
import io.genserver.rpc.codec.ValueShape.Choice;
import io.genserver.rpc.codec.ValueShape.Constant;
import io.genserver.rpc.codec.ValueShape.Mapping;
import io.genserver.rpc.codec.ValueShape.Nothing;
import io.genserver.rpc.codec.ValueShape.Numeric;
import io.genserver.rpc.codec.ValueShape.Sequence;
import io.genserver.rpc.codec.ValueShape.Text;
import io.genserver.rpc.codec.ValueShape.Truth;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.jsonFormatVisitors.JsonAnyFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonArrayFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonBooleanFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatTypes;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatVisitable;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatVisitorWrapper;
import tools.jackson.databind.jsonFormatVisitors.JsonIntegerFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonMapFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonNullFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonNumberFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonObjectFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonStringFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonValueFormat;

/** Notes what a serializer says of the values it writes. */
final class ShapeVisitor extends JsonFormatVisitorWrapper.Base {

	private final ShapeWalker walker;

	private final JavaType type;

	private final @Nullable BeanProperty property;

	private final Nullability nullability;

	private final ValueSerializer<?> serializer;

	private ValueShape shape;

	ShapeVisitor(ShapeWalker walker, JavaType type, @Nullable BeanProperty property, Nullability nullability,
			ValueSerializer<?> serializer) {
		super(walker.context());
		this.walker = walker;
		this.type = type;
		this.property = property;
		this.nullability = nullability;
		this.serializer = serializer;
		this.shape = walker.anything(type);
	}

	ValueShape shape() {
		return this.shape;
	}

	private static boolean isObject(ValueSerializer<?> serializer) {
		return serializer.properties().hasNext();
	}

	@Override
	public @Nullable JsonObjectFormatVisitor expectObjectFormat(JavaType type) {
		// What says so may have been asked by another, such as that of a @JsonValue.
		ValueSerializer<?> asked = isObject(this.serializer) ? this.serializer : this.walker.serializer(type, null);
		this.shape = this.walker.structure(type, this.property, asked);
		return null;
	}

	@Override
	public JsonArrayFormatVisitor expectArrayFormat(JavaType type) {
		this.shape = new Sequence(new Anything(null));
		return new JsonArrayFormatVisitor.Base(this.walker.context()) {

			@Override
			public void itemsFormat(JsonFormatVisitable handler, JavaType element) {
				ShapeVisitor.this.shape = new Sequence(elements(handler, element));
			}

			@Override
			public void itemsFormat(JsonFormatTypes format) {
				JavaType array = ShapeVisitor.this.type;
				// Those of primitives do not tell integers from other numbers.
				boolean known = array.isArrayType() && array.getContentType().isPrimitive();
				ShapeVisitor.this.shape = new Sequence(known ? elements(null, array.getContentType()) : of(format));
			}

		};
	}

	private ValueShape elements(@Nullable JsonFormatVisitable handler, JavaType element) {
		return this.walker.shape(element, this.property, this.nullability.elements(), handler);
	}

	private static ValueShape of(JsonFormatTypes format) {
		return switch (format) {
			case STRING -> new Text(null, null);
			case NUMBER -> new Numeric(false, false);
			case INTEGER -> new Numeric(true, false);
			case BOOLEAN -> new Truth();
			case NULL -> new Nothing();
			default -> new Anything(null);
		};
	}

	@Override
	public JsonMapFormatVisitor expectMapFormat(JavaType type) {
		this.shape = new Mapping(List.of(), new Anything(null));
		return new JsonMapFormatVisitor.Base(this.walker.context()) {

			private List<String> keys = List.of();

			@Override
			public void keyFormat(JsonFormatVisitable handler, JavaType key) {
				this.keys = ShapeVisitor.this.walker.keys(key, ShapeVisitor.this.property);
			}

			@Override
			public void valueFormat(JsonFormatVisitable handler, JavaType value) {
				ShapeVisitor.this.shape = new Mapping(this.keys, elements(handler, value));
			}

		};
	}

	@Override
	public JsonStringFormatVisitor expectStringFormat(JavaType type) {
		this.shape = new Text(null, null);
		return new JsonStringFormatVisitor.Base() {

			@Override
			public void format(JsonValueFormat format) {
				ShapeVisitor.this.shape = new Text(format.toString(), null);
			}

			@Override
			public void enumTypes(Set<String> values) {
				Set<ValueShape> constants = new LinkedHashSet<>();
				values.forEach((each) -> constants.add(new Constant(each)));
				ShapeVisitor.this.shape = new Choice(List.copyOf(constants));
			}

		};
	}

	@Override
	public @Nullable JsonNumberFormatVisitor expectNumberFormat(JavaType type) {
		this.shape = new Numeric(false, false);
		return null;
	}

	@Override
	public JsonIntegerFormatVisitor expectIntegerFormat(JavaType type) {
		this.shape = new Numeric(true, false);
		return new JsonIntegerFormatVisitor.Base() {

			@Override
			public void numberType(JsonParser.NumberType number) {
				ShapeVisitor.this.shape = new Numeric(true,
						number == JsonParser.NumberType.LONG || number == JsonParser.NumberType.BIG_INTEGER);
			}

		};
	}

	@Override
	public @Nullable JsonBooleanFormatVisitor expectBooleanFormat(JavaType type) {
		this.shape = new Truth();
		return null;
	}

	@Override
	public @Nullable JsonNullFormatVisitor expectNullFormat(JavaType type) {
		this.shape = new Nothing();
		return null;
	}

	@Override
	public @Nullable JsonAnyFormatVisitor expectAnyFormat(JavaType type) {
		return null;
	}

}
