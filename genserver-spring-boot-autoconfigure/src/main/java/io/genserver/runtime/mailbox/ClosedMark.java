package io.genserver.runtime.mailbox;

/**
 * The last entry of a mailbox that refuses messages.
 */
final class ClosedMark extends Mark {

}
