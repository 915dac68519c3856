package io.genserver.runtime;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.genserver.UnknownOperationException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the operation that handles a message by the message's class: the handler declared
 * for the class itself, else for its nearest superclass, else for one of its interfaces.
 */
final class Operations {

	private final String server;

	private final Map<Class<?>, Operation> declared = new LinkedHashMap<>();

	private final Map<Class<?>, Operation> found = new ConcurrentHashMap<>();

	Operations(ServerDefinition definition) {
		this.server = definition.name();
		for (Operation operation : definition.operations()) {
			Class<?> type = operation.messageType();
			if (type != null) {
				this.declared.put(type, operation);
			}
		}
	}

	Operation forMessage(Object message) {
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
		for (Map.Entry<Class<?>, Operation> entry : this.declared.entrySet()) {
			if (entry.getKey().isAssignableFrom(type)) {
				return entry.getValue();
			}
		}
		return null;
	}

}
