package io.genserver.rpc;

import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.ContentType;
import io.genserver.rpc.codec.OperationCodec;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.rpc.codec.ValueCodec;
import io.genserver.runtime.contract.Operation;
import org.jspecify.annotations.Nullable;

/**
 * The encodings of an end: what each is called on the wire. Raw bytes are none of them:
 * whether something is raw is decided by its type alone.
 */
public final class Encodings {

	private final ContentType first;

	private final Map<ContentType, RpcCodec> codecs = new LinkedHashMap<>();

	private final LongAdder badArguments = new LongAdder();

	/**
	 * Create.
	 * @param codecs the encodings; the first is used unless a peer asks for another
	 */
	public Encodings(List<? extends RpcCodec> codecs) {
		this.first = type(preferred(codecs).orElseThrow());
		for (RpcCodec codec : codecs) {
			this.codecs.putIfAbsent(type(codec), codec);
		}
	}

	/**
	 * Return the encoding to use where nothing says which: JSON if it is known, whatever
	 * its place, for it is what a peer means by saying nothing; otherwise the first.
	 * @param codecs the encodings
	 * @return one of them, or nothing if there are none
	 */
	public static Optional<RpcCodec> preferred(List<? extends RpcCodec> codecs) {
		for (RpcCodec codec : codecs) {
			if (type(codec).equals(ContentType.JSON)) {
				return Optional.of(codec);
			}
		}
		return codecs.isEmpty() ? Optional.empty() : Optional.of(codecs.getFirst());
	}

	public static ContentType type(RpcCodec codec) {
		return switch (codec.name()) {
			case "json" -> ContentType.JSON;
			case "cbor" -> ContentType.CBOR;
			default -> ContentType.of(codec.name());
		};
	}

	/** Counts what none of them could decode. */
	public LongAdder badArguments() {
		return this.badArguments;
	}

	public ContentType first() {
		return this.first;
	}

	/** The encoding meant, or null if it is not known here. */
	public @Nullable ContentType known(@Nullable ContentType type) {
		if (type == null || type.equals(ContentType.RAW)) {
			return this.first;
		}
		return this.codecs.containsKey(type) ? type : null;
	}

	/**
	 * What a request is to be answered in: the first it accepts that is known here, else
	 * its own; null if that is not known either.
	 */
	public @Nullable ContentType sent(CallMetadata details) {
		ContentType received = known(details.contentType());
		if (received == null) {
			return null;
		}
		for (ContentType accepted : details.accept()) {
			ContentType known = known(accepted);
			if (known != null && !known.equals(ContentType.RAW)) {
				return known;
			}
		}
		return received;
	}

	/** What the encodings are called on the wire. */
	public List<String> names() {
		RpcCodec known = codec(this.first);
		return Stream.concat(Stream.of(known), this.codecs.values().stream().filter((each) -> each != known))
			.map(RpcCodec::name)
			.toList();
	}

	public RpcCodec codec(ContentType type) {
		RpcCodec codec = this.codecs.get(type);
		if (codec == null) {
			throw new IllegalArgumentException("there is no encoding " + type);
		}
		return codec;
	}

	public OperationCodec codec(ContentType type, Operation operation, boolean keyed) {
		return OperationCodec.of(codec(type), OperationParameters.of(operation), keyed, operation.replyType());
	}

	/** What decodes the items of a request, or null if it has none. */
	public @Nullable ValueCodec items(ContentType type, Operation operation) {
		ItemParameter items = ItemParameter.find(operation.parameterTypes());
		RpcCodec codec = this.codecs.get(type);
		return (items != null && codec != null) ? OperationCodec.value(codec, items.item()) : null;
	}

	/** What goes with a reply, so that its reader knows what it is. */
	public CallMetadata metadata(ContentType type, Operation operation) {
		Type reply = operation.replyType();
		if (reply == byte[].class) {
			return CallMetadata.NONE.toBuilder().contentType(ContentType.RAW).build();
		}
		return metadata(type);
	}

	/** What goes with a value, so that its reader knows what it is. */
	public CallMetadata metadata(ContentType type) {
		return type.equals(ContentType.JSON) ? CallMetadata.NONE
				: CallMetadata.NONE.toBuilder().contentType(type).build();
	}

}
