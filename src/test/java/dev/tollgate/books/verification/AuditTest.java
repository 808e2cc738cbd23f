package dev.tollgate.books.verification;

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
    void a_balance_that_its_entries_do_not_make_is_found() {
        assertThat(found("UPDATE account SET balance_micros = balance_micros + 1 WHERE id = '{plain}'"))
                .containsExactly(
                        "account {plain} has a balance of 9.720001, its entries add up to 9.72",
                        "all buckets together hold 0.000001, which should be nothing");
    }

    @Test
    void a_hold_without_a_reservation_is_found() {
        assertThat(found("UPDATE account SET reserved_micros = 5 WHERE id = '{plain}'"))
                .containsExactly(
                        "account {plain} reserves 5 micro-credits, its open reservations hold 0",
                        "account {plain} has a reserved of 0.000005, its entries add up to 0",
                        "all buckets together hold 0.000005, which should be nothing");
    }

    @Test
    void what_was_purchased_or_consumed_is_what_the_entries_say() {
        assertThat(
                        found(
                                "UPDATE account SET purchased_micros = 20000000, consumed_micros = 10280000 WHERE id = '{plain}'"))
                .containsExactly(
                        "account {plain} has a total_purchased of 20, its entries add up to 10",
                        "account {plain} has a total_consumed of 10.28, its entries add up to 0.28");
    }

    @Test
    void a_wrong_count_of_entries_is_found() {
        assertThat(found("UPDATE account SET last_sequence = 9 WHERE id = '{plain}'"))
                .containsExactly("account {plain} counts 9 entries, the last one is 4");
    }

    @Test
    void an_account_that_is_gone_leaves_strays() {
        assertThat(found("DELETE FROM account WHERE id = '{plain}'"))
                .containsExactly(
                        "entry {plain}/1 belongs to no account",
                        "entry {plain}/2 belongs to no account",
                        "entry {plain}/3 belongs to no account",
                        "entry {plain}/4 belongs to no account",
                        "reservation {plain.call} belongs to no account: {plain}");
    }

    // ---- what was corrected afterwards ----

    @Test
    void a_refund_that_nothing_says_the_call_of_is_found() {
        assertThat(found("DELETE FROM requested_entry WHERE account_id = '{back}' AND sequence = 5"))
                .containsExactly("entry {back}/5 is a refund, and nothing says of which call");
    }

    @Test
    void a_correction_that_differs_from_what_was_asked_for_is_found() {
        assertThat(found("UPDATE requested_entry SET amount_micros = 1 WHERE account_id = '{back}' AND sequence = 5"))
                .containsExactly("entry {back}/5 moves 0.1, asked for was 0.000001");
        assertThat(
                        found(
                                "UPDATE requested_entry SET task_id = '{plain.call}' WHERE account_id = '{back}' AND sequence = 5"))
                .containsExactly("entry {back}/5 is a refund of {back.call}, asked for was a refund of {plain.call}");
        assertThat(found("UPDATE requested_entry SET kind = 'adjustment' WHERE account_id = '{back}' AND sequence = 5"))
                .containsExactly(
                        "entry {back}/5 is a refund of {back.call}, asked for was a adjustment of {back.call}");
        assertThat(found("UPDATE requested_entry SET sequence = 99 WHERE account_id = '{back}' AND sequence = 7"))
                .containsExactlyInAnyOrder(
                        "entry {back}/7 is a adjustment, and nothing says that it was asked for",
                        "entry {back}/99 was asked for and is not there");
    }

    @Test
    void refunds_beyond_the_charge_are_found() {
        assertThat(found(
                        "UPDATE entry SET amount_micros = 300000 WHERE account_id = '{back}' AND sequence = 5",
                        "UPDATE requested_entry SET amount_micros = 300000 WHERE account_id = '{back}' AND sequence = 5",
                        "UPDATE account SET balance_micros = balance_micros + 200000,"
                                + " consumed_micros = consumed_micros - 200000 WHERE id = '{back}'"))
                .contains("reservation {back.call} is charged 0.28 and refunded 0.38");
    }

    @Test
    void a_refund_that_stands_before_its_charge_is_found() {
        assertThat(found("UPDATE reservation SET last_sequence = 5 WHERE id = '{back.call}'"))
                .containsExactly("reservation {back.call} has its entries up to 5, but its refund is entry {back}/5");
    }

    // ---- entries ----

    @Test
    void a_missing_entry_is_found_by_the_gap_and_by_the_amounts() {
        assertThat(found("DELETE FROM entry WHERE account_id = '{plain}' AND sequence = 3"))
                .containsExactly(
                        "entry {plain}/4 follows 2",
                        "account {plain} has a reserved of 0, its entries add up to 0.28",
                        "account {plain} has a total_consumed of 0.28, its entries add up to 0",
                        "all buckets together hold -0.28, which should be nothing",
                        "reservation {plain.call} is charged 0.28, its entries charge 0",
                        "reservation {plain.call} is settled and releases " + released("{plain}") + ", should "
                                + held("{plain}"));
    }

    @Test
    void an_entry_at_the_end_that_is_gone_is_missed() {
        assertThat(found("DELETE FROM entry WHERE account_id = '{open}' AND sequence = 2"))
                .contains("account {open} counts 2 entries, the last one is 1")
                .contains("reservation {open.call} holds " + held("{open}") + ", its entries hold 0");
    }

    @Test
    void an_amount_that_was_changed_is_found() {
        assertThat(
                        found(
                                "UPDATE entry SET amount_micros = amount_micros + 1000000 WHERE account_id = '{plain}' AND sequence = 1"))
                .containsExactly(
                        "account {plain} has a balance of 9.72, its entries add up to 10.72",
                        "account {plain} has a total_purchased of 10, its entries add up to 11",
                        "all buckets together hold -1, which should be nothing",
                        "receipt {plain}/1 tells a balance of 9.72, the entries up to its charge add up to 10.72");
    }

    @Test
    void an_amount_below_zero_is_found_even_where_all_adds_up() {
        assertThat(found(
                        "INSERT INTO entry VALUES ('{plain}', 5, 1, 'adjustment', NULL, 'available', 'funding', -5, 'x')",
                        "UPDATE account SET last_sequence = 5, balance_micros = balance_micros + 5,"
                                + " purchased_micros = purchased_micros + 5 WHERE id = '{plain}'"))
                .contains("entry {plain}/5 moves -0.000005");
    }

    @Test
    void an_entry_that_moves_what_its_kind_does_not_is_found() {
        assertThat(found("UPDATE entry SET kind = 'refund' WHERE account_id = '{plain}' AND sequence = 1"))
                .containsExactly(
                        "entry {plain}/1 is a refund that moves funding>available",
                        "entry {plain}/1 is a refund, and nothing says of which call");
        assertThat(found("UPDATE entry SET kind = 'unheard_of' WHERE account_id = '{plain}' AND sequence = 1"))
                .containsExactly("entry {plain}/1 is a unheard_of that moves funding>available");
    }

    @Test
    void money_that_was_spent_before_it_was_there_is_found() {
        assertThat(found(
                        "UPDATE entry SET sequence = 99 WHERE account_id = '{plain}' AND sequence = 1",
                        "UPDATE entry SET sequence = 1 WHERE account_id = '{plain}' AND sequence = 2",
                        "UPDATE entry SET sequence = 2 WHERE account_id = '{plain}' AND sequence = 99"))
                .contains("entry {plain}/1 takes the account below zero");
    }

    @Test
    void an_entry_that_has_lost_its_call_is_found() {
        assertThat(found("UPDATE entry SET reservation_id = NULL WHERE account_id = '{open}' AND sequence = 2"))
                .containsExactly(
                        "entry {open}/2 is a reservation without a reservation",
                        "reservation {open.call} holds " + held("{open}") + ", its entries hold 0");
        assertThat(found("UPDATE entry SET reservation_id = 'none' WHERE account_id = '{open}' AND sequence = 2"))
                .contains("entry {open}/2 belongs to no reservation: none");
    }

    @Test
    void an_entry_of_anothers_call_is_found() {
        assertThat(
                        found(
                                "UPDATE entry SET reservation_id = '{units.call}' WHERE account_id = '{plain}' AND sequence = 3"))
                .contains(
                        "reservation {units.call} is of account {units}, its entry {plain}/3 is not",
                        "reservation {units.call} is resolved more than once: charges 2, returns 1",
                        "reservation {plain.call} is charged 0.28, its entries charge 0");
    }

    // ---- reservations ----

    @Test
    void a_reservation_that_says_another_hold_or_charge_is_found() {
        assertThat(found("UPDATE reservation SET held_micros = held_micros + 1000000 WHERE id = '{failed.call}'"))
                .containsExactly("reservation {failed.call} holds " + credits(heldMicros("{failed}") + 1_000_000)
                        + ", its entries hold " + held("{failed}"));
        assertThat(found("UPDATE reservation SET charged_micros = 300000 WHERE id = '{plain.call}'"))
                .contains(
                        "reservation {plain.call} is charged 0.3, its entries charge 0.28",
                        "task {plain.call} is charged 0.28, its reservation 0.3");
    }

    @Test
    void a_reservation_that_does_not_know_where_its_entries_are_is_found() {
        assertThat(found("UPDATE reservation SET last_sequence = 3 WHERE id = '{plain.call}'"))
                .containsExactly("reservation {plain.call} has its entries from 2 to 3, but not its entry {plain}/4");
        assertThat(found("UPDATE reservation SET first_sequence = 3 WHERE id = '{plain.call}'"))
                .containsExactly("reservation {plain.call} has its entries from 3 to 4, but not its entry {plain}/2");
    }

    @Test
    void a_reservation_that_was_charged_a_second_time_is_found() {
        assertThat(
                        found(
                                "INSERT INTO entry VALUES ('{plain}', 5, 1, 'charge', '{plain.call}', 'reserved', 'revenue', 1, NULL)"))
                .contains("reservation {plain.call} is resolved more than once: charges 2, returns 1");
    }

    @Test
    void a_reservation_that_was_opened_again_is_found() {
        assertThat(found(
                        "INSERT INTO open_hold SELECT id, account_id, key_id, 'chat', 'm', created_at, held_micros, first_sequence,"
                                + " last_sequence, '', '', '', '', 0 FROM reservation WHERE id = '{failed.call}'"))
                .containsExactly(
                        "reservation {failed.call} is open, and also released",
                        "account {failed} reserves 0 micro-credits, its open reservations hold "
                                + heldMicros("{failed}"),
                        "reservation {failed.call} is open and releases " + held("{failed}") + ", should 0",
                        "task {failed.call} is failed, its reservation is open",
                        "key {failed.key}: the day from {day} holds 0, its open reservations hold " + held("{failed}"),
                        "key {failed.key}: the hour from {hour} holds 0, its open reservations hold "
                                + held("{failed}"),
                        "key {failed.key}: the total holds 0, its open reservations hold " + held("{failed}"));
    }

    @Test
    void a_release_that_should_have_been_an_expiry_is_found() {
        assertThat(found("UPDATE reservation SET state = 'expired' WHERE id = '{failed.call}'"))
                .containsExactly(
                        "reservation {failed.call} is expired and releases " + held("{failed}") + ", should 0",
                        "reservation {failed.call} is expired and expires 0, should " + held("{failed}"));
    }

    @Test
    void a_charge_on_what_was_given_back_is_found() {
        assertThat(found("UPDATE reservation SET state = 'released' WHERE id = '{plain.call}'"))
                .containsExactly(
                        "reservation {plain.call} is released and has a charge",
                        "task {plain.call} is completed, its reservation is released");
    }

    // ---- windows ----

    @Test
    void a_spend_window_that_has_forgotten_something_is_found() {
        assertThat(found("UPDATE spend_window SET charged_micros = 0 WHERE key_id = '{plain.key}' AND kind = 'hour'"))
                .containsExactly(
                        "key {plain.key}: the hour from {hour} has charged 0, its reservations were charged 0.28");
        assertThat(found("UPDATE spend_window SET held_micros = 7 WHERE key_id = '{plain.key}' AND kind = 'day'"))
                .containsExactly("key {plain.key}: the day from {day} holds 0.000007, its open reservations hold 0");
    }

    @Test
    void a_spend_window_that_is_gone_is_found() {
        assertThat(found("DELETE FROM spend_window WHERE key_id = '{plain.key}' AND kind = 'total'"))
                .containsExactly("key {plain.key}: the total has charged 0, its reservations were charged 0.28");
    }

    @Test
    void a_spend_window_without_calls_is_found() {
        assertThat(found("INSERT INTO spend_window VALUES ('key_x', 'hour', 3600000, 5, 0)"))
                .containsExactly(
                        "key key_x: the hour from 1970-01-01T01:00:00Z has charged 0.000005, its reservations were"
                                + " charged 0");
    }

    @Test
    void only_an_account_with_limits_has_windows() {
        assertThat(found("UPDATE account SET spend_day = 1 WHERE id = '{plain}'"))
                .containsExactlyInAnyOrder(
                        "account {plain}: the day from {day} has charged 0, its reservations were charged 0.28",
                        "account {plain}: the hour from {hour} has charged 0, its reservations were charged 0.28",
                        "account {plain}: the total has charged 0, its reservations were charged 0.28");
        assertThat(found("INSERT INTO spend_window VALUES ('{plain}', 'total', 0, 5, 0)"))
                .containsExactly("account {plain}: the total has charged 0.000005, its reservations were charged 0");
    }

    // ---- tasks ----

    @Test
    void a_task_with_another_charge_is_found() {
        assertThat(foundBesideUsage("UPDATE task SET charge_micros = 270000 WHERE id = '{plain.call}'"))
                .containsExactly(
                        "task {plain.call} is charged 0.27, its reservation 0.28",
                        "task {plain.call} says that it is charged 0.28, it is 0.27",
                        "task {plain.call} is charged, with its shortfall 0.27, its counts and prices come to 0.28");
    }

    @Test
    void a_consistent_charge_that_differs_from_its_counts_is_found() {
        assertThat(
                        foundBesideUsage(
                                "UPDATE task SET pricing = json_set(pricing, '$.completion_tokens', 600) WHERE id = '{plain.call}'"))
                .containsExactly(
                        "task {plain.call} counts something else for its cost than for its price",
                        "task {plain.call} shows another usage than its price counts: 1000, 600 and 200 tokens",
                        "task {plain.call} says that it costs exactly 0.282, its counts come to 0.327",
                        "task {plain.call} is charged, with its shortfall 0.28, its counts and prices come to 0.32");
        assertThat(
                        foundBesideUsage(
                                "UPDATE task SET pricing = json_set(pricing, '$.output_per_million', 2099) WHERE id = '{units.call}'"))
                .containsExactly(
                        "task {units.call} has other rates than its price google/gemini-2.5-pro@2026-11",
                        "task {units.call} shows another usage than its price counts: 1001, 500 and 200 tokens",
                        "task {units.call} says that it costs exactly 1.7327625, its counts come to 1.7320625",
                        "task {units.call} is charged, with its shortfall 1.7328, its counts and prices come to 1.7321");
    }

    @Test
    void an_exact_figure_or_a_charge_that_a_task_misquotes_is_found() {
        assertThat(found("UPDATE task SET pricing = json_set(pricing, '$.exact', 1) WHERE id = '{plain.call}'"))
                .containsExactly("task {plain.call} says that it costs exactly 1, its counts come to 0.282");
        assertThat(found("UPDATE task SET pricing = json_set(pricing, '$.charged', 1) WHERE id = '{plain.call}'"))
                .containsExactly("task {plain.call} says that it is charged 1, it is 0.28");
    }

    @Test
    void a_pricing_detail_that_says_nothing_is_found() {
        String unreadable = "task {plain.call} has a pricing detail that cannot be read";
        assertThat(foundBesideUsage("UPDATE task SET pricing = 'none' WHERE id = '{plain.call}'"))
                .containsExactly(unreadable);
        assertThat(foundBesideUsage("UPDATE task SET pricing = '{}' WHERE id = '{plain.call}'"))
                .containsExactly(unreadable);
        assertThat(
                        foundBesideUsage(
                                "UPDATE task SET pricing = json_set(pricing, '$.rounding', 'as you like') WHERE id = '{plain.call}'"))
                .containsExactly(unreadable);
        assertThat(
                        foundBesideUsage(
                                "UPDATE task SET pricing = json_set(pricing, '$.rounding_rule.step', 0.02) WHERE id = '{plain.call}'"))
                .containsExactly(unreadable);
        assertThat(
                        foundBesideUsage(
                                "UPDATE task SET pricing = json_set(pricing, '$.rounding_rule.rule', 'nearest-component') WHERE id = '{plain.call}'"))
                .containsExactly(unreadable);
        assertThat(foundBesideUsage(
                        "UPDATE task SET pricing = json_remove(pricing, '$.rounding_rule') WHERE id = '{plain.call}'"))
                .as("as older servers write it")
                .isEmpty();
        assertThat(foundBesideUsage("UPDATE task SET pricing = NULL WHERE id = '{plain.call}'"))
                .containsExactly("task {plain.call} has a charge and does not say how it came about");
    }

    @Test
    void only_a_whole_hold_may_be_charged_instead_of_the_usage() {
        assertThat(found("UPDATE task SET pricing = json_remove(pricing, '$.hold_charged') WHERE id = '{cut.call}'"))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("task {cut.call} is charged, with its shortfall 0.505, its counts and prices come to 0.5");
        assertThat(
                        found(
                                "UPDATE task SET pricing = json_set(pricing, '$.hold_charged', json('true')) WHERE id = '{plain.call}'"))
                .containsExactly("task {plain.call} is charged its whole hold 0.28, that is " + held("{plain}"));
    }

    @Test
    void a_shortfall_that_is_hidden_or_invented_is_found() {
        assertThat(foundBesideUsage("UPDATE task SET usage_flags = '' WHERE id = '{short.call}'"))
                .containsExactly("task {short.call} says nothing of its shortfall");
        assertThat(foundBesideUsage("UPDATE task SET usage_flags = 'estimated shortfall' WHERE id = '{plain.call}'"))
                .containsExactly("task {plain.call} says there was a shortfall");
        assertThat(foundBesideUsage("UPDATE entry SET amount_micros = 1 WHERE from_bucket = 'shortfall'"))
                .containsExactly(
                        "task {short.call} is charged, with its shortfall 1.000001, its counts and prices come to 3.42");
    }

    @Test
    void a_task_that_runs_although_its_reservation_has_ended_is_found() {
        assertThat(foundBesideUsage("UPDATE task SET status = 'processing' WHERE id = '{plain.call}'"))
                .containsExactly("task {plain.call} is processing, its reservation is settled");
        assertThat(foundBesideUsage(
                        "INSERT INTO task (id, account_id, key_id, door, model, status, created_at, completed_at)"
                                + " SELECT id, account_id, key_id, door, model, 'completed', created_at, created_at FROM open_hold"
                                + " WHERE id = '{open.call}'"))
                .containsExactly(
                        "task {open.call} has no reservation and is completed",
                        "task {open.call} is completed, its reservation is open");
    }

    @Test
    void a_task_of_another_account_or_key_is_found() {
        String wrong = "task {plain.call} is of another account or key than its reservation";
        assertThat(foundBesideUsage("UPDATE task SET account_id = '{units}' WHERE id = '{plain.call}'"))
                .containsExactly(wrong);
        assertThat(foundBesideUsage("UPDATE task SET key_id = '{units.key}' WHERE id = '{plain.call}'"))
                .containsExactly(wrong);
    }

    @Test
    void a_task_with_a_charge_is_kept_for_good_and_one_without_may_go() {
        assertThat(foundBesideUsage("DELETE FROM task WHERE id = '{plain.call}'"))
                .containsExactly("reservation {plain.call} is settled and has no task");
        assertThat(foundBesideUsage("DELETE FROM task WHERE id = '{failed.call}'"))
                .isEmpty();
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
    void a_receipt_that_was_changed_breaks_its_chain() {
        assertThat(found(
                        "UPDATE receipt SET body = REPLACE(body, '\"charge_micros\":280000', '\"charge_micros\":280001')"
                                + " WHERE task_id = '{plain.call}'"))
                .containsExactly("receipt {plain}/1 tells a charge of 0.280001, its call is charged 0.28");
        assertThat(found("UPDATE receipt SET body = REPLACE(body, '{plain}', 'acc_x') WHERE task_id = '{plain.call}'"))
                .containsExactly("receipt {plain}/1 is of another account, place or call than it says");
        assertThat(found("UPDATE receipt SET body = REPLACE(body, '\"previous_hash\":\"0', '\"previous_hash\":\"1')"
                        + " WHERE task_id = '{plain.call}'"))
                .containsExactly("receipt {plain}/1 does not hold the hash of the one before");
        assertThat(found("UPDATE receipt SET body = 'none' WHERE task_id = '{plain.call}'"))
                .containsExactly("receipt {plain}/1 cannot be read", "receipt {plain}/1 tells no balance");
    }

    @Test
    void a_receipt_with_another_balance_than_the_entries_is_found() {
        assertThat(found("UPDATE receipt SET body = REPLACE(body, '\"balance_after_micros\":9720000',"
                        + " '\"balance_after_micros\":9720001') WHERE task_id = '{plain.call}'"))
                .containsExactly(
                        "receipt {plain}/1 tells a balance of 9.720001, the entries up to its charge add up to 9.72");
        assertThat(found("UPDATE receipt SET body = REPLACE(body, '\"balance_after_micros\"', '\"balance\"')"
                        + " WHERE task_id = '{short.call}'"))
                .containsExactly("receipt {short}/1 tells no balance");
    }

    @Test
    void a_top_up_that_was_changed_with_its_account_contradicts_the_receipts() {
        assertThat(found(
                        "UPDATE entry SET amount_micros = 20000000 WHERE account_id = '{plain}' AND kind = 'top_up'",
                        "UPDATE account SET purchased_micros = 20000000, balance_micros = balance_micros + 10000000"
                                + " WHERE id = '{plain}'"))
                .containsExactly(
                        "receipt {plain}/1 tells a balance of 9.72, the entries up to its charge add up to 19.72");
    }

    @Test
    void a_charge_from_before_there_were_receipts_needs_none() {
        assertThat(found(
                        "UPDATE signing_key SET created_at = (SELECT created_at + 1 FROM reservation WHERE id = '{plain.call}')",
                        "DELETE FROM receipt WHERE task_id = '{plain.call}'"))
                .isEmpty();
    }

    @Test
    void a_receipt_that_is_gone_or_out_of_place_is_found() {
        assertThat(found("DELETE FROM receipt WHERE task_id = '{plain.call}'"))
                .containsExactly("reservation {plain.call} is charged and has no receipt");
        assertThat(found("UPDATE receipt SET sequence = 2 WHERE task_id = '{plain.call}'"))
                .containsExactly(
                        "receipt {plain}/2 follows 0",
                        "receipt {plain}/2 is of another account, place or call than it says");
        assertThat(found("UPDATE receipt SET task_id = '{failed.call}' WHERE task_id = '{plain.call}'"))
                .containsExactly(
                        "reservation {plain.call} is charged and has no receipt",
                        "receipt {plain}/1 is of another account, place or call than it says",
                        "receipt {plain}/1 tells a charge of 0.28, its call is charged 0");
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

    /** Without what of that shows in usage too. */
    private List<String> foundBesideUsage(String... statements) {
        return found(statements).stream()
                .filter(line -> !line.startsWith("usage of ") && !line.startsWith("receipt "))
                .toList();
    }

    private static String held(String account) {
        return credits(heldMicros(account));
    }

    private static long heldMicros(String account) {
        return copies.number("SELECT held_micros FROM (SELECT account_id, held_micros FROM reservation UNION ALL"
                + " SELECT account_id, held_micros FROM open_hold) AS calls WHERE account_id = '" + account + "'");
    }

    private static String released(String account) {
        return credits(copies.number(
                "SELECT held_micros - charged_micros FROM reservation WHERE account_id = '" + account + "'"));
    }

    private static String credits(long micros) {
        return Findings.credits(micros);
    }
}
