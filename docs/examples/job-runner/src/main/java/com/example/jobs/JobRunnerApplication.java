package com.example.jobs;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class JobRunnerApplication {

	public static void main(String[] args) {
		SpringApplication.run(JobRunnerApplication.class, args);
	}

}
