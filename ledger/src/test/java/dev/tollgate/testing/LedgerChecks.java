package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;

import java.util.function.ToLongFunction;

/** What must be true of the ledger's tables at any instant, asked of the tables alone. */
public final class LedgerChecks {

    /** With the calls of accounts that have limits once more, under the account's id. */
    private static final String COUNTED =
            "(SELECT id, key_id, account_id, created_at, 'ended' AS state, held_micros, charged_micros FROM call"
                    + " UNION ALL SELECT id, key_id, account_id, created_at, 'open', held_micros, 0 FROM open_hold)";

    /** What each call that has ended, and each entry, has changed of its account. */
    private static final String LINES = """
            (SELECT account_id, number, ended_at AS at, -charged_micros AS micros, 0 AS bought, charged_micros AS spent, balance_after_micros
                FROM call
            UNION ALL
            SELECT account_id, number, created_at, amount_micros, CASE WHEN kind = 'refund' THEN 0 ELSE amount_micros END,
                CASE WHEN kind = 'refund' THEN -amount_micros ELSE 0 END, balance_after_micros
                FROM entry)""";

    private static final String CALLS_IN_WINDOWS =
            "(SELECT key_id, created_at, state, held_micros, charged_micros FROM "
                    + COUNTED
                    + " AS by_key UNION ALL SELECT account_id, created_at, state, held_micros, charged_micros FROM "
                    + COUNTED + " AS by_account WHERE account_id IN (SELECT id FROM account"
                    + " WHERE spend_hour IS NOT NULL OR spend_day IS NOT NULL OR spend_total IS NOT NULL)) AS calls";

    /** Finds windows that have gone past their budget: the owner's own, or for members the budget of each member. None, unless a budget was lowered. */
    public static final String EXCEEDED_BUDGETS = """
            budget_window w WHERE charged_micros + held_micros > (
                SELECT limit_micros FROM budget b
                WHERE b.account_id = w.account_id AND b.kind = w.kind
                    AND (b.owner = w.owner OR b.owner = 'each_member' AND w.owner LIKE 'mem_%')
                ORDER BY CASE WHEN b.owner = w.owner THEN 0 ELSE 1 END LIMIT 1)""";

    private LedgerChecks() {}

    public static void assertCoherent(BooksFixture store) {
        assertCoherent(store::number);
    }

    /** @param store answers a query with the first column of its first row */
    public static void assertCoherent(ToLongFunction<String> store) {
        balances_are_what_the_lines_add_up_to(store);
        numbers_have_no_gaps(store);
        each_line_has_its_balance_and_no_earlier_time(store);
        holds_are_what_open_reservations_hold(store);
        windows_are_what_reservations_count(store);
        no_call_runs_and_has_ended(store);
        refunds_are_at_most_their_charge(store);
        grants_are_what_their_accounts_say(store);
    }

    private static void grants_are_what_their_accounts_say(ToLongFunction<String> store) {
        for (String[] figure : new String[][] {
            {"granted_micros", "SUM(left_micros)"}, {"last_grant", "COUNT(*)"}, {"last_grant", "MAX(number)"}
        }) {
            assertThat(store.applyAsLong("SELECT COUNT(*) FROM account WHERE " + figure[0] + " <> COALESCE((SELECT "
                            + figure[1] + " FROM credit_grant WHERE account_id = account.id), 0)"))
                    .as(figure[0])
                    .isZero();
        }
    }

    private static void balances_are_what_the_lines_add_up_to(ToLongFunction<String> store) {
        for (String[] pair : new String[][] {
            {"balance_micros + reserved_micros", "micros"}, {"purchased_micros", "bought"}, {"consumed_micros", "spent"}
        }) {
            assertThat(store.applyAsLong("SELECT COUNT(*) FROM account WHERE " + pair[0] + " <> COALESCE((SELECT SUM("
                            + pair[1] + ") FROM " + LINES + " AS line WHERE account_id = account.id), 0)"))
                    .as(pair[0])
                    .isZero();
        }
        assertThat(store.applyAsLong("SELECT COALESCE(SUM(balance_micros + reserved_micros + consumed_micros"
                        + " - purchased_micros), 0) FROM account"))
                .as("the sum over all buckets")
                .isZero();
    }

    private static void numbers_have_no_gaps(ToLongFunction<String> store) {
        for (String figure : new String[] {"COUNT(*)", "COUNT(DISTINCT number)", "COALESCE(MAX(number), 0)"}) {
            assertThat(store.applyAsLong("SELECT COUNT(*) FROM account WHERE last_number <> (SELECT " + figure
                            + " FROM " + LINES + " AS line WHERE account_id = account.id)"))
                    .as("accounts with gaps: " + figure)
                    .isZero();
        }
    }

    private static void each_line_has_its_balance_and_no_earlier_time(ToLongFunction<String> store) {
        assertThat(store.applyAsLong("SELECT COUNT(*) FROM (SELECT at, balance_after_micros,"
                        + " SUM(micros) OVER (PARTITION BY account_id ORDER BY number) AS balance,"
                        + " LAG(at, 1, at) OVER (PARTITION BY account_id ORDER BY number) AS before FROM " + LINES
                        + " AS line) AS told WHERE balance <> balance_after_micros OR balance < 0 OR at < before"))
                .as("lines with another balance or an earlier time")
                .isZero();
    }

    private static void holds_are_what_open_reservations_hold(ToLongFunction<String> store) {
        assertThat(store.applyAsLong(
                        "SELECT COUNT(*) FROM account WHERE reserved_micros <> COALESCE((SELECT SUM(held_micros)"
                                + " FROM open_hold WHERE account_id = account.id), 0)"))
                .as("accounts with lost holds")
                .isZero();
    }

    private static void windows_are_what_reservations_count(ToLongFunction<String> store) {
        for (String[] window :
                new String[][] {{"hour", "3600000"}, {"day", "86400000"}, {"total", "9000000000000000"}}) {
            String counted =
                    " FROM " + CALLS_IN_WINDOWS + " WHERE key_id = spend_window.key_id AND created_at >= starts_at"
                            + " AND created_at < starts_at + " + window[1] + "), 0)";
            assertThat(store.applyAsLong("SELECT COUNT(*) FROM spend_window WHERE kind = '" + window[0] + "' AND ("
                            + "charged_micros <> COALESCE((SELECT SUM(charged_micros)" + counted
                            + " OR held_micros <> COALESCE((SELECT SUM(CASE WHEN state = 'open' THEN held_micros ELSE 0 END)"
                            + counted + ")"))
                    .as(window[0])
                    .isZero();
            String startsAt = window[0].equals("total") ? "0" : "created_at - created_at % " + window[1];
            assertThat(store.applyAsLong("SELECT COUNT(*) FROM " + CALLS_IN_WINDOWS
                            + " WHERE held_micros > 0 AND NOT EXISTS (SELECT 1"
                            + " FROM spend_window WHERE spend_window.key_id = calls.key_id AND kind = '"
                            + window[0]
                            + "' AND starts_at = " + startsAt + ")"))
                    .as("reservations that no " + window[0] + " counts")
                    .isZero();
        }
    }

    private static void no_call_runs_and_has_ended(ToLongFunction<String> store) {
        assertThat(store.applyAsLong("SELECT COUNT(*) FROM open_hold WHERE id IN (SELECT id FROM call)"))
                .as("calls that run and have ended")
                .isZero();
    }

    private static void refunds_are_at_most_their_charge(ToLongFunction<String> store) {
        assertThat(store.applyAsLong("SELECT COUNT(*) FROM (SELECT task_id, SUM(amount_micros) AS micros FROM entry"
                        + " WHERE kind = 'refund' GROUP BY task_id) AS refund"
                        + " WHERE micros > COALESCE((SELECT charged_micros FROM call WHERE id = task_id), 0)"))
                .as("refunds beyond the charge")
                .isZero();
    }
}
