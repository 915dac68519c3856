package io.genserver.rpc.inbound;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

import io.genserver.protocol.MethodId;
import io.genserver.rpc.Encodings;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.rpc.codec.ValueShapes;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.Server;
import io.genserver.runtime.ServerWatcher;
import io.genserver.runtime.contract.Operation;
import org.jspecify.annotations.Nullable;

/**
 * What peers may call, and nothing else. Shared by all connections of an endpoint, or of
 * a client. Safe for use by many threads.
 */
public final class ExposedOperations {

	private static final ExposedOperations NONE = new ExposedOperations(null, null);

	private final @Nullable Encodings encodings;

	private volatile @Nullable GenServerRuntime runtime;

	private final PastCasts pastCasts = new PastCasts();

	private final Map<Long, ExposedOperation> byId = new ConcurrentHashMap<>();

	/**
	 * The ids of each server, so that none is searched for when it is removed; guarded by
	 * this.
	 */
	private final Map<Server, List<Long>> ids = new HashMap<>();

	/** Never changed, but replaced. */
	private volatile Map<Long, BuiltInMethod> builtIn = Map.of(BuiltInMethod.PING.methodId(), BuiltInMethod.PING);

	private ExposedOperations(@Nullable GenServerRuntime runtime, @Nullable Encodings encodings) {
		this.runtime = runtime;
		this.encodings = encodings;
	}

	/**
	 * Return how many requests of peers had arguments that could not be decoded.
	 * @return a number, 0 of a table that grows
	 */
	public long badArguments() {
		return (this.encodings != null) ? this.encodings.badArguments().sum() : 0;
	}

	/** Counts what casts of past connections hold. */
	PastCasts pastCasts() {
		return this.pastCasts;
	}

	/**
	 * Return how many counters there are of what casts of past connections hold.
	 * @return a number
	 */
	public int countersOfPastCasts() {
		return this.pastCasts.size();
	}

	/**
	 * Expose nothing.
	 * @return an empty table
	 */
	public static ExposedOperations none() {
		return NONE;
	}

	/**
	 * Expose nothing yet.
	 * @return an empty table of its own, to {@link #add} to
	 */
	public static ExposedOperations growing() {
		return new ExposedOperations(null, null);
	}

	/**
	 * Expose all operations of one more server.
	 * @param servers knows the server
	 * @param server the server
	 * @param codecs how arguments and replies are encoded
	 * @throws ExposureException if two operations would have one name or id, or one has
	 * types that cannot be encoded in the first encoding
	 */
	public synchronized void add(GenServerRuntime servers, Server server, List<? extends RpcCodec> codecs) {
		this.runtime = servers;
		expose(server, (each, operation) -> true, new Encodings(codecs));
	}

	/** All operations of a server or, if one of them cannot be exposed, none. */
	private void expose(Server server, BiPredicate<Server, Operation> exposed, Encodings with) {
		Map<Long, ExposedOperation> more = new HashMap<>();
		for (Operation operation : server.definition().operations()) {
			if (exposed.test(server, operation)) {
				ExposedOperation one = expose(server, operation, with);
				ExposedOperation other = this.byId.get(one.methodId());
				if (other != null && other.server() != server) {
					throw ExposureException.collision(other, one);
				}
				put(more, one);
			}
		}
		this.byId.putAll(more);
		this.ids.put(server, List.copyOf(more.keySet()));
	}

	private static void put(Map<Long, ExposedOperation> byId, ExposedOperation added) {
		ExposedOperation other = byId.put(added.methodId(), added);
		if (other != null) {
			throw ExposureException.collision(other, added);
		}
	}

	/**
	 * Expose operations of the servers there are now.
	 * @param runtime the servers
	 * @param exposed decides which operations are
	 * @param codec how arguments and replies are encoded
	 * @return the table
	 * @throws ExposureException if two operations would have one name or id, or one has
	 * types that cannot be encoded
	 */
	public static ExposedOperations of(GenServerRuntime runtime, BiPredicate<Server, Operation> exposed,
			RpcCodec codec) {
		return of(runtime, exposed, List.of(codec));
	}

	/**
	 * Expose operations of the servers there are now.
	 * @param runtime the servers
	 * @param exposed decides which operations are
	 * @param codecs how arguments and replies are encoded: the first, unless a peer asks
	 * for another
	 * @return the table
	 * @throws ExposureException if two operations would have one name or id, or one has
	 * types that cannot be encoded in the first encoding
	 */
	public static ExposedOperations of(GenServerRuntime runtime, BiPredicate<Server, Operation> exposed,
			List<? extends RpcCodec> codecs) {
		ExposedOperations table = new ExposedOperations(runtime, new Encodings(codecs));
		runtime.servers().forEach((server) -> table.add(server, exposed));
		return table;
	}

	/**
	 * Expose operations of one more server, encoded as those of the others. Does nothing
	 * new for a server that is exposed already.
	 * @param server the server
	 * @param exposed decides which operations are
	 * @throws ExposureException if two operations would have one name or id, or one has
	 * types that cannot be encoded in the first encoding; then nothing changes
	 */
	public synchronized void add(Server server, BiPredicate<Server, Operation> exposed) {
		expose(server, exposed, known());
	}

	/**
	 * No longer expose a server. Calls that are under way are not touched.
	 * @param server the server
	 */
	public synchronized void remove(Server server) {
		List<Long> former = this.ids.remove(server);
		if (former != null) {
			former.forEach(this.byId::remove);
		}
	}

	/**
	 * Let peers call a method that is no server's: {@code $rpc.NAME}. It takes no
	 * arguments, and its answer is encoded as its caller wants it. Every table has
	 * {@code $rpc.ping}.
	 * @param name its name
	 * @param asked whether peers must be authorized to call it, where anybody decides
	 * that
	 * @param answer tells it: maps, lists, text, numbers and truth values; asked by
	 * several workers at once
	 */
	public synchronized void offer(String name, boolean asked, Supplier<?> answer) {
		Map<Long, BuiltInMethod> more = new HashMap<>(this.builtIn);
		BuiltInMethod method = BuiltInMethod.of(name, asked, BuiltInMethod.telling(known(), answer));
		more.put(method.methodId(), method);
		this.builtIn = Map.copyOf(more);
	}

	private Encodings known() {
		return Objects.requireNonNull(this.encodings, "There are no encodings");
	}

	/**
	 * Expose operations of the servers there are, and of those that are started later,
	 * for as long as these do not stop. One that cannot be exposed is not added.
	 * @param runtime the servers
	 * @param exposed decides which operations are
	 * @param codecs how arguments and replies are encoded: the first, unless a peer asks
	 * for another
	 * @return the table
	 * @throws ExposureException if two operations would have one name or id, or one has
	 * types that cannot be encoded in the first encoding
	 */
	public static ExposedOperations following(GenServerRuntime runtime, BiPredicate<Server, Operation> exposed,
			List<? extends RpcCodec> codecs) {
		Set<Server> known = Set.copyOf(runtime.servers());
		ExposedOperations table = of(runtime, exposed, codecs);
		runtime.watch(new ServerWatcher() {

			@Override
			public void added(Server server) {
				table.add(server, exposed);
			}

			@Override
			public void removed(Server server) {
				table.remove(server);
			}

		});
		runtime.servers().stream().filter((each) -> !known.contains(each)).forEach((each) -> table.add(each, exposed));
		return table;
	}

	private static ExposedOperation expose(Server server, Operation operation, Encodings encodings) {
		String wireName = server.name() + "." + operation.name();
		try {
			return new ExposedOperation(MethodId.of(wireName), wireName, server, operation, encodings);
		}
		catch (IllegalArgumentException ex) {
			throw ExposureException.notEncodable(wireName, ex);
		}
	}

	/**
	 * Return the wire names of what is exposed.
	 * @return the names in alphabetical order
	 */
	public List<String> wireNames() {
		TreeSet<String> names = new TreeSet<>();
		this.byId.values().forEach((each) -> names.add(each.wireName()));
		return List.copyOf(names);
	}

	/**
	 * Return what is exposed.
	 * @return the operations, sorted by their names
	 */
	public List<Exposed> list() {
		return this.byId.values()
			.stream()
			.map((each) -> new Exposed(each.server(), each.operation(), each.wireName(), each.methodId()))
			.sorted(Comparator.comparing(Exposed::wireName))
			.toList();
	}

	/**
	 * Return the encodings of arguments and replies, in addition to raw bytes.
	 * @return their names, the one used unless a peer asks for another first
	 */
	public List<String> encodings() {
		return known().names();
	}

	/**
	 * Return what collects the shapes of values as they are in the encoding used unless a
	 * peer asks for another.
	 * @return a new collection
	 */
	public ValueShapes shapes() {
		return known().codec(known().first()).shapes();
	}

	@Nullable BuiltInMethod builtIn(long methodId) {
		return this.builtIn.get(methodId);
	}

	@Nullable ExposedOperation find(long methodId) {
		return this.byId.get(methodId);
	}

	/** The time by which the deadlines of calls are set. */
	long nanoTime() {
		GenServerRuntime known = this.runtime;
		return (known != null) ? known.nanoTime() : System.nanoTime();
	}

	/**
	 * What peers may call.
	 *
	 * @param server its server
	 * @param operation what it does
	 * @param wireName its name on the wire
	 * @param methodId its id on the wire
	 */
	public record Exposed(Server server, Operation operation, String wireName, long methodId) {
	}

}
