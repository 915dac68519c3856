package io.genserver.test.slice;

import org.springframework.stereotype.Component;

/** What a slice of servers does not have. */
@Component
class Storefront {

}
