package io.genserver.rpc.codec;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What values of a type are in JSON, for descriptions of what may be called.
 *
 * @since 0.1.0
 */
public sealed interface ValueShape {

	/**
	 * Return this shape, or null.
	 * @return a shape that allows null
	 */
	default ValueShape orNull() {
		return switch (this) {
			case Anything any -> any;
			case Nothing nothing -> nothing;
			case Choice choice when choice.shapes().contains(new Nothing()) -> choice;
			case Choice choice -> Choice.of(choice.shapes(), new Nothing());
			default -> new Choice(List.of(this, new Nothing()));
		};
	}

	/**
	 * Any value: nothing is known of it.
	 *
	 * @param type the name of the Java type, {@code null} where anything is meant
	 * @since 0.1.0
	 */
	record Anything(@Nullable String type) implements ValueShape {
	}

	/**
	 * Only null.
	 *
	 * @since 0.1.0
	 */
	record Nothing() implements ValueShape {
	}

	/**
	 * A truth value.
	 *
	 * @since 0.1.0
	 */
	record Truth() implements ValueShape {
	}

	/**
	 * A number.
	 *
	 * @param integer whether it has no fraction
	 * @param wide whether it may be larger than a double holds exactly
	 * @since 0.1.0
	 */
	record Numeric(boolean integer, boolean wide) implements ValueShape {
	}

	/**
	 * Text.
	 *
	 * @param format its format in the words of JSON Schema, if it has one
	 * @param encoding how bytes are encoded in it, if it stands for bytes
	 * @since 0.1.0
	 */
	record Text(@Nullable String format, @Nullable String encoding) implements ValueShape {
	}

	/**
	 * One value.
	 *
	 * @param value text, a number or a truth value
	 * @since 0.1.0
	 */
	record Constant(Object value) implements ValueShape {
	}

	/**
	 * An array of values alike.
	 *
	 * @param items the elements
	 * @since 0.1.0
	 */
	record Sequence(ValueShape items) implements ValueShape {
	}

	/**
	 * An array of a known number of values.
	 *
	 * @param items the elements
	 * @since 0.1.0
	 */
	record Tuple(List<ValueShape> items) implements ValueShape {
	}

	/**
	 * An object whose members are values alike.
	 *
	 * @param keys the names there may be; empty if any
	 * @param values the values
	 * @since 0.1.0
	 */
	record Mapping(List<String> keys, ValueShape values) implements ValueShape {
	}

	/**
	 * An object whose members are known.
	 *
	 * @param members the members
	 * @param open whether others are to be expected
	 * @since 0.1.0
	 */
	record Structure(List<Member> members, boolean open) implements ValueShape {
	}

	/**
	 * A member of an object.
	 *
	 * @param name its name
	 * @param shape its value
	 * @param required whether it is always there
	 * @since 0.1.0
	 */
	record Member(String name, ValueShape shape, boolean required) {
	}

	/**
	 * One of several.
	 *
	 * @param shapes what it may be
	 * @since 0.1.0
	 */
	record Choice(List<ValueShape> shapes) implements ValueShape {

		static Choice of(List<ValueShape> some, ValueShape another) {
			List<ValueShape> all = new ArrayList<>(some);
			all.add(another);
			return new Choice(List.copyOf(all));
		}

	}

	/**
	 * A shape that has a name, so that it may refer to itself.
	 *
	 * @param definition the shape
	 * @since 0.1.0
	 */
	record Reference(Definition definition) implements ValueShape {
	}

	/**
	 * A shape with a name, which is known when everything is that is to be described.
	 *
	 * @since 0.1.0
	 */
	interface Definition {

		/**
		 * Return the name.
		 * @return the name, of which no other shape has it
		 */
		String name();

		/**
		 * Return the shape.
		 * @return the shape
		 */
		ValueShape shape();

	}

}
