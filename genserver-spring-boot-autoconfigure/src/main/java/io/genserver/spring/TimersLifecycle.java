package io.genserver.spring;

import io.genserver.runtime.GenServerRuntime;

import org.springframework.context.SmartLifecycle;

/**
 * Lets the timers of all servers pause while the application context is paused, as
 * Spring's test cache does with contexts that no test uses. The servers themselves do not
 * pause: they would lose their state. Where the context is stopped, this stops after the
 * servers, whose timers have ended by then.
 */
public final class TimersLifecycle implements SmartLifecycle {

	private final GenServerRuntime runtime;

	private final int phase;

	private volatile boolean running;

	/**
	 * Create.
	 * @param runtime whose timers pause
	 * @param phase the phase, below that of the servers
	 */
	public TimersLifecycle(GenServerRuntime runtime, int phase) {
		this.runtime = runtime;
		this.phase = phase;
	}

	@Override
	public void start() {
		this.runtime.resumeTimers();
		this.running = true;
	}

	@Override
	public void stop() {
		this.runtime.pauseTimers();
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public boolean isPauseable() {
		return true;
	}

	@Override
	public int getPhase() {
		return this.phase;
	}

}
