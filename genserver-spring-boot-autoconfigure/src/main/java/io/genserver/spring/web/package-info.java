/**
 * Internal: what servers do to web requests of other beans. Needs {@code spring-web};
 * exceptions become the same answers in Spring MVC and WebFlux, server-sent events end
 * with the application in WebFlux.
 */
@NullMarked
package io.genserver.spring.web;

import org.jspecify.annotations.NullMarked;
