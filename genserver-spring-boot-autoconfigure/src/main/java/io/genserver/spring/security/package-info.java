/**
 * Internal: Spring Security where handlers answer with reactive types, which look for it
 * in Reactor's context and not on the thread. The only package of the actor part that
 * names Spring Security.
 */
@NullMarked
package io.genserver.spring.security;

import org.jspecify.annotations.NullMarked;
