package dev.tollgate.calls.metering;

import org.jspecify.annotations.Nullable;

/**
 * The state of the current response, if a second response may replace the first (D48). Confined to its call.
 *
 * @param <T> the state of one response
 */
public final class SecondTry<T> {

    private T current;
    private @Nullable T aside;

    public SecondTry(T first) {
        this.current = first;
    }

    /** Returns the state of the current response. */
    public T current() {
        return current;
    }

    /** Holds back the first response and starts the second. At most once. */
    public void begin(T second) {
        if (aside != null) {
            throw new IllegalStateException("a second answer has begun already");
        }
        aside = current;
        current = second;
    }

    /** Returns whether the current response is the second. */
    public boolean isSecond() {
        return aside != null;
    }

    /** Makes the first response current again. @return false if there is only one */
    public boolean takeBack() {
        T first = aside;
        if (first == null) {
            return false;
        }
        current = first;
        aside = null;
        return true;
    }
}
