/**
 * What the code of an application imports when servers are called over a connection: the
 * peers of the RPC endpoint, authorization and interception of their messages, and the
 * exception for an error that came from a peer.
 */
@NullMarked
package io.genserver.remote;

import org.jspecify.annotations.NullMarked;
