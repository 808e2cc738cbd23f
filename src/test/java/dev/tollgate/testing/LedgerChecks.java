package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;

import java.util.function.ToLongFunction;

/** What must be true of the ledger's tables at any instant, asked of the tables alone. */
public final class LedgerChecks {

    private static final String CALLS =
            "(SELECT id, key_id, created_at, state, held_micros, charged_micros FROM reservation"
                    + " UNION ALL SELECT id, key_id, created_at, 'open', held_micros, 0 FROM open_hold) AS calls";

    /** With the calls of accounts that have limits once more, under the account's id. */
    private static final String COUNTED =
            "(SELECT id, key_id, account_id, created_at, state, held_micros, charged_micros FROM reservation"
                    + " UNION ALL SELECT id, key_id, account_id, created_at, 'open', held_micros, 0 FROM open_hold)";

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

    public static void assertCoherent(StoreFixture store) {
        assertCoherent(store::number);
    }

    /** @param store answers a query with the first column of its first row */
    public static void assertCoherent(ToLongFunction<String> store) {
        balances_are_what_the_entries_add_up_to(store);
        sequences_have_no_gaps(store);
        holds_are_what_open_reservations_hold(store);
        windows_are_what_reservations_count(store);
        entries_of_a_resolved_reservation_leave_nothing_held(store);
        what_was_asked_for_leads_to_its_entry(store);
    }

    private static void what_was_asked_for_leads_to_its_entry(ToLongFunction<String> store) {
        assertThat(store.applyAsLong("SELECT COUNT(*) FROM requested_entry q WHERE NOT EXISTS (SELECT 1 FROM entry e"
                        + " WHERE e.account_id = q.account_id AND e.sequence = q.sequence AND e.kind = q.kind)"))
                .as("requested entries without an entry")
                .isZero();
    }

    private static void balances_are_what_the_entries_add_up_to(ToLongFunction<String> store) {
        for (String[] pair : new String[][] {
            {"balance_micros", "available"}, {"reserved_micros", "reserved"}, {"consumed_micros", "revenue"}
        }) {
            assertThat(store.applyAsLong(
                            "SELECT COUNT(*) FROM account WHERE " + pair[0] + " <> " + moved("to", "from", pair[1])))
                    .as(pair[0])
                    .isZero();
        }
        assertThat(store.applyAsLong(
                        "SELECT COUNT(*) FROM account WHERE purchased_micros <> " + moved("from", "to", "funding")))
                .as("purchased_micros")
                .isZero();
        assertThat(store.applyAsLong("SELECT COALESCE(SUM(balance_micros + reserved_micros + consumed_micros"
                        + " - purchased_micros), 0) FROM account"))
                .as("the sum over all buckets")
                .isZero();
    }

    private static String moved(String in, String out, String bucket) {
        return "COALESCE((SELECT SUM(CASE WHEN " + in + "_bucket = '" + bucket + "' THEN amount_micros ELSE 0 END"
                + " - CASE WHEN " + out + "_bucket = '" + bucket + "' THEN amount_micros ELSE 0 END)"
                + " FROM entry WHERE account_id = account.id AND 'shortfall' NOT IN (from_bucket, to_bucket)), 0)";
    }

    private static void sequences_have_no_gaps(ToLongFunction<String> store) {
        assertThat(store.applyAsLong("SELECT COUNT(*) FROM account WHERE last_sequence <>"
                        + " (SELECT COUNT(*) FROM entry WHERE account_id = account.id) OR last_sequence <>"
                        + " COALESCE((SELECT MAX(sequence) FROM entry WHERE account_id = account.id), 0)"))
                .as("accounts with gaps")
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

    private static void entries_of_a_resolved_reservation_leave_nothing_held(ToLongFunction<String> store) {
        // Added up once for all: no index leads to the entries of one.
        String left = "(SELECT reservation_id, SUM(CASE WHEN to_bucket = 'reserved' THEN amount_micros"
                + " WHEN from_bucket = 'reserved' THEN -amount_micros ELSE 0 END) AS micros"
                + " FROM entry WHERE reservation_id IS NOT NULL GROUP BY reservation_id) AS left_over";
        assertThat(store.applyAsLong("SELECT COUNT(*) FROM " + CALLS + " LEFT JOIN " + left
                        + " ON left_over.reservation_id = calls.id WHERE COALESCE(left_over.micros, 0)"
                        + " <> CASE WHEN state = 'open' THEN held_micros ELSE 0 END"))
                .as("reservations with something left")
                .isZero();
    }
}
