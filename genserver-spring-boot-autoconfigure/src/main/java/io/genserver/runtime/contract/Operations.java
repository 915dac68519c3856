package io.genserver.runtime.contract;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.genserver.UnknownOperationException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the operation that handles a message by the message's class: the handler declared
 * for the class itself, else for its nearest superclass, else for the most specific of
 * its interfaces.
 */
public final class Operations {

	private final String server;

	private final Map<Class<?>, Operation> declared = new LinkedHashMap<>();

	private final Map<Class<?>, Operation> found = new ConcurrentHashMap<>();

	/**
	 * Create.
	 * @param server the server's name, for messages
	 * @param operations the server's operations
	 */
	public Operations(String server, List<? extends Operation> operations) {
		this.server = server;
		for (Operation operation : operations) {
			Class<?> type = operation.messageType();
			if (type != null) {
				this.declared.put(type, operation);
			}
		}
	}

	public Operation forMessage(Object message) {
		Class<?> type = message.getClass();
		Operation operation = this.found.get(type);
		if (operation == null) {
			operation = find(type);
			if (operation == null) {
				throw new UnknownOperationException("Server " + this.server + " has no handler for messages of "
						+ type.getName() + "; it handles " + this.declared.keySet()
						+ ". Add a method with one parameter of that type, annotated @Call or @Cast");
			}
			this.found.put(type, operation);
		}
		return operation;
	}

	private @Nullable Operation find(Class<?> type) {
		for (Class<?> known = type; known != null; known = known.getSuperclass()) {
			Operation operation = this.declared.get(known);
			if (operation != null) {
				return operation;
			}
		}
		Class<?> nearest = nearestInterface(type);
		return (nearest != null) ? this.declared.get(nearest) : null;
	}

	private @Nullable Class<?> nearestInterface(Class<?> type) {
		List<Class<?>> candidates = this.declared.keySet()
			.stream()
			.filter((each) -> each.isInterface() && each.isAssignableFrom(type))
			.toList();
		List<Class<?>> nearest = candidates.stream()
			.filter((each) -> candidates.stream().noneMatch((other) -> other != each && each.isAssignableFrom(other)))
			.toList();
		if (nearest.size() > 1) {
			throw new UnknownOperationException("Server " + this.server + " has several handlers for messages of "
					+ type.getName() + ": those of " + nearest + ". Add one for the class itself");
		}
		return nearest.isEmpty() ? null : nearest.getFirst();
	}

}
