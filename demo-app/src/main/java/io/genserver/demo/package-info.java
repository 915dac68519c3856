/**
 * A shared pixel board: what an application built on the starter looks like.
 */
@NullMarked
package io.genserver.demo;

import org.jspecify.annotations.NullMarked;
