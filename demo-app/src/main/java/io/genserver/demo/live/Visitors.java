package io.genserver.demo.live;

import java.util.List;

import reactor.core.publisher.Flux;

/**
 * Who is here.
 *
 * @since 0.1.0
 */
public interface Visitors {

	/**
	 * Come in, and stay as long as the stream: a visitor whose connection is lost has
	 * left.
	 * @param name a name, 1 to 40 characters
	 * @param colour a colour, {@code #rrggbb}
	 * @return who is here, now and whenever somebody comes or leaves
	 */
	Flux<List<Visitor>> enter(String name, String colour);

}
