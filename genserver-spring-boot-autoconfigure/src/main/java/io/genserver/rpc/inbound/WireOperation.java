package io.genserver.rpc.inbound;

import java.lang.reflect.Type;
import java.time.Duration;
import java.time.temporal.Temporal;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.LongAdder;

import io.genserver.log.SafeLogger;
import io.genserver.log.Throwables;
import io.genserver.protocol.CallMetadata;
import io.genserver.rpc.ItemParameter;
import io.genserver.rpc.NoItems;
import io.genserver.rpc.codec.CodecException;
import io.genserver.rpc.codec.OperationCodec;
import io.genserver.rpc.codec.ValueCodec;
import io.genserver.runtime.contract.Invocation;
import io.genserver.runtime.contract.Operation;
import org.jspecify.annotations.Nullable;

/**
 * An operation as peers invoke it: its messages carry {@link WireArguments}, its reply is
 * encoded bytes, a {@link WireFailure}, or {@link NotEncoded}. Decodes and encodes in the
 * server's turn, where code of the application's types may run; what a handler promised
 * is encoded when it is there, while the server waits for it. The items of a stream are
 * encoded by the thread that sends them.
 * <p>
 * Arguments that cannot be decoded are answered, not thrown: to the supervision of the
 * server a peer's mistake is no failure.
 */
final class WireOperation extends Operation {

	private static final SafeLogger logger = SafeLogger.of(WireOperation.class);

	private final String wireName;

	private final Operation operation;

	private final OperationCodec codec;

	private final @Nullable ItemParameter itemParameter;

	private final @Nullable ValueCodec itemCodec;

	private final CallMetadata replyMetadata;

	private final LongAdder badArguments;

	private final ReplyLength replyLength;

	WireOperation(String wireName, Operation operation, OperationCodec codec, @Nullable ItemParameter itemParameter,
			@Nullable ValueCodec itemCodec, CallMetadata replyMetadata, LongAdder badArguments,
			ReplyLength replyLength) {
		super(operation.name(), operation.kind(), operation.timeoutNanos(), operation.idempotent(),
				operation.interruptible());
		this.wireName = wireName;
		this.operation = operation;
		this.codec = codec;
		this.itemParameter = itemParameter;
		this.itemCodec = itemCodec;
		this.replyMetadata = replyMetadata;
		this.badArguments = badArguments;
		this.replyLength = replyLength;
	}

	/** What goes with a reply or an item. */
	CallMetadata replyMetadata() {
		return this.replyMetadata;
	}

	@Override
	public @Nullable Object invoke(Object instance, @Nullable Object payload, Invocation invocation) throws Throwable {
		WireArguments arguments = (WireArguments) payload;
		if (arguments == null) {
			throw new IllegalStateException("A message from a peer has lost its arguments");
		}
		boolean running = false;
		try {
			byte[] bytes = arguments.take();
			Object decoded;
			try {
				decoded = this.operation.payload(arguments(arguments, bytes));
			}
			catch (CodecException ex) {
				return badArguments(arguments, ex);
			}
			arguments.begun();
			Object reply = this.operation.invoke(instance, decoded, invocation);
			if (invocation.isStashed()) {
				running = true;
				arguments.putBack(bytes);
				return null;
			}
			if (kind() == Kind.STREAM) {
				return reply;
			}
			if (reply instanceof CompletionStage<?> stage) {
				running = true;
				return encoded(stage, arguments);
			}
			return answer(reply, arguments);
		}
		finally {
			if (!running) {
				arguments.finished();
			}
		}
	}

	private @Nullable Object[] arguments(WireArguments arguments, byte[] bytes) {
		@Nullable Object[] decoded = decode(bytes);
		RequestItems items = arguments.items();
		return (this.itemParameter != null && items != null) ? this.itemParameter.insert(decoded, items) : decoded;
	}

	private @Nullable Object[] decode(byte[] bytes) {
		try {
			return this.codec.arguments().decode(bytes);
		}
		catch (CodecException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			// Of an encoding that does not say what is wrong. It is the peer's fault all
			// the same.
			throw new CodecException("the arguments cannot be read", ex);
		}
	}

	/** An item of a request. */
	@Nullable Object decodeItem(byte[] item) {
		return Objects.requireNonNull(this.itemCodec, "no items").decode(item);
	}

	/**
	 * See whether arguments can be decoded, for a request that is answered before its
	 * handler begins. What they decode to is not kept: it can be many times as long, and
	 * only their bytes count against the connection. On a worker.
	 * @return what is wrong with them, or null
	 */
	@Nullable WireFailure check(WireArguments arguments) {
		byte[] waiting = arguments.waiting();
		if (waiting == null) {
			return null;
		}
		try {
			decode(waiting);
			return null;
		}
		catch (CodecException ex) {
			return refused(arguments, ex);
		}
		catch (Throwable ex) {
			return arguments.failures().notDecoded(this.wireName, ex).executed(WireFailure.Execution.NO);
		}
	}

	private WireFailure refused(WireArguments arguments, CodecException failure) {
		WireFailure answer = described(arguments, failure);
		this.badArguments.increment();
		return answer;
	}

	private WireFailure described(WireArguments arguments, CodecException failure) {
		logger.debug("Bad arguments from a peer", failure);
		return arguments.failures().badArguments(this.wireName, failure);
	}

	private Object badArguments(WireArguments arguments, CodecException failure) {
		WireFailure answer = described(arguments, failure);
		try {
			if (arguments.isCast()) {
				// A cast has no caller that could get the failure.
				arguments.failures().castDropped(this.wireName, answer);
			}
		}
		finally {
			// Who sees it counted finds it logged, or counted in the log.
			this.badArguments.increment();
		}
		if (kind() != Kind.STREAM) {
			return answer;
		}
		return (Flow.Publisher<Object>) (subscriber) -> {
			subscriber.onSubscribe(NoItems.INSTANCE);
			subscriber.onError(new WireFailureException(answer));
		};
	}

	private CompletableFuture<Object> encoded(CompletionStage<?> stage, WireArguments arguments) {
		CompletableFuture<Object> reply = new CompletableFuture<>();
		stage.whenComplete((value, failure) -> {
			arguments.finished();
			if (failure == null) {
				reply.complete(answer(value, arguments));
			}
			else {
				reply.completeExceptionally(Throwables.unwrap(failure));
			}
		});
		return reply;
	}

	/** The key of the instance meant, found without decoding more. */
	String key(byte[] arguments) {
		return this.codec.arguments().key(arguments);
	}

	/** The bytes of a reply, or itself where it is to wait and can. */
	private Object answer(@Nullable Object reply, WireArguments arguments) {
		if (arguments.repliesWait()) {
			long bytes = ImmutableValues.weigh(reply);
			if (bytes >= 0) {
				return new LaterReply(reply, bytes);
			}
		}
		return encode(reply);
	}

	/** About how long replies are, {@link ReplyLength#UNKNOWN} included. */
	int replyBytes() {
		return this.replyLength.bytes();
	}

	/** The bytes of a reply, or why there are none. Never throws. */
	Object encode(@Nullable Object reply) {
		try {
			byte[] bytes = this.codec.reply().encode(reply);
			this.replyLength.note(bytes.length);
			return bytes;
		}
		catch (Throwable ex) {
			return new NotEncoded(ex);
		}
	}

	/** The bytes of an item. */
	byte[] encodeItem(@Nullable Object item) {
		return this.codec.reply().encode(item);
	}

	@Override
	public int concurrency() {
		return this.operation.concurrency();
	}

	@Override
	public boolean overtakes() {
		return this.operation.overtakes();
	}

	@Override
	public long slowNanos() {
		return this.operation.slowNanos();
	}

	@Override
	public Operation slots() {
		return this.operation.slots();
	}

	@Override
	public Object deferredReply(@Nullable Object value) {
		return encode(this.operation.deferredReply(value));
	}

	@Override
	public void discard(@Nullable Object payload) {
		if (payload instanceof WireArguments arguments) {
			arguments.finished();
		}
	}

	/**
	 * Stands for a reply that has no encoding.
	 *
	 * @param failure why
	 */
	record NotEncoded(Throwable failure) {
	}

	/**
	 * About how long the replies of an operation are: what their type says, or else what
	 * those were that there have been, in whatever encoding. Up at once, down slowly.
	 * Safe on any thread: what gets lost between two of them comes again.
	 */
	static final class ReplyLength {

		/** Nothing is known of how long replies of a kind are. */
		static final int UNKNOWN = -1;

		/** Whether replies are longer is of no interest. */
		private static final int SHORT = 1024;

		private static final Set<Class<?>> SHORT_ONES = Set.of(Void.class, Boolean.class, Character.class, Byte.class,
				Short.class, Integer.class, Long.class, Float.class, Double.class, UUID.class, Duration.class);

		private int known;

		/**
		 * Create.
		 * @param type of the replies
		 */
		ReplyLength(Type type) {
			this.known = isShort(type) ? 0 : UNKNOWN;
		}

		/** Whether no value of a type is long. */
		private static boolean isShort(Type type) {
			return type instanceof Class<?> declared && (declared.isPrimitive() || declared.isEnum()
					|| SHORT_ONES.contains(declared) || isTime(declared));
		}

		private static boolean isTime(Class<?> type) {
			return Temporal.class.isAssignableFrom(type) && type.getName().startsWith("java.time.");
		}

		/** Bytes, or {@link ReplyLength#UNKNOWN}. */
		int bytes() {
			return this.known;
		}

		/** There is a reply. */
		void note(int length) {
			int before = this.known;
			if (length > before) {
				this.known = length;
			}
			else if (before > SHORT) {
				this.known = before - ((before - length) >> 4);
			}
		}

	}

}
