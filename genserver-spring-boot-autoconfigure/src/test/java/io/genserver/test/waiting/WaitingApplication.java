package io.genserver.test.waiting;

import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
class WaitingApplication {

}
