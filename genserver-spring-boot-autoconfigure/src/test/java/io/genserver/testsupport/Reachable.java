package io.genserver.testsupport;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Tells which objects can be reached from another one, so that a test can see that
 * something has been let go without waiting for a garbage collection. Follows the fields
 * of this project's and JCTools' classes, arrays, collections, maps and atomic
 * references; what other classes hold is not seen.
 */
public final class Reachable {

	private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

	private final Deque<Object> pending = new ArrayDeque<>();

	private Reachable() {
	}

	/**
	 * Return whether an object can be reached.
	 * @param from where to begin
	 * @param sought the object
	 * @return whether it can be reached
	 */
	public static boolean contains(Object from, Object sought) {
		return new Reachable().find(from, sought);
	}

	private boolean find(Object from, Object sought) {
		add(from);
		while (!this.pending.isEmpty()) {
			Object next = this.pending.pop();
			if (next == sought) {
				return true;
			}
			follow(next);
		}
		return false;
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
		if (object != null && !(object instanceof Thread) && !(object instanceof Class) && this.seen.add(object)) {
			this.pending.push(object);
		}
	}

	private static boolean isOurs(Class<?> type) {
		return type.getName().startsWith("io.genserver.") || type.getName().startsWith("org.jctools.");
	}

}
