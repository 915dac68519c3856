package io.genserver.runtime.cell;

import java.util.concurrent.CompletionStage;

import io.genserver.runtime.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * What tests look at, or do, in an instance of a server and nothing else needs to.
 */
public final class CellInternals {

	public static final int START = Commands.START;

	public static final int BEGIN_AFTER_BACKOFF = Commands.BEGIN_AFTER_BACKOFF;

	public static final int WAKE = Commands.WAKE;

	public static final int FAIL = Commands.FAIL;

	private CellInternals() {
	}

	public static void ready(ServerCell cell) {
		cell.ready();
	}

	public static void commandAgain(ServerCell cell, int bits) {
		cell.commandAgain(bits);
	}

	public static boolean isAskedTo(ServerCell cell, int bits) {
		return cell.isAskedTo(bits);
	}

	public static boolean abandon(ServerCell cell, Message message) {
		return cell.abandon(message);
	}

	public static CellRuntime runtime(ServerCell cell) {
		return cell.runtime();
	}

	public static boolean hasNoStreams(ServerCell cell) {
		return cell.streams().isEmpty();
	}

	public static @Nullable Object instance(ServerCell cell) {
		return cell.life().instance();
	}

	public static int watchers(ServerCell cell) {
		return cell.life().watchers();
	}

	public static int postponed(ServerCell cell) {
		return cell.work().postponed();
	}

	public static int waiting(ServerCell cell) {
		return cell.inbox().waiting();
	}

	public static void taken(ServerCell cell) {
		cell.inbox().taken();
	}

	public static Awaited awaited(ServerCell cell, Message message, CompletionStage<?> stage, long deadline) {
		return new Awaited(cell.turnRunner(), message, stage, deadline);
	}

	public static void abandon(Awaited pending) {
		pending.abandon();
	}

}
