package io.genserver.rpc.codec;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Collects what one description needs to know of types. First everything is asked for,
 * then {@link #finish} gives names to what is referred to. For one thread.
 *
 * @since 0.1.0
 */
public interface ValueShapes {

	/**
	 * Return what is written.
	 * @param type the type of a reply, or of items that are sent
	 * @param annotated the same with its annotations, if they are known
	 * @return the shape of its values
	 */
	ValueShape written(Type type, @Nullable AnnotatedType annotated);

	/**
	 * Return what is read.
	 * @param type the type of an argument, or of items that are received
	 * @param annotated the same with its annotations, if they are known
	 * @return the shape of its values
	 */
	ValueShape read(Type type, @Nullable AnnotatedType annotated);

	/**
	 * Give names to the shapes that are referred to. Nothing may be asked for after this.
	 * @param taken names that mean something else
	 * @return the shapes, sorted by name
	 */
	Collection<ValueShape.Definition> finish(Set<String> taken);

	/**
	 * Return what an encoding collects that cannot tell.
	 * @return shapes that allow anything
	 */
	static ValueShapes unknown() {
		return new ValueShapes() {

			@Override
			public ValueShape written(Type type, @Nullable AnnotatedType annotated) {
				return new ValueShape.Anything(type.getTypeName());
			}

			@Override
			public ValueShape read(Type type, @Nullable AnnotatedType annotated) {
				return written(type, annotated);
			}

			@Override
			public Collection<ValueShape.Definition> finish(Set<String> taken) {
				return List.of();
			}

		};
	}

}
