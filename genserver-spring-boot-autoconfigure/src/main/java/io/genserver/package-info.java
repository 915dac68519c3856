/**
 * What the code of an application imports: annotations, the registry, refs, the context
 * and the exceptions.
 */
@NullMarked
package io.genserver;

import org.jspecify.annotations.NullMarked;
