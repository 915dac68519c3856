package io.genserver.test.background;

import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
class FeedApplication {

}
