package com.example.twins;

import java.util.concurrent.ThreadLocalRandom;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

@SpringBootApplication
public class TwinsApplication {

	public static void main(String[] args) {
		SpringApplication.run(TwinsApplication.class, args);
	}

	/** Devices that are made up. */
	@Bean
	Gateway gateway() {
		return () -> {
			ThreadLocalRandom random = ThreadLocalRandom.current();
			return new Gateway.Report("device-" + random.nextInt(1000), random.nextDouble(15, 25));
		};
	}

}
