package dev.tollgate.upstreams.signatures;

import dev.tollgate.books.ledger.Settle;
import dev.tollgate.upstreams.pool.StoredWord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps what was signed in an answer, if it is charged in the same unit. What has the same print is replaced. */
final class KeepSignatures implements SignatureChange {

    private static final int ROW_CHARS = 256;
    private static final int KIB = 1024;

    private final Settle settle;
    private final String accountId;
    private final List<Row> rows;

    /** @param signature sealed */
    record Row(
            String print,
            String model,
            String channel,
            boolean first,
            @Nullable String upstreamId,
            @Nullable String signature) {

        Row {
            upstreamId = StoredWord.id(upstreamId);
        }

        /** What it takes of the account's share, at least 1. */
        long kib() {
            int chars = ROW_CHARS + length(upstreamId) + length(signature);
            return (chars + KIB - 1) / KIB;
        }

        private static int length(@Nullable String text) {
            return text == null ? 0 : text.length();
        }
    }

    KeepSignatures(Settle settle, String accountId, List<Row> rows) {
        this.settle = settle;
        this.accountId = accountId;
        this.rows = List.copyOf(rows);
    }

    Settle settle() {
        return settle;
    }

    String accountId() {
        return accountId;
    }

    List<Row> rows() {
        return rows;
    }
}
