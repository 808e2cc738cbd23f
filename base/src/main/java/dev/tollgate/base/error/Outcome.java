package dev.tollgate.base.error;

import dev.tollgate.base.words.Sentence;
import java.util.function.Function;

/** The outcome of an action: what it has done, or why it was refused. Every face says the same sentence. */
public sealed interface Outcome<T> {

    record Done<T>(T value) implements Outcome<T> {}

    record Refused<T>(ApiError why) implements Outcome<T> {}

    /** Returns a refusal without a field. */
    static <T> Outcome<T> refused(int status, Sentence sentence) {
        return new Refused<>(ApiError.invalid(null, sentence).withStatus(status));
    }

    /** Returns the refusal of a field's value. @param sentence with {@link ApiError#FIELD} */
    static <T> Outcome<T> wrong(String field, Sentence sentence) {
        return new Refused<>(ApiError.invalid(field, sentence));
    }

    default boolean isDone() {
        return this instanceof Done;
    }

    /** Returns what was done. @throws ApiException the refusal */
    default T orThrow() {
        return switch (this) {
            case Done<T>(T value) -> value;
            case Refused<T>(ApiError why) -> throw why.asException();
        };
    }

    /** Returns this outcome with another value if it is done. */
    default <U> Outcome<U> map(Function<T, U> mapper) {
        return switch (this) {
            case Done<T>(T value) -> new Done<>(mapper.apply(value));
            case Refused<T>(ApiError why) -> new Refused<>(why);
        };
    }
}
