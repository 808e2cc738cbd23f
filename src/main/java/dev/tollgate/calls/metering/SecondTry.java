package dev.tollgate.calls.metering;

import org.jspecify.annotations.Nullable;

/**
 * What belongs to one answer of the upstream's, where a first one may be put aside for a second (D48). Confined to its call.
 *
 * @param <T> what each answer has of its own
 */
public final class SecondTry<T> {

    private T current;
    private @Nullable T aside;

    public SecondTry(T first) {
        this.current = first;
    }

    /** Of the answer that is being told now. */
    public T current() {
        return current;
    }

    /** Puts the first aside. At most once. */
    public void begin(T second) {
        if (aside != null) {
            throw new IllegalStateException("an answer is put aside already");
        }
        aside = current;
        current = second;
    }

    /** Whether there is one put aside. */
    public boolean isSecond() {
        return aside != null;
    }

    /** What was put aside is the one after all. @return false where nothing was */
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
