package dev.tollgate.verification;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.Database;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change of one value in the tables is found and named. {@link Copies} has the amounts. */
class AuditTest {

    @TempDir
    static Path originals;

    @TempDir
    Path folder;

    private static Copies copies;

    @BeforeAll
    static void run() {
        copies = new Copies(originals);
    }

    @AfterAll
    static void forget() {
        copies.close();
    }

    @Test
    void books_of_calls_of_every_kind_add_up() {
        assertThat(found()).isEmpty();
    }

    // ---- accounts ----

    @Test
    void a_balance_that_its_rows_do_not_make_is_found() {
        assertThat(found("UPDATE account SET balance_micros = balance_micros + 1 WHERE id = '{plain}'"))
                .containsExactly(
                        "account {plain} has a balance of 9.720001, its rows leave 9.72",
                        "all buckets together hold 0.000001, which should be nothing");
    }

    @Test
    void a_hold_without_an_open_call_is_found() {
        assertThat(found("UPDATE account SET reserved_micros = 5 WHERE id = '{plain}'"))
                .containsExactly(
                        "account {plain} has a reserved of 0.000005, its open calls hold 0",
                        "all buckets together hold 0.000005, which should be nothing");
    }

    @Test
    void what_was_purchased_or_consumed_is_what_the_rows_say() {
        assertThat(
                        found(
                                "UPDATE account SET purchased_micros = 20000000, consumed_micros = 10280000 WHERE id = '{plain}'"))
                .containsExactly(
                        "account {plain} has a total_purchased of 20, its entries add up to 10",
                        "account {plain} has a total_consumed of 10.28, its calls and refunds add up to 0.28");
    }

    @Test
    void a_wrong_last_number_is_found() {
        assertThat(found("UPDATE account SET last_number = 9 WHERE id = '{plain}'"))
                .containsExactly("account {plain} has 9 as its last number, it is 2");
    }

    @Test
    void an_account_that_is_gone_leaves_its_rows() {
        assertThat(found("DELETE FROM account WHERE id = '{plain}'"))
                .contains("account {plain} is not there, and has calls or entries up to number 2");
    }

    // ---- entries ----

    @Test
    void a_refund_of_no_earlier_call_of_its_account_is_found() {
        String refund = " WHERE account_id = '{back}' AND number = 3";
        assertThat(found("UPDATE entry SET task_id = NULL" + refund)).contains("entry {back}/3 is a refund of no call");
        for (String other : List.of("{plain.call}", "{open.call}", "none")) {
            assertThat(found("UPDATE entry SET task_id = '" + other + "'" + refund))
                    .contains("entry {back}/3 refunds " + other + ", which is no earlier call of its account");
        }
    }

    @Test
    void refunds_beyond_the_charge_are_found() {
        assertThat(found(
                        "UPDATE entry SET amount_micros = 300000 WHERE account_id = '{back}' AND number = 3",
                        "UPDATE entry SET balance_after_micros = balance_after_micros + 200000 WHERE account_id = '{back}' AND number > 2",
                        "UPDATE account SET balance_micros = balance_micros + 200000,"
                                + " consumed_micros = consumed_micros - 200000 WHERE id = '{back}'"))
                .contains("call {back.call} of account {back} is charged 280000 micro-credits and refunded 380000");
    }

    @Test
    void a_missing_entry_is_found_by_the_gap_and_by_the_amounts() {
        assertThat(found("DELETE FROM entry WHERE account_id = '{back}' AND number = 3"))
                .startsWith(
                        "entry {back}/4 has number 4, it should have 3",
                        "entry {back}/4 leaves a balance of 9.9, the account's rows up to it add up to 9.8")
                .contains(
                        "account {back} has a balance of 5.9, its rows leave 5.8",
                        "account {back} has a total_consumed of 0.1, its calls and refunds add up to 0.2");
    }

    @Test
    void a_last_row_that_is_gone_is_missed() {
        assertThat(found("DELETE FROM call WHERE id = '{failed.call}'"))
                .contains("account {failed} has 2 as its last number, it is 1");
    }

    @Test
    void an_amount_that_was_changed_is_found() {
        assertThat(
                        found(
                                "UPDATE entry SET amount_micros = amount_micros + 1000000 WHERE account_id = '{plain}' AND number = 1"))
                .containsExactly(
                        "entry {plain}/1 leaves a balance of 10, the account's rows up to it add up to 11",
                        "account {plain} has a balance of 9.72, its rows leave 10.72",
                        "account {plain} has a total_purchased of 10, its entries add up to 11",
                        "all buckets together hold -1, which should be nothing");
    }

    @Test
    void an_entry_that_moves_what_its_kind_cannot_is_found() {
        String topUp = " WHERE account_id = '{plain}' AND number = 1";
        assertThat(found("UPDATE entry SET kind = 'refund'" + topUp))
                .contains("entry {plain}/1 is a refund of no call");
        assertThat(found("UPDATE entry SET kind = 'unheard_of'" + topUp))
                .contains("entry {plain}/1 is a unheard_of, which is no kind of entry");
        assertThat(found("UPDATE entry SET amount_micros = -10000000" + topUp))
                .contains(
                        "entry {plain}/1 is a top_up that moves -10000000 micro-credits and 0 of the platform, which such an entry cannot",
                        "entry {plain}/1 takes the account below zero");
        assertThat(found("UPDATE entry SET missing_micros = 7" + topUp))
                .contains(
                        "entry {plain}/1 is a top_up that moves 10000000 micro-credits and 7 of the platform, which such an entry cannot");
        assertThat(found("UPDATE entry SET task_id = '{plain.call}'" + topUp))
                .contains("entry {plain}/1 is a top_up of call {plain.call}");
    }

    @Test
    void money_that_was_spent_before_it_was_there_is_found() {
        assertThat(found(
                        "UPDATE entry SET number = 99 WHERE account_id = '{plain}' AND number = 1",
                        "UPDATE call SET number = 1 WHERE id = '{plain.call}'",
                        "UPDATE entry SET number = 2 WHERE account_id = '{plain}' AND number = 99"))
                .contains("call {plain.call} of account {plain} takes the account below zero");
    }

    @Test
    void times_that_fall_are_found() {
        assertThat(found("UPDATE entry SET created_at = created_at + 86400000 WHERE account_id = '{failed}'"))
                .singleElement()
                .asString()
                .startsWith("call {failed.call} of account {failed} is of ")
                .contains(", number 1 before it of ");
    }

    // ---- calls ----

    @Test
    void a_call_that_was_opened_again_is_found() {
        assertThat(
                        found(
                                "INSERT INTO open_hold (id, account_id, key_id, door, model, created_at, held_micros)"
                                        + " SELECT id, account_id, key_id, 'chat', 'm', created_at, held_micros FROM call WHERE id = '{failed.call}'"))
                .containsExactly(
                        "call {failed.call} of account {failed} is open, and has ended: failed",
                        "account {failed} has a balance of 10, its rows leave "
                                + credits(10_000_000 - heldMicros("{failed}")),
                        "account {failed} has a reserved of 0, its open calls hold " + held("{failed}"),
                        "key {failed.key}: the day from {day} holds 0, its open calls hold " + held("{failed}"),
                        "key {failed.key}: the hour from {hour} holds 0, its open calls hold " + held("{failed}"),
                        "key {failed.key}: the total holds 0, its open calls hold " + held("{failed}"));
    }

    @Test
    void a_charge_that_is_not_what_the_counts_come_to_is_found() {
        assertThat(foundOfCall("plain", "completion_tokens = 600"))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo("has a due amount of 0.28, its counts at its price come to 0.32"),
                        line -> assertThat(line)
                                .startsWith("cost 1650000 micro-credits, its counts at the list price cost-")
                                .endsWith(" come to 1850000 micro-credits"),
                        line -> assertThat(line)
                                .isEqualTo(
                                        "has other counts, another tier or another channel than the first of its costs"));
    }

    @Test
    void only_a_cut_call_is_charged_more_than_its_counts() {
        assertThat(foundOfCall("cut", "ending = 'completed'"))
                .singleElement()
                .asString()
                .startsWith("is completed and charged 505000 micro-credits, its due amount is 50");
    }

    @Test
    void a_charge_beyond_its_hold_is_found() {
        assertThat(foundOfCall("plain", "held_micros = 5"))
                .contains("is charged 280000 micro-credits, more than its hold of 5");
    }

    @Test
    void an_ending_that_contradicts_price_or_error_is_found() {
        assertThat(foundOfCall("plain", "ending = 'failed'")).containsExactly("is failed and has a price");
        assertThat(foundOfCall("failed", "ending = 'completed'")).containsExactly("is completed and has no price");
        assertThat(foundOfCall("failed", "ending = 'ended'")).contains("ends as ended, which is no ending");
        assertThat(foundOfCall("plain", "tier = NULL"))
                .contains("has a price, and lacks a count, a step, a tier or the form of its usage");
        assertThat(foundOfCall("failed", "step = 0"))
                .containsExactly(
                        "has no price, and a count, a step, a tier or a form of usage, which only a call with a price has");
    }

    @Test
    void a_price_that_is_not_there_or_of_another_day_is_found() {
        assertThat(foundOfCall("plain", "price = 'none'")).containsExactly("has a price that is not there: none");
        assertThat(foundOfCall("plain", "cost_price = price"))
                .anyMatch(line -> line.startsWith("has a cost that is not there: "));
        assertThat(foundOfCall("plain", "priced_at = priced_at - 86500000"))
                .singleElement()
                .asString()
                .startsWith("is priced at ")
                .contains(" and begins at ");
    }

    @Test
    void a_shortfall_that_counts_without_one_is_found() {
        assertThat(foundOfCall("plain", "flags = flags | 8"))
                .containsExactly("says that a shortfall counts, and has none");
    }

    // ---- windows ----

    @Test
    void a_spend_window_that_has_forgotten_something_is_found() {
        assertThat(found("UPDATE spend_window SET charged_micros = 0 WHERE key_id = '{plain.key}' AND kind = 'hour'"))
                .containsExactly("key {plain.key}: the hour from {hour} has charged 0, its calls were charged 0.28");
        assertThat(found("UPDATE spend_window SET held_micros = 7 WHERE key_id = '{plain.key}' AND kind = 'day'"))
                .containsExactly("key {plain.key}: the day from {day} holds 0.000007, its open calls hold 0");
    }

    @Test
    void a_spend_window_that_is_gone_is_found() {
        assertThat(found("DELETE FROM spend_window WHERE key_id = '{plain.key}' AND kind = 'total'"))
                .containsExactly("key {plain.key}: the total has charged 0, its calls were charged 0.28");
    }

    @Test
    void a_spend_window_without_calls_is_found() {
        assertThat(found("INSERT INTO spend_window VALUES ('key_x', 'hour', 3600000, 5, 0)"))
                .containsExactly(
                        "key key_x: the hour from 1970-01-01T01:00:00Z has charged 0.000005, its calls were charged 0");
    }

    @Test
    void only_an_account_with_limits_has_windows() {
        assertThat(found("UPDATE account SET spend_day = 1 WHERE id = '{plain}'"))
                .containsExactlyInAnyOrder(
                        "account {plain}: the day from {day} has charged 0, its calls were charged 0.28",
                        "account {plain}: the hour from {hour} has charged 0, its calls were charged 0.28",
                        "account {plain}: the total has charged 0, its calls were charged 0.28");
        assertThat(found("INSERT INTO spend_window VALUES ('{plain}', 'total', 0, 5, 0)"))
                .containsExactly("account {plain}: the total has charged 0.000005, its calls were charged 0");
    }

    // ---- roll-ups ----

    @Test
    void a_quarter_that_is_not_the_sum_of_its_calls_is_found() {
        assertThat(found(
                        "UPDATE usage_quarter SET charged_micros = charged_micros + 1, refunded_micros = 2, first_9 = 1"
                                + " WHERE account_id = '{plain}'"))
                .containsExactly(
                        "usage of account {plain}, key {plain.key}, model gemini-2.5-pro, quarter from {quarter}: 1 charged_micros"
                                + " too many, 2 refunded_micros too many, 1 first_9 too many"
                                + "; './tollgate ledger rebuild-usage' adds up usage again");
        assertThat(found("DELETE FROM usage_quarter WHERE account_id = '{failed}'"))
                .singleElement()
                .asString()
                .startsWith("usage of account {failed}, key {failed.key}, model gemini-2.5-pro, quarter from {quarter}:"
                        + " 1 calls too few, 1 failed too few");
    }

    @Test
    void a_folded_day_is_compared_and_its_quarters_may_be_gone() {
        String fold =
                "INSERT INTO usage_fold (id, folded_until, folding_until, account_after) VALUES (1, 99999999999999, 99999999999999, '')";
        String sums = String.join(", ", UsageSql.SUMS);
        String days = "INSERT INTO usage_day (account_id, starts_at, key_id, model, " + sums
                + ") SELECT account_id, starts_at - starts_at % 86400000, key_id, model, "
                + UsageSql.added(UsageSql.SUMS)
                + " FROM usage_quarter GROUP BY account_id, starts_at - starts_at % 86400000, key_id, model";
        assertThat(found(fold, days)).isEmpty();
        assertThat(found(fold, days, "DELETE FROM usage_quarter")).isEmpty();
        assertThat(found(fold, days, "UPDATE usage_day SET charged_micros = 0 WHERE account_id = '{plain}'"))
                .singleElement()
                .asString()
                .startsWith("usage of account {plain}, key {plain.key}, model gemini-2.5-pro, day from {day}"
                        + " 280000 charged_micros too few");
        assertThat(found(fold, days, "UPDATE usage_quarter SET calls = 2 WHERE account_id = '{plain}'"))
                .singleElement()
                .asString()
                .contains("quarter from {quarter}: 1 calls too many");
    }

    // ---- receipts ----

    @Test
    void a_receipt_that_its_row_does_not_give_is_found() {
        for (String column : List.of("key_id", "model", "price", "tier", "id")) {
            assertThat(found("UPDATE call SET " + column + " = 'other' WHERE id = '{plain.call}'"))
                    .as(column)
                    .anyMatch(line -> line.contains(" has the receipt hash ") && line.contains(", its row gives "));
        }
    }

    @Test
    void a_chain_of_receipts_with_a_gap_is_found() {
        String receipt = "call {plain.call} of account {plain} ";
        assertThat(found("UPDATE call SET receipts = 2 WHERE id = '{plain.call}'"))
                .contains(receipt + "counts 2 receipts, it should count 1");
        assertThat(found("UPDATE call SET receipt_hash = NULL WHERE id = '{plain.call}'"))
                .contains(receipt + "is charged and has no receipt, or one of a key that is not there");
        assertThat(found("UPDATE call SET receipt_key = 7 WHERE id = '{plain.call}'"))
                .contains(receipt + "is charged and has no receipt, or one of a key that is not there");
        assertThat(found("UPDATE call SET receipt_key = 1 WHERE id = '{failed.call}'"))
                .containsExactly("call {failed.call} of account {failed} is not charged and has a receipt");
        assertThat(found("UPDATE account SET receipts = 7 WHERE id = '{plain}'"))
                .singleElement()
                .asString()
                .startsWith("account {plain} has 7 receipts up to the hash ")
                .contains(", its calls have 1 up to ");
    }

    // ---- messages ----

    private int copied;

    /** The differences after these statements, with names for ids. */
    private List<String> found(String... statements) {
        List<String> found = new ArrayList<>();
        Path copy = copies.tampered(folder.resolve("copy" + ++copied), statements);
        try (Database database = Database.openReading(copy)) {
            boolean sound = new Audit(database)
                    .run(
                            line -> found.add(copies.unnamed(line)
                                    .replaceAll("quarter from 2[0-9TZ:-]+Z", "quarter from {quarter}")),
                            (subject, rows) -> {});
            assertThat(sound).isEqualTo(found.isEmpty());
        }
        return found;
    }

    /** Returns what is said of a call whose columns are set so, without its name and its receipt. */
    private List<String> foundOfCall(String call, String columns) {
        String name = "call {" + call + ".call} of account {" + call + "} ";
        return found("UPDATE call SET " + columns + " WHERE id = '{" + call + ".call}'").stream()
                .filter(line -> line.startsWith(name) && !line.contains(" has the receipt hash "))
                .map(line -> line.substring(name.length()))
                .toList();
    }

    private static String held(String account) {
        return credits(heldMicros(account));
    }

    private static long heldMicros(String account) {
        return copies.number("SELECT held_micros FROM (SELECT account_id, held_micros FROM call UNION ALL"
                + " SELECT account_id, held_micros FROM open_hold) AS calls WHERE account_id = '" + account + "'");
    }

    private static String credits(long micros) {
        return Findings.credits(micros);
    }
}
