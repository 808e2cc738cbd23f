package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.books.budgets.BudgetCalendar;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.Budgets.SpendBudget;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.EndedCall;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.PaidBy;
import dev.tollgate.books.labels.LabelNumbers;
import dev.tollgate.books.ledger.BatchWindows.CallWindows;
import dev.tollgate.books.ledger.BatchWindows.OwnerWindows;
import dev.tollgate.books.ledger.Entry.EntryObserver;
import dev.tollgate.books.ledger.LedgerChange.LedgerPart;
import dev.tollgate.books.ledger.Reserve.Confirm;
import dev.tollgate.books.ledger.SpendOwners.Limit;
import dev.tollgate.books.ledger.SpendOwners.SpendOwner;
import dev.tollgate.models.Usage;
import dev.tollgate.storage.StoreException;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LimitReached;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arithmetic on rows, without a database. */
class RowsTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private static final OpenHold HOLD = new OpenHold("t1", "acc_1", "key_1", "chat", "m", NOON);
    private static final EndedCall ABANDONED = ended(CallDetails.ABANDONED, 0);
    private static final SpendLimits ALL_100 = new SpendLimits(100L, 100L, 100L);

    // ---- accounts ----

    @ParameterizedTest(name = "{0} to {1}")
    @CsvSource({
        "FUNDING,   AVAILABLE, 1007, 400, 1507, 100",
        "AVAILABLE, FUNDING,   993,  400, 1493, 100",
        "AVAILABLE, RESERVED,  993,  407, 1500, 100",
        "RESERVED,  AVAILABLE, 1007, 393, 1500, 100",
        "RESERVED,  REVENUE,   1000, 393, 1500, 107",
        "REVENUE,   AVAILABLE, 1007, 400, 1500, 93",
        "SHORTFALL, REVENUE,   1000, 400, 1500, 100",
        "REVENUE,   SHORTFALL, 1000, 400, 1500, 100",
    })
    void a_movement_takes_from_one_bucket_what_it_puts_into_the_other(
            Bucket from, Bucket to, long balance, long reserved, long purchased, long consumed) {
        AccountRow account = account(1_000, 400, 1_500, 100);
        account.move(from, to, 7);
        assertThat(account.funds.balance()).isEqualTo(new Balance(balance, reserved, purchased, consumed));
        assertThat(account.lastNumber()).isEqualTo(9);
        assertThat(account.isChanged()).isTrue();
    }

    @Test
    void each_end_of_a_call_and_each_entry_has_the_next_number() {
        AccountRow account = account(1_000, 0, 1_000, 0);
        for (int next = 10; next < 15; next++) {
            assertThat(account.number(NOON)).isEqualTo(next);
        }
    }

    @Test
    void an_amount_that_a_long_cannot_hold_is_an_error_and_no_wrapped_balance() {
        AccountRow rich = account(Long.MAX_VALUE, 0, Long.MAX_VALUE, 0);
        assertThatThrownBy(() -> rich.move(Bucket.FUNDING, Bucket.AVAILABLE, 1))
                .isInstanceOf(ArithmeticException.class);
        AccountRow held = account(0, Long.MAX_VALUE, Long.MAX_VALUE, 0);
        assertThatThrownBy(() -> held.move(Bucket.AVAILABLE, Bucket.RESERVED, 1))
                .isInstanceOf(ArithmeticException.class);
        AccountRow used = account(0, 0, Long.MAX_VALUE, Long.MAX_VALUE);
        assertThatThrownBy(() -> used.move(Bucket.RESERVED, Bucket.REVENUE, 1)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void a_row_is_written_until_it_has_been_and_then_only_if_it_changes() {
        AccountRow fresh = new AccountRow("acc_1", "One", 5);
        assertThat(fresh.isFresh()).isTrue();
        fresh.written();
        assertThat(fresh.isFresh()).isFalse();
        assertThat(fresh.isChanged()).isFalse();
        fresh.setBlocked(true);
        assertThat(fresh.isChanged()).isTrue();
        assertThat(fresh.isBlocked()).isTrue();
        fresh.written();
        assertThat(fresh.isChanged()).isFalse();
        assertThat(account(1, 0, 1, 0).isChanged()).isFalse();
        assertThat(account(1, 0, 1, 0).isFresh()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"-1, 1, 0, 0", "1, 0, 0, 0", "5, 1, 7, 2", "5, 1, 9, 2"})
    void a_balance_that_does_not_add_up_is_refused(long balance, long reserved, long purchased, long consumed) {
        assertThatThrownBy(() -> new Balance(balance, reserved, purchased, consumed))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "TOP_UP,     7,  FUNDING,   AVAILABLE",
        "CHARGE,     -7, AVAILABLE, REVENUE",
        "REFUND,     7,  REVENUE,   AVAILABLE",
        "REVERSAL,   -7, AVAILABLE, FUNDING",
        "REVERSAL,   7,  FUNDING,   AVAILABLE",
        "ADJUSTMENT, -7, AVAILABLE, FUNDING",
    })
    void the_buckets_of_a_line_follow_from_its_kind_and_sign(EntryKind kind, long micros, Bucket from, Bucket to) {
        Entry line = new Entry("acc_1", 1, NOON, kind, null, micros, 0, 100, "");
        assertThat(line.from()).isEqualTo(from);
        assertThat(line.to()).isEqualTo(to);
    }

    @Test
    void an_account_that_is_deleted_stays_so_when_its_row_is_read_again() {
        Balance nothing = new Balance(0, 0, 0, 0);
        Account there = new Account("acc_1", "One", NOON, true, nothing);
        Account gone = new Account("acc_1", "", NOON, true, nothing, NOON);
        assertThat(new AccountRow(there, 9, 0, 0, null, SpendLimits.NONE, 0, 0, 0).isDeleted())
                .isFalse();
        assertThat(new AccountRow(gone, 9, 0, 0, null, SpendLimits.NONE, 0, 0, 0).isDeleted())
                .isTrue();
    }

    // ---- reservations ----

    @Test
    void a_charge_is_at_most_what_is_held() {
        ReservationRow row = open(300);
        assertThatThrownBy(() -> row.resolve(settled(301))).isInstanceOf(IllegalStateException.class);
        assertThat(row.isOpen()).isTrue();
        row.resolve(settled(300));
        assertThat(Objects.requireNonNull(row.ended()).details().end()).isEqualTo(CallEnd.COMPLETED);
        assertThat(Objects.requireNonNull(row.ended()).chargedMicros()).isEqualTo(300);
    }

    @Test
    void what_has_ended_does_not_end_again() {
        ReservationRow row = open(300);
        row.resolve(ABANDONED);
        assertThat(row.isOpen()).isFalse();
        assertThatThrownBy(() -> row.resolve(settled(0))).isInstanceOf(IllegalStateException.class);
        assertThat(Objects.requireNonNull(row.ended()).details().end()).isEqualTo(CallEnd.ABANDONED);
    }

    @Test
    void holds_add_up_and_do_not_wrap() {
        ReservationRow row = open(300);
        row.hold(200);
        assertThat(row.heldMicros()).isEqualTo(500);
        assertThatThrownBy(() -> row.hold(Long.MAX_VALUE)).isInstanceOf(ArithmeticException.class);
        assertThat(row.heldMicros()).isEqualTo(500);
    }

    @Test
    void a_reservation_is_inserted_once_and_updated_when_it_changes() {
        ReservationRow row = new ReservationRow(HOLD, false, 0);
        assertThat(row.isFresh()).isTrue();
        row.written();
        assertThat(row.isFresh() || row.isChanged()).isFalse();
        row.hold(1);
        assertThat(row.isChanged()).isTrue();
        row.written();
        row.resolve(ABANDONED);
        assertThat(row.isChanged()).isTrue();
    }

    // ---- windows ----

    @ParameterizedTest
    @CsvSource({"100, 0, 0, 100", "100, 60, 0, 40", "100, 0, 60, 40", "100, 60, 40, 0", "100, 90, 40, -30"})
    void a_window_has_room_for_what_is_neither_charged_nor_held(long limit, long charged, long held, long room) {
        assertThat(window(SpendWindow.HOUR, charged, held).roomMicros(limit)).isEqualTo(room);
    }

    @Test
    void a_resolved_call_leaves_its_charge_in_the_window_and_nothing_else() {
        WindowRow window = window(SpendWindow.DAY, 10, 50);
        window.hold(25);
        assertThat(window.heldMicros()).isEqualTo(75);
        window.resolve(25, 7);
        assertThat(window.heldMicros()).isEqualTo(50);
        assertThat(window.chargedMicros()).isEqualTo(17);
    }

    @Test
    void a_window_does_not_wrap() {
        WindowRow window = window(SpendWindow.TOTAL, Long.MAX_VALUE, Long.MAX_VALUE);
        assertThatThrownBy(() -> window.hold(1)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> window.resolve(0, 1)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void a_window_that_was_only_looked_at_is_inserted_when_something_is_in_it() {
        WindowRow window = new WindowRow(new WindowRow.Id("", "key_1", SpendWindow.HOUR, 0));
        window.written();
        assertThat(window.isFresh()).isTrue();
        window.hold(1);
        assertThat(window.isChanged()).isTrue();
        window.written();
        assertThat(window.isFresh() || window.isChanged()).isFalse();
        window.resolve(1, 0);
        assertThat(window.isChanged()).isTrue();
        assertThat(window.isFresh()).isFalse();
    }

    @Test
    void the_tightest_window_decides_and_none_is_below_nothing() {
        assertThat(windows(ALL_100, 10, 30, 20).roomMicros()).isEqualTo(70);
        assertThat(windows(new SpendLimits(null, 50L, null), 10, 20, 30).roomMicros())
                .isEqualTo(30);
        assertThat(windows(ALL_100, 10, 20, 130).roomMicros()).isZero();
        assertThat(windows(SpendLimits.NONE, 10, 20, 30).roomMicros()).isEqualTo(Long.MAX_VALUE - 30);
    }

    @Test
    void a_window_is_named_as_full_exactly_where_it_has_too_little_room() {
        assertThat(full(70, 10, 20, 30)).isNull();
        assertThat(full(71, 10, 20, 30)).isEqualTo(SpendWindow.HOUR);
        assertThat(full(71, 10, 30, 20)).isEqualTo(SpendWindow.DAY);
        assertThat(full(71, 30, 20, 10)).isEqualTo(SpendWindow.TOTAL);
        assertThat(full(0, 200, 0, 0)).as("a call that holds nothing").isNull();
    }

    private static @Nullable SpendWindow full(long micros, long total, long day, long hour) {
        var refusal = windows(ALL_100, total, day, hour).refusal(micros, NOON);
        return refusal == null ? null : refusal.window();
    }

    @Test
    void a_refusal_has_the_figures_of_the_window_that_it_names() {
        assertThat(windows(ALL_100, 10, 20, 30).refusal(71, NOON))
                .isEqualTo(LimitReached.by(Owner.KEY, SpendWindow.HOUR, 100, 30, 0, 71, NOON.plusSeconds(3_600)));
        assertThat(windows(ALL_100, 10, 20, 30).refusal(91, NOON))
                .isEqualTo(LimitReached.by(Owner.KEY, SpendWindow.TOTAL, 100, 10, 0, 91, null));
    }

    @Test
    void all_windows_of_all_owners_move_together() {
        OwnerWindows inner = windows(ALL_100, 10, 20, 30);
        OwnerWindows outer = windows(Owner.ACCOUNT, ALL_100, 40, 50, 60);
        CallWindows windows = new CallWindows(List.of(inner, outer));
        windows.hold(40);
        windows.resolve(15, 5);
        assertThat(inner.rows()).extracting(WindowRow::heldMicros).containsExactly(25L, 25L, 25L);
        assertThat(inner.rows()).extracting(WindowRow::chargedMicros).containsExactly(15L, 25L, 35L);
        assertThat(outer.rows()).extracting(WindowRow::heldMicros).containsExactly(25L, 25L, 25L);
        assertThat(outer.rows()).extracting(WindowRow::chargedMicros).containsExactly(45L, 55L, 65L);
    }

    @Test
    void of_three_owners_the_outermost_of_the_longest_full_windows_is_named() {
        OwnerWindows key = windows(Owner.KEY, new SpendLimits(10L, 10L, null), 0, 10, 10);
        OwnerWindows middle = windows(Owner.ACCOUNT, new SpendLimits(30L, 30L, null), 0, 30, 30);
        OwnerWindows outermost = windows(Owner.ACCOUNT, new SpendLimits(20L, null, 90L), 0, 20, 20);
        CallWindows windows = new CallWindows(List.of(key, middle, outermost));
        assertThat(windows.roomMicros()).isZero();
        assertThat(windows.refusal(1, NOON)).isEqualTo(middle.refusal(1, NOON));
        assertThat(windows.refusal(91, NOON)).isEqualTo(outermost.refusal(91, NOON));
    }

    @ParameterizedTest
    @CsvSource({"0, true", "-1, false"})
    void a_limit_of_nothing_is_a_limit_and_one_below_it_is_none(long micros, boolean taken) {
        for (int i = 0; i < 3; i++) {
            Long[] limits = new Long[3];
            limits[i] = micros;
            if (taken) {
                SpendLimits made = new SpendLimits(limits[0], limits[1], limits[2]);
                assertThat(made.of(List.of(SpendWindow.HOUR, SpendWindow.DAY, SpendWindow.TOTAL)
                                .get(i)))
                        .isZero();
            } else {
                assertThatThrownBy(() -> new SpendLimits(limits[0], limits[1], limits[2]))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    // ---- what is kept in memory ----

    @Test
    void a_calls_row_is_kept_until_it_ends() {
        RememberedRows kept = new RememberedRows(true);
        ReservationRow row = new ReservationRow(HOLD, false, 0);
        kept.committed(List.of(), List.of(row), List.of());
        assertThat(kept.reservation("t1")).isSameAs(row);
        assertThat(row.isFresh()).isFalse();
        row.resolve(ABANDONED);
        kept.committed(List.of(), List.of(row), List.of());
        assertThat(kept.reservation("t1")).isNull();
    }

    @Test
    void memory_does_not_grow_with_the_number_of_accounts_calls_and_keys() {
        RememberedRows kept = new RememberedRows(true);
        List<AccountRow> accounts = new ArrayList<>();
        for (int i = 0; i < RememberedRows.ROWS_MAX - 2; i++) {
            accounts.add(new AccountRow("acc_" + i, "Any", 5));
        }
        WindowRow window = window(SpendWindow.HOUR, 1, 1);
        kept.committed(accounts, List.of(open(1)), List.of(window));
        kept.committed(List.of(new AccountRow("acc_new", "Any", 5)), List.of(), List.of());
        assertThat(kept.account("acc_0"))
                .as("there are as many as there may be")
                .isNotNull();

        AccountRow last = new AccountRow("acc_last", "Any", 5);
        kept.committed(List.of(last), List.of(), List.of());
        assertThat(kept.account("acc_0")).isNull();
        assertThat(kept.reservation("t1")).isNull();
        assertThat(kept.window(window.id)).isNull();
        assertThat(kept.account("acc_last")).isSameAs(last);
    }

    // ---- what can be decided from memory alone ----

    @Test
    void a_hold_is_decided_from_memory_where_account_and_windows_are_there_and_have_room_for_all_of_it() {
        RememberedRows kept = kept(account(1_000, 0, 1_000, 0), windows("key_1", 900));
        assertThat(wanting(1_000).isKnown(kept)).isTrue();
        assertThat(wanting(1_001).isKnown(kept)).as("more than the balance").isFalse();
        assertThat(wanting(100, new SpendLimits(1_000L, null, null)).isKnown(kept))
                .isTrue();
        assertThat(wanting(101, new SpendLimits(1_000L, null, null)).isKnown(kept))
                .as("more than the limit leaves")
                .isFalse();
        assertThat(wanting(1).isKnown(new RememberedRows(true)))
                .as("no account")
                .isFalse();
        for (int missing = 0; missing < 3; missing++) {
            List<WindowRow> two = windows("key_1", 0);
            two.remove(missing);
            assertThat(wanting(1).isKnown(kept(account(1_000, 0, 1_000, 0), two)))
                    .isFalse();
        }
    }

    @Test
    void a_hold_that_leaves_as_much_is_decided_from_memory_with_room_for_both() {
        RememberedRows kept = kept(account(1_000, 0, 1_000, 0), windows("key_1", 900));
        SpendLimits limits = new SpendLimits(1_000L, null, null);
        assertThat(leaving(wanting(500)).isKnown(kept)).isTrue();
        assertThat(leaving(wanting(501)).isKnown(kept)).isFalse();
        assertThat(leaving(wanting(50, limits)).isKnown(kept)).isTrue();
        assertThat(leaving(wanting(51, limits)).isKnown(kept)).isFalse();
    }

    private static Reserve leaving(Reserve reserve) {
        reserve.leaveAsMuch(() -> true);
        return reserve;
    }

    @Test
    void where_the_account_has_limits_its_windows_have_to_be_there_too() {
        Account has = new Account("acc_1", "One", NOON, false, new Balance(1_000, 0, 1_000, 0));
        AccountRow limited = new AccountRow(has, 9, 0, 0, null, new SpendLimits(null, 100L, null), 0, 0, 0);
        List<WindowRow> all = windows("key_1", 0);
        assertThat(wanting(1).isKnown(kept(limited, all))).isFalse();
        all.addAll(windows("acc_1", 60));
        assertThat(wanting(40).isKnown(kept(limited, all))).isTrue();
        assertThat(wanting(41).isKnown(kept(limited, all))).isFalse();
    }

    private static Reserve wanting(long micros) {
        return wanting(micros, SpendLimits.NONE);
    }

    private static Reserve wanting(long micros, SpendLimits limits) {
        return new Reserve(HOLD, 1, micros, () -> limits, () -> true);
    }

    private static RememberedRows kept(AccountRow account, List<WindowRow> windows) {
        RememberedRows kept = new RememberedRows(true);
        kept.committed(List.of(account), List.of(), windows);
        return kept;
    }

    /** Those that the hold counts in. */
    private static List<WindowRow> windows(String keyId, long charged) {
        List<WindowRow> windows = new ArrayList<>();
        for (SpendWindow kind : SpendWindow.OF_LIMITS) {
            long start = kind.startMillis(NOON.toEpochMilli());
            windows.add(new WindowRow(new WindowRow.Id("", keyId, kind, start), charged, 0));
        }
        return windows;
    }

    @Test
    void budgets_are_kept_of_a_bounded_number_of_owners() {
        Budgets many = Budgets.NONE;
        for (int i = 0; i < 1_000; i++) {
            many = many.with("key_" + i, Map.of(SpendWindow.DAY, new SpendBudget(1L)), 0);
        }
        RememberedRows kept = new RememberedRows(true);
        for (int i = 0; i < 60; i++) {
            kept.keep("acc_" + i, many);
            kept.keep("acc_" + i, many);
        }
        assertThat(kept.earlierBudgets("acc_0")).isSameAs(Budgets.NONE);
        assertThat(kept.earlierBudgets("acc_59")).isSameAs(many);
    }

    // ---- what other stores read from a change ----

    @Test
    void blocked_and_unblocked_accounts_are_reported_after_the_commit() {
        List<String> told = new ArrayList<>();
        LedgerPart part = new LedgerPart(told::add, () -> "", () -> EntryObserver.NONE, new LabelNumbers());
        part.committed(List.of(new Confirm("t1"), new SetBlocked("acc_1", true), new SetBlocked("acc_2", false)));
        assertThat(told).containsExactly("acc_1", "acc_2");
    }

    @Test
    void what_is_taken_of_a_window_is_charged_or_held() {
        assertThat(new WindowUse(70, 30).micros()).isEqualTo(100);
    }

    @Test
    void a_read_of_an_unavailable_store_asks_for_a_retry() {
        assertThat(Records.read(() -> "read")).isEqualTo("read");
        assertThatThrownBy(() -> Records.read(() -> {
                    throw new StoreException("gone");
                }))
                .isInstanceOfSatisfying(ApiException.class, refused -> {
                    assertThat(refused.error().status()).isEqualTo(503);
                    assertThat(refused.error().headers()).containsEntry("retry-after", "1");
                    assertThat(refused.error().words())
                            .as("for pages in other languages")
                            .isNotNull();
                });
    }

    @Test
    void a_change_returns_its_owner_and_time_to_other_parts() {
        Reserve reserve = new Reserve(HOLD, 1, 2, () -> SpendLimits.NONE, () -> true);
        assertThat(List.of(reserve.reservationId(), reserve.accountId(), reserve.keyId()))
                .containsExactly("t1", "acc_1", "key_1");
        assertThat(reserve.at()).isEqualTo(NOON);
        Settle settle = Ended.settle("t1", 5, 7, NOON);
        assertThat(settle.reservationId()).isEqualTo("t1");
        assertThat(settle.at()).isEqualTo(NOON);
        assertThat(settle.shortfallMicros()).isEqualTo(7);
        assertThat(new CreateAccount("acc_1", "One", NOON).id()).isEqualTo("acc_1");
        assertThat(new SetBlocked("acc_1", true).accountId()).isEqualTo("acc_1");
        assertThat(new Refund("acc_1", "t1", 5, "slow", null, NOON).taskId()).isEqualTo("t1");
    }

    // ---- what a refusal says ----

    @ParameterizedTest
    @CsvSource({"40, 60, 100, true", "40, 60, 101, false", "0, 0, 1, false", "99, 1, 100, true"})
    void credits_that_come_back_are_worth_waiting_for_if_they_are_enough(
            long available, long reserved, long least, boolean soon) {
        assertThat(new ReserveOutcome.InsufficientCredits(available, reserved, least).becauseOfRunningCalls())
                .isEqualTo(soon);
    }

    @ParameterizedTest
    @CsvSource({"100, 40, 60, true", "100, 40, 61, false", "100, 100, 1, false", "100, 0, 100, true"})
    void room_that_comes_back_is_worth_waiting_for_if_it_is_enough(long limit, long used, long least, boolean soon) {
        assertThat(LimitReached.by(Owner.KEY, SpendWindow.DAY, limit, used, 0, least, NOON)
                        .becauseOfRunningCalls())
                .isEqualTo(soon);
    }

    private static AccountRow account(long balance, long reserved, long purchased, long consumed) {
        Balance amounts = new Balance(balance, reserved, purchased, consumed);
        return new AccountRow(
                new Account("acc_1", "One", NOON, false, amounts), 9, 0, 0, null, SpendLimits.NONE, 0, 0, 0);
    }

    private static EndedCall ended(CallDetails details, long chargedMicros) {
        return new EndedCall(
                new EndedCall.Begin("t1", "acc_1", "key_1", "chat", "m", NOON),
                10,
                "",
                NOON,
                new EndedCall.Amounts(300, chargedMicros, 0, 1_000),
                0,
                null,
                details);
    }

    private static EndedCall settled(long chargedMicros) {
        CallDetails details = Ended.charged(CallEnd.COMPLETED, "m", Usage.NONE, chargedMicros, NOON);
        return ended(details, chargedMicros);
    }

    private static ReservationRow open(long held) {
        return new ReservationRow(HOLD, false, 0, false, held, PaidBy.GENERAL);
    }

    private static WindowRow window(SpendWindow kind, long charged, long held) {
        return new WindowRow(new WindowRow.Id("", "key_1", kind, 0), charged, held);
    }

    private static OwnerWindows windows(SpendLimits limits, long total, long day, long hour) {
        return windows(Owner.KEY, limits, total, day, hour);
    }

    /** Charged in the total, the day and the hour. */
    private static OwnerWindows windows(Owner kind, SpendLimits limits, long total, long day, long hour) {
        List<WindowRow> rows = List.of(
                window(SpendWindow.TOTAL, total, 0),
                window(SpendWindow.DAY, day, 0),
                window(SpendWindow.HOUR, hour, 0));
        BudgetCalendar utc = new BudgetCalendar(ZoneOffset.UTC);
        List<Limit> its = rows.stream()
                .map(row -> new Limit(row.id, limits.of(row.id.kind()), utc))
                .toList();
        return new OwnerWindows(new SpendOwner(kind, kind == Owner.KEY ? "key_1" : "acc_1", "", its), rows);
    }
}
