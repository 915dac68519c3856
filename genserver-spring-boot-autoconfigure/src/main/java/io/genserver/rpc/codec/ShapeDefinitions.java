package io.genserver.rpc.codec;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import io.genserver.rpc.codec.ValueShape.Anything;
import io.genserver.rpc.codec.ValueShape.Choice;
import io.genserver.rpc.codec.ValueShape.Definition;
import io.genserver.rpc.codec.ValueShape.Mapping;
import io.genserver.rpc.codec.ValueShape.Member;
import io.genserver.rpc.codec.ValueShape.Reference;
import io.genserver.rpc.codec.ValueShape.Sequence;
import io.genserver.rpc.codec.ValueShape.Structure;
import io.genserver.rpc.codec.ValueShape.Tuple;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;

/**
 * The shapes that have names. Where a type is read as it is written, both are one: they
 * are compared when all are known, taken for equal until a difference is found, for they
 * may refer to themselves.
 */
final class ShapeDefinitions {

	private final Map<Key, Entry> entries = new LinkedHashMap<>();

	/**
	 * Refer to a shape, which is made when it is met first.
	 * @param key what it is the shape of
	 * @param shape makes it, and may meet it again
	 */
	Reference refer(Key key, Supplier<ValueShape> shape) {
		Entry known = this.entries.get(key);
		if (known == null) {
			known = new Entry(key);
			this.entries.put(key, known);
			known.shape = shape.get();
		}
		return new Reference(known);
	}

	Collection<Definition> finish(Set<String> taken) {
		merge();
		Set<String> names = new HashSet<>(taken);
		List<Definition> all = new ArrayList<>();
		for (boolean read : new boolean[] { false, true }) {
			for (Entry each : this.entries.values()) {
				if (each.key.read() == read && each.same == null) {
					each.name = freeName(each.key, names);
					all.add(each);
				}
			}
		}
		all.sort(Comparator.comparing(Definition::name));
		return all;
	}

	/** What is read takes the name of what is written, unless they differ. */
	private void merge() {
		for (Entry each : this.entries.values()) {
			each.same = each.key.read() ? this.entries.get(each.key.written()) : null;
		}
		boolean changed = true;
		while (changed) {
			changed = false;
			for (Entry each : this.entries.values()) {
				if (each.same != null && !fits(each.shape, each.same.shape)) {
					each.same = null;
					changed = true;
				}
			}
		}
	}

	/** Whether whatever is written so can be read so. */
	private static boolean fits(ValueShape read, ValueShape written) {
		return switch (read) {
			case Reference of when written instanceof Reference other ->
				((Entry) of.definition()).meant() == ((Entry) other.definition()).meant();
			case Sequence of when written instanceof Sequence other -> fits(of.items(), other.items());
			case Mapping of when written instanceof Mapping other ->
				of.keys().equals(other.keys()) && fits(of.values(), other.values());
			case Tuple of when written instanceof Tuple other -> allFit(of.items(), other.items());
			case Choice of when written instanceof Choice other -> allFit(of.shapes(), other.shapes());
			case Structure of when written instanceof Structure other ->
				of.open() == other.open() && membersFit(of.members(), other.members());
			case Anything of -> written instanceof Anything;
			default -> read.equals(written);
		};
	}

	private static boolean allFit(List<ValueShape> read, List<ValueShape> written) {
		if (read.size() != written.size()) {
			return false;
		}
		for (int i = 0; i < read.size(); i++) {
			if (!fits(read.get(i), written.get(i))) {
				return false;
			}
		}
		return true;
	}

	/** Members may have another order, and need not be read. */
	private static boolean membersFit(List<Member> read, List<Member> written) {
		if (read.size() != written.size()) {
			return false;
		}
		for (Member each : read) {
			Member other = written.stream().filter((one) -> one.name().equals(each.name())).findFirst().orElse(null);
			if (other == null || (each.required() && !other.required()) || !fits(each.shape(), other.shape())) {
				return false;
			}
		}
		return true;
	}

	private String freeName(Key key, Set<String> names) {
		String suffix = (key.read() && this.entries.containsKey(key.written())) ? "Input" : "";
		String name = name(key.type()) + suffix;
		Class<?> outer = key.type().getRawClass().getEnclosingClass();
		if (names.contains(name) && outer != null) {
			name = outer.getSimpleName() + name;
		}
		String free = name;
		for (int number = 2; !names.add(free); number++) {
			free = name + number;
		}
		return free;
	}

	/** The simple name, with those of type arguments: {@code PageOfOrder}. */
	private static String name(JavaType type) {
		if (type.isArrayType()) {
			return "ArrayOf" + name(type.getContentType());
		}
		StringBuilder name = new StringBuilder(type.getRawClass().getSimpleName());
		for (int i = 0; i < type.containedTypeCount(); i++) {
			name.append((i == 0) ? "Of" : "And").append(name(type.containedTypeOrUnknown(i)));
		}
		return name.toString();
	}

	/**
	 * What a definition is the shape of.
	 *
	 * @param type the type
	 * @param read whether it is read
	 * @param tag how it says of which class it is, where it does
	 */
	record Key(JavaType type, boolean read, @Nullable String tag) {

		private Key written() {
			return new Key(this.type, false, this.tag);
		}

	}

	private static final class Entry implements Definition {

		private final Key key;

		private ValueShape shape = new Anything(null);

		private String name = "";

		/** Another that is alike, whose name it has. */
		private @Nullable Entry same;

		private Entry(Key key) {
			this.key = key;
		}

		private Entry meant() {
			return (this.same != null) ? this.same : this;
		}

		@Override
		public String name() {
			return meant().name;
		}

		@Override
		public ValueShape shape() {
			return this.shape;
		}

	}

}
