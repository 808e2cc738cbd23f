package dev.tollgate.models.prices;

import dev.tollgate.storage.DatabaseClock;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.sql.Columns;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The instant after the newest call that has ended and was priced later than now, which shows that the clock was set back. It is now if there is none, or if
 * the clock was a day or more ahead. Calls that still run are not known.
 */
final class NewestCall {

    /** Reads the newest hundred numbers of an account. */
    private static final String PRICED = """
            SELECT MAX(c.priced_at) FROM account a JOIN call c ON c.account_id = a.id AND c.number > a.last_number - 100
            WHERE c.priced_at > ? AND c.priced_at < ?""";

    private static final String OF_ACCOUNT = PRICED + " AND a.id = ?";

    /** Passes over accounts without a recent number: a number is given after its call was priced. */
    private static final String OF_ALL = PRICED + " AND a.last_number_at > ?";

    private static final String OF_GROUP =
            OF_ALL + " AND a.id IN (SELECT account_id FROM account_terms WHERE own_group = ? OR plan_group = ?)";

    private NewestCall() {}

    static Instant ofAccount(Statements statements, String accountId, Instant now) throws SQLException {
        return after(statements.one(OF_ACCOUNT, row -> Columns.timeOrNull(row, 1), now, limit(now), accountId), now);
    }

    /** Looks at the accounts that are or were in a group. */
    static Instant ofGroup(Statements statements, String group, Instant now) throws SQLException {
        return after(
                statements.one(
                        OF_GROUP,
                        row -> Columns.timeOrNull(row, 1),
                        now,
                        limit(now),
                        now.minus(DatabaseClock.APART),
                        group,
                        group),
                now);
    }

    static Instant ofAll(Statements statements, Instant now) throws SQLException {
        return after(
                statements.one(
                        OF_ALL, row -> Columns.timeOrNull(row, 1), now, limit(now), now.minus(DatabaseClock.APART)),
                now);
    }

    private static Instant limit(Instant now) {
        return now.plus(Dated.OPEN_MAX);
    }

    private static Instant after(@Nullable Instant newest, Instant now) {
        return newest == null ? now : newest.plusMillis(1);
    }
}
