package io.genserver.rpc.outbound;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Decodes without running code of an application's types, and in next to no time, so that
 * a connection's thread may do it.
 */
@FunctionalInterface
interface PlainDecoder extends Function<byte[], @Nullable Object> {

}
