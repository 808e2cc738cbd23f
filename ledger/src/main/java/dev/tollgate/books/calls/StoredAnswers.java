package dev.tollgate.books.calls;

import dev.tollgate.storage.sql.Reads;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The answers that are stored under an idempotency key, as the gateway has them. */
@FunctionalInterface
public interface StoredAnswers {

    /** Returns when the answer of a call was stored; null if none is. */
    @Nullable
    Instant keptAt(Reads sql, String callId) throws SQLException;
}
