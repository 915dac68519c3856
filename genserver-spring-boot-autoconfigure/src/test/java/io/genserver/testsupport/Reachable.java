package io.genserver.testsupport;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Tells which objects can be reached from another one, so that a test can see that
 * something has been let go without waiting for a garbage collection. Follows the fields
 * of this project's and JCTools' classes, arrays, collections, maps and atomic
 * references; what other classes hold is not seen.
 */
public final class Reachable {

	/** What was seen, and where it was first seen. */
	private final Map<Object, Object> seen = new IdentityHashMap<>();

	private final Deque<Object> pending = new ArrayDeque<>();

	/** What is being followed. */
	private @Nullable Object current;

	/** Objects of this class are not looked into. */
	private final @Nullable Class<?> border;

	private Reachable(@Nullable Class<?> border) {
		this.border = border;
	}

	/**
	 * Return whether an object can be reached.
	 * @param from where to begin
	 * @param sought the object
	 * @return whether it can be reached
	 */
	public static boolean contains(Object from, Object sought) {
		return new Reachable(null).find(from, sought);
	}

	/**
	 * Return by which way an object can be reached.
	 * @param from where to begin
	 * @param sought the object
	 * @param border objects of this class are not looked into
	 * @return the classes on the way, {@code null} if there is none
	 */
	public static @Nullable String path(Object from, Object sought, @Nullable Class<?> border) {
		Reachable search = new Reachable(border);
		return search.find(from, sought) ? search.path(from, sought) : null;
	}

	private String path(Object from, Object found) {
		StringBuilder path = new StringBuilder(found.getClass().getSimpleName());
		for (Object at = this.seen.get(found); at != from && at != null; at = this.seen.get(at)) {
			path.insert(0, at.getClass().getSimpleName() + " > ");
		}
		return path.toString();
	}

	/**
	 * Return by which way an object of a kind can be reached.
	 * @param from where to begin
	 * @param sought recognizes the objects
	 * @return the classes on the way to the first, {@code null} if there is none
	 */
	public static @Nullable String path(Object from, Predicate<Object> sought) {
		Reachable search = new Reachable(null);
		Object found = search.find(from, sought);
		return (found != null) ? search.path(from, found) : null;
	}

	/**
	 * Return how much the objects take that can be reached, at least: of objects that are
	 * not looked into only what most have is counted.
	 * @param from where to begin
	 * @return bytes, with compressed references
	 */
	public static long bytes(Object from) {
		Reachable search = new Reachable(null);
		search.find(from, new Object());
		return search.seen.keySet().stream().mapToLong(Reachable::size).sum();
	}

	private static long size(Object object) {
		Class<?> type = object.getClass();
		if (type.isArray()) {
			return align(16 + (long) Array.getLength(object) * size(type.getComponentType()));
		}
		long bytes = 12;
		for (Class<?> each = type; each != null && isOurs(each); each = each.getSuperclass()) {
			for (Field field : each.getDeclaredFields()) {
				bytes += Modifier.isStatic(field.getModifiers()) ? 0 : size(field.getType());
			}
		}
		return align(bytes);
	}

	private static long size(Class<?> type) {
		return (type == long.class || type == double.class) ? 8 : (type == byte.class || type == boolean.class) ? 1
				: (type == short.class || type == char.class) ? 2 : 4;
	}

	private static long align(long bytes) {
		return (bytes + 7) & ~7L;
	}

	private boolean find(Object from, Object sought) {
		return find(from, (each) -> each == sought) != null;
	}

	private @Nullable Object find(Object from, Predicate<Object> sought) {
		add(from);
		while (!this.pending.isEmpty()) {
			Object next = this.pending.poll();
			this.current = next;
			if (sought.test(next)) {
				return next;
			}
			follow(next);
		}
		return null;
	}

	private void follow(Object object) {
		Class<?> type = object.getClass();
		if (type.isArray()) {
			for (int i = 0; !type.getComponentType().isPrimitive() && i < Array.getLength(object); i++) {
				add(Array.get(object, i));
			}
		}
		else if (isOurs(type)) {
			followFields(object, type);
		}
		else if (object instanceof Collection<?> collection) {
			collection.forEach(this::add);
		}
		else if (object instanceof Map<?, ?> map) {
			map.forEach((key, value) -> {
				add(key);
				add(value);
			});
		}
		else if (object instanceof AtomicReference<?> reference) {
			add(reference.get());
		}
	}

	private void followFields(Object object, Class<?> type) {
		for (Class<?> each = type; each != null && isOurs(each); each = each.getSuperclass()) {
			for (Field field : each.getDeclaredFields()) {
				if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
					try {
						field.setAccessible(true);
						add(field.get(object));
					}
					catch (IllegalAccessException ex) {
						throw new IllegalStateException(ex);
					}
				}
			}
		}
	}

	private void add(Object object) {
		if (object != null && object.getClass() != this.border && !(object instanceof Thread)
				&& !(object instanceof Class)
				&& this.seen.putIfAbsent(object, (this.current != null) ? this.current : object) == null) {
			this.pending.add(object);
		}
	}

	private static boolean isOurs(Class<?> type) {
		return type.getName().startsWith("io.genserver.") || type.getName().startsWith("org.jctools.");
	}

}
