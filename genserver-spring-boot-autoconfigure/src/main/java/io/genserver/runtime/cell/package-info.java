/**
 * Internal: one instance of a server: where its messages arrive, its turn, and its life
 * from its start to its end. Knows its server and the runtime that servers share as a
 * {@link io.genserver.runtime.cell.CellOwner} and a
 * {@link io.genserver.runtime.cell.CellRuntime}.
 */
@NullMarked
package io.genserver.runtime.cell;

import org.jspecify.annotations.NullMarked;
