package io.genserver.runtime;

import java.util.List;

import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.contract.ServerTimer;
import io.genserver.runtime.scheduling.TurnExecutor;
import org.jspecify.annotations.Nullable;

/**
 * What a server is before it runs.
 *
 * @param name its name
 * @param type its class
 * @param contracts the interfaces whose methods are operations
 * @param keyed whether there is one instance per key
 * @param operations what it can be asked to do, with what the settings say of them;
 * overloads share a name
 * @param factory makes its instances
 * @param settings its settings
 * @param timers timers that every instance has
 * @param executor runs its turns, {@code null} for the engine's workers
 */
public record ServerDefinition(String name, Class<?> type, List<Class<?>> contracts, boolean keyed,
		List<? extends Operation> operations, InstanceFactory factory, ServerSettings settings,
		List<ServerTimer> timers, @Nullable TurnExecutor executor) {

	public ServerDefinition {
		contracts = List.copyOf(contracts);
		operations = OperationSettings.over(name, type, operations, settings.handlers().operations());
		timers = List.copyOf(timers);
	}

	/**
	 * Create a definition without an executor.
	 * @param name its name
	 * @param type its class
	 * @param contracts the interfaces whose methods are operations
	 * @param keyed whether there is one instance per key
	 * @param operations what it can be asked to do; overloads share a name
	 * @param factory makes its instances
	 * @param settings its settings
	 * @param timers timers that every instance has
	 */
	public ServerDefinition(String name, Class<?> type, List<Class<?>> contracts, boolean keyed,
			List<? extends Operation> operations, InstanceFactory factory, ServerSettings settings,
			List<ServerTimer> timers) {
		this(name, type, contracts, keyed, operations, factory, settings, timers, null);
	}

	/**
	 * Create a definition without timers or an executor.
	 * @param name its name
	 * @param type its class
	 * @param contracts the interfaces whose methods are operations
	 * @param keyed whether there is one instance per key
	 * @param operations what it can be asked to do; overloads share a name
	 * @param factory makes its instances
	 * @param settings its settings
	 */
	public ServerDefinition(String name, Class<?> type, List<Class<?>> contracts, boolean keyed,
			List<? extends Operation> operations, InstanceFactory factory, ServerSettings settings) {
		this(name, type, contracts, keyed, operations, factory, settings, List.of(), null);
	}

}
