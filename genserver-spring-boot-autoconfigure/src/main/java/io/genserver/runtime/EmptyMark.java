package io.genserver.runtime;

/**
 * Stands for the last message that was taken out of a mailbox, of which it keeps nothing
 * but the position.
 */
final class EmptyMark extends Mark {

	EmptyMark(int position) {
		this.position = position;
	}

}
