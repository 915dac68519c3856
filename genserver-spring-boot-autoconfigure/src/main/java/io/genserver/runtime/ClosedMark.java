package io.genserver.runtime;

/**
 * The last entry of a mailbox that refuses messages.
 */
final class ClosedMark extends Mark {

}
