package dev.tollgate.customers.notices;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.roles.AccountEvents;
import dev.tollgate.storage.Statements;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Stores the notices that a person was sent, unless another node has stored them first. The outcome is whether they were stored. */
final class SetTold extends NoticeWrite {

    private static final String FIRST = """
            INSERT INTO told_notice (person_id, told, sequence, version) VALUES (?, '', 0, 0) ON CONFLICT DO NOTHING""";
    private static final String TOLD_MODELS = "UPDATE told_notice SET models = ? WHERE person_id = ? AND models = ?";
    private static final String TOLD =
            "UPDATE told_notice SET told = ?, sequence = ?, version = ? WHERE person_id = ? AND told = ?";

    private final String personId;
    private final String toldBefore;
    private final String told;
    private final boolean ofModels;
    private final long sequence;
    private final long version;
    private final @Nullable Low low;

    /** A balance below a line, in micro-credits: an event of the account, once a day for each line. */
    record Low(String accountId, long leftMicros, long lineMicros, Instant at) {

        private void queue(Statements statements) throws SQLException {
            String day = at.truncatedTo(ChronoUnit.DAYS).toString().substring(0, 10);
            byte[] json = ApiJson.object(128, object -> {
                ApiJson.credits(object, "balance", leftMicros);
                ApiJson.credits(object, "line", lineMicros);
            });
            AccountEvents.queue(
                    statements,
                    accountId,
                    "balance_" + lineMicros + "_" + day,
                    "balance.low",
                    new String(json, StandardCharsets.UTF_8),
                    at);
        }
    }

    private SetTold(
            String personId,
            String toldBefore,
            String told,
            boolean ofModels,
            long sequence,
            long version,
            @Nullable Low low) {
        this.low = low;
        this.personId = personId;
        this.toldBefore = toldBefore;
        this.told = told;
        this.ofModels = ofModels;
        this.sequence = sequence;
        this.version = version;
    }

    /**
     * Notices of balance and keys.
     *
     * @param toldBefore as it was read; empty if there was nothing
     * @param sequence of the account and @param version of the person that it was decided on
     * @param low null if the balance is not below the person's line
     */
    static SetTold ofAccount(
            String personId, String toldBefore, String told, long sequence, long version, @Nullable Low low) {
        return new SetTold(personId, toldBefore, told, false, sequence, version, low);
    }

    /** Changes of models; @param toldBefore as it was read; empty if there was nothing */
    static SetTold ofModels(String personId, String toldBefore, String told) {
        return new SetTold(personId, toldBefore, told, true, 0, 0, null);
    }

    String told() {
        return told;
    }

    @Override
    protected Boolean run(Statements statements) throws SQLException {
        if (low != null) {
            low.queue(statements);
        }
        statements.run(FIRST, personId);
        int rows = ofModels
                ? statements.run(TOLD_MODELS, told, personId, toldBefore)
                : statements.run(TOLD, told, sequence, version, personId, toldBefore);
        return rows == 1;
    }
}
