/**
 * Tests of the demo as people run it: the repackaged jar, in a JVM of its own. Run after
 * packaging, by {@code mvn verify}. Outside of the demo's package, whose components are
 * found by scanning.
 */
package io.genserver.packaged;
