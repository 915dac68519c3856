/**
 * What an application built on the starter looks like: a shared pixel board and a
 * key-value store, each a handful of servers.
 */
@NullMarked
package io.genserver.demo;

import org.jspecify.annotations.NullMarked;
