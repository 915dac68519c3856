package io.genserver.jmh;

import java.lang.management.ManagementFactory;
import java.util.Arrays;

import com.sun.management.OperatingSystemMXBean;

import org.springframework.boot.builder.SpringApplicationBuilder;

/**
 * Starts an application, says when it is ready and what that took, and ends.
 */
final class Launcher {

	private Launcher() {
	}

	public static void main(String[] arguments) throws ClassNotFoundException {
		new SpringApplicationBuilder(Class.forName(arguments[0]))
			.properties("spring.config.name=benchmark", "server.port=0", "spring.main.banner-mode=off",
					"logging.level.root=warn")
			.run(Arrays.copyOfRange(arguments, 1, arguments.length));
		long millis = ManagementFactory.getRuntimeMXBean().getUptime();
		long nanos = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
		int classes = ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
		System.out.println("ready " + millis + " " + nanos / 1_000_000 + " " + classes);
		System.out.flush();
		Runtime.getRuntime().halt(0);
	}

}
