package dev.tollgate.books.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The present holds. @param oldest time of the earliest hold; null if there is none */
public record HoldsNow(long open, long micros, @Nullable Instant oldest) {

    public static final HoldsNow NONE = new HoldsNow(0, 0, null);
}
