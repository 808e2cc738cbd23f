package dev.tollgate.books.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is held for calls that are not resolved. @param oldest when the earliest of them was made; null where there is none */
public record HoldsNow(long open, long micros, @Nullable Instant oldest) {

    public static final HoldsNow NONE = new HoldsNow(0, 0, null);
}
