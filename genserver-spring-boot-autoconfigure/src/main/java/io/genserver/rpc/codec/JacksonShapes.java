package io.genserver.rpc.codec;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;

/**
 * Asks Jackson what it makes of types: {@link ShapeWalker} what it writes, and
 * {@link ReadShapes} in what that differs from what it reads.
 */
final class JacksonShapes implements ValueShapes {

	private final JacksonFormat format;

	private final ShapeDefinitions definitions = new ShapeDefinitions();

	private final ShapeWalker written;

	private final ReadShapes read;

	JacksonShapes(JacksonFormat format) {
		this.format = format;
		this.written = new ShapeWalker(format, this.definitions, false);
		this.read = new ReadShapes(format, this.definitions);
	}

	@Override
	public ValueShape written(Type type, @Nullable AnnotatedType annotated) {
		return shape(this.written, type, annotated);
	}

	@Override
	public ValueShape read(Type type, @Nullable AnnotatedType annotated) {
		return shape(this.read, type, annotated);
	}

	private ValueShape shape(ShapeWalker walker, Type type, @Nullable AnnotatedType annotated) {
		JavaType known = this.format.type(type);
		return walker.shape(known, Nullability.of(known, annotated));
	}

	@Override
	public Collection<ValueShape.Definition> finish(Set<String> taken) {
		return this.definitions.finish(taken);
	}

}
