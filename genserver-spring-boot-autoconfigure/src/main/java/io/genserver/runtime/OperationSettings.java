package io.genserver.runtime;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.genserver.runtime.ServerSettings.OfOperation;
import io.genserver.runtime.contract.InvalidOperationException;
import io.genserver.runtime.contract.MethodOperation;
import io.genserver.runtime.contract.Operation;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * Applies what is set for single operations of a server.
 */
final class OperationSettings {

	private OperationSettings() {
	}

	/**
	 * The operations of a server, with what is set for them; what is set for one that the
	 * server does not have is refused.
	 */
	static List<? extends Operation> over(String server, Class<?> type, List<? extends Operation> operations,
			Map<String, OfOperation> settings) {
		if (settings.isEmpty()) {
			return List.copyOf(operations);
		}
		Map<String, OfOperation> byName = new HashMap<>();
		settings.forEach((name, said) -> {
			if (operations.stream().noneMatch((each) -> isNamed(each, name))) {
				throw new InvalidOperationException("Property genserver.servers." + server + ".operations." + name,
						"names no operation of server '" + server + "', which is a " + type.getName()
								+ ". Its operations are "
								+ operations.stream().map(Operation::name).distinct().sorted().toList(),
						"Correct the name, or remove the property");
			}
			byName.put(ServerNames.uniform(name), said);
		});
		return operations.stream().map((each) -> over(each, byName.get(ServerNames.uniform(each.name())))).toList();
	}

	private static boolean isNamed(Operation operation, String name) {
		return ServerNames.uniform(operation.name()).equals(ServerNames.uniform(name));
	}

	private static Operation over(Operation operation, @Nullable OfOperation said) {
		if (said == null || !(operation instanceof MethodOperation method)) {
			return operation;
		}
		return method.with((said.concurrent() != null) ? said.concurrent() : -1,
				(said.slowThreshold() != null) ? Durations.nanos(said.slowThreshold()) : -1);
	}

}
