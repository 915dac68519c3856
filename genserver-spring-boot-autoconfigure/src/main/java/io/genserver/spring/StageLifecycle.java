package io.genserver.spring;

import io.genserver.runtime.LifecycleStage;
import io.genserver.runtime.ShutdownTime;

import org.springframework.context.SmartLifecycle;

/**
 * Starts and stops a stage with the application context, in a phase. The thread that
 * stops the context waits until the stage has stopped: Spring goes on to the next phase
 * after {@code spring.lifecycle.timeout-per-shutdown-phase} at the latest where a bean
 * stops on another thread, and would so destroy beans that are still used.
 */
public final class StageLifecycle implements SmartLifecycle {

	private final LifecycleStage stage;

	private final ShutdownTime time;

	private final int phase;

	private volatile boolean running;

	/**
	 * Create.
	 * @param stage what to start and stop
	 * @param time the time its stop shares with those of other stages
	 * @param phase its phase
	 */
	public StageLifecycle(LifecycleStage stage, ShutdownTime time, int phase) {
		this.stage = stage;
		this.time = time;
		this.phase = phase;
	}

	@Override
	public void start() {
		this.time.reset();
		this.stage.start();
		this.running = true;
	}

	@Override
	public void stop() {
		try {
			this.time.stop(this.stage);
		}
		finally {
			this.running = false;
		}
	}

	@Override
	public void stop(Runnable callback) {
		try {
			stop();
		}
		finally {
			callback.run();
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public int getPhase() {
		return this.phase;
	}

}
