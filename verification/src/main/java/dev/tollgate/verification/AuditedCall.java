package dev.tollgate.verification;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The part of a call that its check computes again, from the row of {@link AccountCheck}. Amounts are in micro-credits, times in milliseconds.
 *
 * @param counts null without a price
 */
record AuditedCall(
        String name,
        long due,
        long createdAt,
        long pricedAt,
        long step,
        boolean isCostReported,
        @Nullable Long cost,
        Terms.@Nullable Counts counts,
        @Nullable String price,
        String tier,
        String granted,
        @Nullable String costPrice,
        String channel,
        String upstreamModel,
        @Nullable String attempts) {

    /** The columns that are read after those that all rows have; the last one says what is wrong with the row on its own. */
    static final String COLUMNS = """
            due_micros, created_at, priced_at, step, flags & 64, cost_micros, prompt_tokens, tool_tokens, completion_tokens, reasoning_tokens,
                cached_tokens, cached_audio_tokens, audio_tokens, searches, output_image_tokens, maps, price,
                COALESCE(tier, '') AS tier, COALESCE(tier_granted, tier, ''),
                cost_price, channel, upstream_model, attempts,
            """ + CallCheck.FAULT;

    /** The number of these columns. */
    static final int WIDTH = 24;

    private static final int COUNTS = 10;

    /** @param first the place of the first column */
    static AuditedCall read(ResultSet row, int first) throws SQLException {
        long cost = row.getLong(first + 5);
        boolean isCostKnown = !row.wasNull();
        long[] counts = new long[COUNTS];
        String price = row.getString(first + 16);
        for (int i = 0; i < COUNTS && price != null; i++) {
            counts[i] = row.getLong(first + 6 + i);
        }
        return new AuditedCall(
                "call " + row.getString(8) + " of account " + row.getString(1),
                row.getLong(first),
                row.getLong(first + 1),
                row.getLong(first + 2),
                row.getLong(first + 3),
                row.getLong(first + 4) != 0,
                isCostKnown ? cost : null,
                price == null ? null : Terms.Counts.of(counts),
                price,
                row.getString(first + 17),
                row.getString(first + 18),
                row.getString(first + 19),
                row.getString(first + 20),
                row.getString(first + 21),
                row.getString(first + 22));
    }
}
