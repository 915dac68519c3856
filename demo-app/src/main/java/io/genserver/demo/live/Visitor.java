package io.genserver.demo.live;

/**
 * Somebody who looks at the board.
 *
 * @param name what they call themselves
 * @param colour a colour as in CSS, {@code #rrggbb}
 * @since 0.1.0
 */
public record Visitor(String name, String colour) {
}
