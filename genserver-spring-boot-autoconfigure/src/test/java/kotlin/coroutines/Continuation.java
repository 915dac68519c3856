package kotlin.coroutines;

/**
 * Stands for Kotlin's, which the last parameter of a compiled suspend function has.
 *
 * @param <T> type of the reply
 */
public interface Continuation<T> {

}
