package io.genserver.protocol;

/**
 * Why a request was refused before its body was complete. The listener answers it with
 * this status and text, and stops what it may have begun for it.
 *
 * @param status what to answer, see {@link StatusCode}
 * @param executed whether the request's handler may have begun; only so for one taken
 * with {@link BodyDelivery#ITEMS}, or complete
 * @param text what was wrong and which limit it met
 */
public record RequestRefusal(int status, boolean executed, String text) {
}
