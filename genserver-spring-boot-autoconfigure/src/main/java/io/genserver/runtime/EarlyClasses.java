package io.genserver.runtime;

import io.genserver.CallFunction;
import io.genserver.CastAction;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.contract.HandlerMethod;
import io.genserver.runtime.contract.Invoker;
import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.contract.LambdaOperation.Task;
import io.genserver.runtime.contract.MethodOperation;
import io.genserver.runtime.mailbox.DisplacingMailbox;
import io.genserver.runtime.mailbox.Mailbox;
import io.genserver.runtime.message.AsyncCall;
import io.genserver.runtime.message.BlockingCall;
import io.genserver.runtime.message.CastMessage;
import io.genserver.runtime.message.ReplyFuture;
import io.genserver.runtime.message.StreamCall;
import io.genserver.runtime.message.WaitingFuture;
import io.genserver.runtime.scheduling.Alarm;
import io.genserver.runtime.scheduling.Waiting;
import org.jspecify.annotations.Nullable;

/**
 * Loads the classes that override what turns call, before the first turn.
 * <p>
 * The JIT compiles the call of a method that only one loaded class has as if there could
 * be no other, and throws that code away when a class is loaded that has another. Turns
 * whose handlers wait are in the midst of that code: each of them would have every one of
 * its frames rebuilt, at several microseconds for a frame, as it goes on. So a class that
 * came with the first message of some kind would slow down all handlers that wait by
 * then.
 */
final class EarlyClasses {

	private static final Class<?>[] CLASSES = { AsyncCall.class, BlockingCall.class, StreamCall.class,
			CastMessage.class, MethodOperation.class, HandlerMethod.class, LambdaOperation.class, Mailbox.class,
			DisplacingMailbox.class, ReplyFuture.class, Alarm.class, Waiting.class, One.class, Other.class };

	private EarlyClasses() {
	}

	/**
	 * Load and initialize them, unless they are.
	 * @param more another class
	 */
	static void load(Class<?> more) {
		initialize(more);
		for (Class<?> each : CLASSES) {
			initialize(each);
		}
		Mailbox.marks().forEach(EarlyClasses::initialize);
		WaitingFuture.calledInTurns().forEach(EarlyClasses::initialize);
		ServerCell.calledInTurns().forEach(EarlyClasses::initialize);
	}

	private static void initialize(Class<?> each) {
		try {
			Class.forName(each.getName(), true, each.getClassLoader());
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** With {@link Other}: what an application brings is never the only one. */
	private static final class One
			implements Invoker, CallFunction<Object, @Nullable Object, Exception>, CastAction<Object>, Task {

		@Override
		public @Nullable Object invoke(Object instance, @Nullable Object payload) {
			return null;
		}

		@Override
		public @Nullable Object apply(Object instance) {
			return null;
		}

		@Override
		public void accept(Object instance) {
		}

		@Override
		public void run() {
		}

	}

	private static final class Other
			implements Invoker, CallFunction<Object, @Nullable Object, Exception>, CastAction<Object>, Task {

		@Override
		public @Nullable Object invoke(Object instance, @Nullable Object payload) {
			return payload;
		}

		@Override
		public @Nullable Object apply(Object instance) {
			return instance;
		}

		@Override
		public void accept(Object instance) {
		}

		@Override
		public void run() {
		}

	}

}
