/**
 * How arguments, replies and items become bytes: applications add formats of their own by
 * an {@link io.genserver.rpc.codec.RpcCodec}. A codec is asked once for each operation
 * and gives back what encodes and decodes exactly that one, so that nothing is looked up
 * for a message.
 * <p>
 * Jackson is optional: only {@link io.genserver.rpc.codec.JsonCodec} needs it. Nothing
 * here knows connections, frames or servers.
 */
@NullMarked
package io.genserver.rpc.codec;

import org.jspecify.annotations.NullMarked;
