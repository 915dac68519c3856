package io.genserver.test.callers;

import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
class DeskApplication {

}
