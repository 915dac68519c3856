/**
 * Internal: background services that are beans. Finds them and their consumers, and
 * starts and cancels them with the application context. How a service runs is none of its
 * business.
 */
@NullMarked
package io.genserver.spring.background;

import org.jspecify.annotations.NullMarked;
