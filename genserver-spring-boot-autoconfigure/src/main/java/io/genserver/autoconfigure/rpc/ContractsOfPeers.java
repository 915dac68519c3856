package io.genserver.autoconfigure.rpc;

import java.time.Duration;

import io.genserver.remote.RpcInterceptor;
import io.genserver.rpc.Encodings;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.rpc.outbound.RemoteContracts;
import io.genserver.rpc.outbound.RpcInterceptors;
import io.genserver.spring.ReactiveReplyAdapters;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * The contracts by which the application calls its peers back. They are encoded as JSON
 * if there is a codec for it, otherwise by the first codec.
 */
final class ContractsOfPeers {

	private ContractsOfPeers() {
	}

	/** The contracts, or {@code null} if there is no codec. */
	static @Nullable RemoteContracts of(ObjectProvider<RpcCodec> codecs, Duration callTimeout,
			ObjectProvider<RpcInterceptor> interceptors) {
		return Encodings.preferred(codecs.orderedStream().toList())
			.map((codec) -> new RemoteContracts(codec, callTimeout,
					new RpcInterceptors(() -> interceptors.orderedStream().toList()),
					ReactiveReplyAdapters.create(RemoteContracts.class.getClassLoader(), null)))
			.orElse(null);
	}

}
