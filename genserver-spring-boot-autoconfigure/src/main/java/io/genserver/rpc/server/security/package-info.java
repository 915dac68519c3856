/**
 * Internal: Spring Security and messages of peers: who a peer is, is known to Spring
 * Security while its message is handled, and what Spring Security refuses there is
 * answered with a status of its own. Together with its like on the client's side the only
 * package of an endpoint that names Spring Security. That connections are authenticated
 * at all is not done here: their handshakes pass the application's filters as any request
 * does.
 */
@NullMarked
package io.genserver.rpc.server.security;

import org.jspecify.annotations.NullMarked;
