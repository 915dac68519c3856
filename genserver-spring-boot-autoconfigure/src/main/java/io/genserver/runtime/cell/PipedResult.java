package io.genserver.runtime.cell;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import io.genserver.log.Throwables;
import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.message.CastMessage;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.message.Recipient;
import org.jspecify.annotations.Nullable;

/**
 * The result of something that goes on outside of the server's turn, on its way to become
 * a message of the instance that asked for it.
 * <p>
 * It is {@link #AWAITED}, then {@link #ARRIVING} while its first completion is noted (an
 * application's stage may complete more than once), {@link #ARRIVED}, and in the end
 * {@link #OVER}: handled, or dropped with its instance, whichever comes first. Noting the
 * completion takes no memory, so that one that could not be queued is found by the
 * self-check. Once it is over it keeps nothing of the instance, however long the stage is
 * held.
 *
 * @param <T> type of the result
 */
final class PipedResult<T extends @Nullable Object>
		implements Due, BiConsumer<@Nullable T, @Nullable Throwable>, LambdaOperation.Task {

	private static final int AWAITED = 0;

	private static final int ARRIVING = 1;

	private static final int ARRIVED = 2;

	private static final int OVER = 3;

	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(PipedResult.class, "state", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private volatile int state;

	/** This and what follows goes when it is over. */
	private volatile @Nullable Owner owner;

	private volatile @Nullable Consumer<? super T> handler;

	private volatile @Nullable Consumer<? super Throwable> failureHandler;

	private volatile @Nullable T value;

	private volatile @Nullable Throwable failure;

	private final CastMessage message;

	/**
	 * Create.
	 * @param server the server that handles it
	 * @param continued the message whose handler asks for it, {@code null} if none does
	 */
	PipedResult(Owner owner, Consumer<? super T> handler, Consumer<? super Throwable> failureHandler, Recipient server,
			@Nullable Message continued) {
		this.owner = owner;
		this.handler = handler;
		this.failureHandler = failureHandler;
		this.message = new CastMessage(LambdaOperation.PIPED, this, server);
		if (continued != null) {
			this.message.continues(continued);
		}
	}

	/** Wait for a stage, which may be complete already; at most once. */
	void await(CompletionStage<? extends T> stage) {
		boolean awaited = false;
		try {
			stage.whenComplete(this);
			awaited = true;
		}
		finally {
			if (!awaited) {
				drop();
			}
		}
	}

	/** On any thread; throws nothing. */
	@Override
	public void accept(@Nullable T result, @Nullable Throwable cause) {
		Owner known = this.owner;
		if (known == null || !STATE.compareAndSet(this, AWAITED, ARRIVING)) {
			return;
		}
		this.value = result;
		this.failure = cause;
		if (STATE.compareAndSet(this, ARRIVING, ARRIVED)) {
			known.arrived(this);
		}
		else {
			letGo();
		}
	}

	/** Whether it is there, perhaps although it has been handled. On any thread. */
	boolean hasArrived() {
		return this.state >= ARRIVED;
	}

	@Override
	public boolean isOver() {
		return this.state == OVER;
	}

	@Override
	public Message begin() {
		Owner known = this.owner;
		if (known != null) {
			known.active();
			known.forget(this);
		}
		this.state = OVER;
		return this.message;
	}

	@Override
	@SuppressWarnings("NullAway")
	public void run() {
		Consumer<? super T> forResult = this.handler;
		Consumer<? super Throwable> forFailure = this.failureHandler;
		T result = this.value;
		Throwable cause = this.failure;
		letGo();
		if (cause != null && forFailure != null) {
			forFailure.accept(Throwables.unwrap(cause));
		}
		else if (cause == null && forResult != null) {
			forResult.accept(result);
		}
	}

	/** It is not to be handled any more. On any thread. */
	void drop() {
		Owner known = this.owner;
		if (known != null) {
			known.forget(this);
		}
		this.state = OVER;
		letGo();
		this.message.forget();
	}

	private void letGo() {
		this.owner = null;
		this.handler = null;
		this.failureHandler = null;
		this.value = null;
		this.failure = null;
	}

	/** Who handles it. Safe on any thread. */
	interface Owner {

		/** A result is there. Throws nothing. */
		void arrived(PipedResult<?> result);

		/** A result need not be awaited, or is being handled. */
		void forget(PipedResult<?> result);

		/** The server is not idle. Only in the turn. */
		void active();

	}

}
