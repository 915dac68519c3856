/**
 * Internal: what servers do to web requests of other beans. Needs {@code spring-web}; the
 * same for Spring MVC and WebFlux.
 */
@NullMarked
package io.genserver.spring.web;

import org.jspecify.annotations.NullMarked;
