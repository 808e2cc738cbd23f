package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.LimitReached;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class SpendWindowTest {

    @Parameter
    Stores stores;

    private static final SpendLimits HOUR_100 = new SpendLimits(100L, null, null);

    @TempDir
    Path folder;

    BooksFixture store;

    private int probes;

    @BeforeEach
    void open() {
        store = stores.open(folder, BooksFixture::new);
        store.account("acc_1", 1_000_000);
    }

    @AfterEach
    void everything_adds_up() {
        try (BooksFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
        }
    }

    @Test
    void a_window_that_a_refused_call_has_only_looked_at_is_written_by_the_next() {
        assertThat(store.reserve("t0", "acc_1", 200, 200, HOUR_100))
                .isInstanceOf(ReserveOutcome.SpendLimitReached.class);
        assertThat(store.reserve("t1", "acc_1", 100, 100, HOUR_100)).isEqualTo(new ReserveOutcome.Reserved(100));
        long held = store.database.read(sql -> sql.number("SELECT SUM(held_micros) FROM spend_window"));
        assertThat(held).as("in the hour, the day and the total").isEqualTo(300);
    }

    @ParameterizedTest
    @CsvSource({
        "HOUR,  2026-11-20T12:00:00Z,     2026-11-20T12:00:00Z, 2026-11-20T13:00:00Z",
        "HOUR,  2026-11-20T12:59:59.999Z, 2026-11-20T12:00:00Z, 2026-11-20T13:00:00Z",
        "DAY,   2026-11-20T00:00:00Z,     2026-11-20T00:00:00Z, 2026-11-21T00:00:00Z",
        "DAY,   2028-02-29T23:59:59.999Z, 2028-02-29T00:00:00Z, 2028-03-01T00:00:00Z",
        "DAY,   2026-03-29T01:30:00Z,     2026-03-29T00:00:00Z, 2026-03-30T00:00:00Z",
        "DAY,   1969-12-31T23:00:00Z,     1969-12-31T00:00:00Z, 1970-01-01T00:00:00Z",
        "TOTAL, 2026-11-20T12:34:56Z,     1970-01-01T00:00:00Z,",
    })
    void windows_are_the_calendar_hour_and_day_in_utc(SpendWindow window, Instant at, Instant starts, Instant ends) {
        assertThat(window.startMillis(at.toEpochMilli())).isEqualTo(starts.toEpochMilli());
        assertThat(window.endsAt(at)).isEqualTo(ends);
    }

    @Test
    void a_hold_shrinks_to_what_the_tightest_window_leaves() {
        assertThat(store.reserve("t1", "acc_1", 1, 500, new SpendLimits(100L, 90L, 200L)))
                .isEqualTo(new ReserveOutcome.Reserved(90));
    }

    @Test
    void the_window_frees_exactly_when_it_ends() {
        store.setNow(Instant.parse("2026-11-20T12:59:59.999Z"));
        store.reserve("t1", "acc_1", 100, 100, HOUR_100);
        store.settle("t1", 100);
        var full = (ReserveOutcome.SpendLimitReached) store.reserve("t2", "acc_1", 1, 100, HOUR_100);
        assertThat(full)
                .isEqualTo(LimitReached.by(
                        Owner.KEY, SpendWindow.HOUR, 100, 100, 0, 1, Instant.parse("2026-11-20T13:00:00Z")));
        assertThat(full.becauseOfRunningCalls()).isFalse();
        store.setNow(Instant.parse("2026-11-20T13:00:00Z"));
        assertThat(store.reserve("t3", "acc_1", 1, 100, HOUR_100)).isEqualTo(new ReserveOutcome.Reserved(100));
    }

    @Test
    void calls_that_commit_together_count_in_the_hours_that_they_began_in() {
        Reserve last = reserving("t1", "2026-11-20T12:59:59.999Z");
        Reserve first = reserving("t2", "2026-11-20T13:00:00Z");
        store.commit(last, first);
        assertThat(last.outcome()).isEqualTo(new ReserveOutcome.Reserved(100));
        assertThat(first.outcome()).isEqualTo(new ReserveOutcome.Reserved(100));
    }

    private static Reserve reserving(String id, String at) {
        OpenHold hold = new OpenHold(id, "acc_1", "key_1", "chat", "m", Instant.parse(at));
        return new Reserve(hold, 100, 100, () -> HOUR_100, () -> true);
    }

    @Test
    void the_longest_of_several_full_windows_is_named() {
        SpendLimits limits = new SpendLimits(10L, 10L, 10L);
        store.reserve("t1", "acc_1", 10, 10, limits);
        assertThat(store.reserve("t2", "acc_1", 1, 1, limits))
                .isEqualTo(LimitReached.by(Owner.KEY, SpendWindow.TOTAL, 10, 0, 10, 1, null));
        assertThat(store.reserve("t3", "acc_1", 1, 1, new SpendLimits(10L, 10L, null)))
                .isEqualTo(LimitReached.by(
                        Owner.KEY, SpendWindow.DAY, 10, 0, 10, 1, Instant.parse("2026-11-21T00:00:00Z")));
    }

    @Test
    void a_window_full_of_holds_says_that_running_calls_are_the_reason() {
        store.reserve("t1", "acc_1", 80, 80, HOUR_100);
        var full = (ReserveOutcome.SpendLimitReached) store.reserve("t2", "acc_1", 50, 50, HOUR_100);
        assertThat(full.heldMicros()).isEqualTo(80);
        assertThat(full.becauseOfRunningCalls()).isTrue();
        store.decide(Ended.release("t1", store.now()));
        assertThat(store.reserve("t3", "acc_1", 50, 50, HOUR_100)).isEqualTo(new ReserveOutcome.Reserved(50));
    }

    @Test
    void an_insufficient_balance_is_reported_before_a_full_window() {
        store.account("acc_2", 5);
        assertThat(store.reserve("t1", "acc_2", 10, 10, new SpendLimits(1L, null, null)))
                .isInstanceOf(ReserveOutcome.InsufficientCredits.class);
    }

    @Test
    void a_settlement_leaves_the_charge_in_the_window_and_frees_the_rest() {
        store.reserve("t1", "acc_1", 100, 100, HOUR_100);
        store.settle("t1", 30);
        assertThat(store.reserve("t2", "acc_1", 1, 100, HOUR_100)).isEqualTo(new ReserveOutcome.Reserved(70));
    }

    @Test
    void a_call_counts_in_the_window_of_its_reservation_even_if_it_ends_later() {
        store.setNow(Instant.parse("2026-11-20T23:59:00Z"));
        store.reserve("t1", "acc_1", 60, 60, HOUR_100);
        store.setNow(Instant.parse("2026-11-21T00:01:00Z"));
        assertThat(store.decide(new Extend("t1", 1, 100, () -> HOUR_100, () -> true, store.now())))
                .isEqualTo(new Extend.Extended(40, 100));
        store.settle("t1", 100);
        assertThat(store.reserve("t2", "acc_1", 100, 100, HOUR_100)).isEqualTo(new ReserveOutcome.Reserved(100));
        store.setNow(Instant.parse("2026-11-20T23:59:59Z"));
        assertThat(store.reserve("t3", "acc_1", 1, 1, HOUR_100)).isInstanceOf(ReserveOutcome.SpendLimitReached.class);
    }

    @Test
    void an_extension_stops_at_a_window_and_names_it() {
        store.reserve("t1", "acc_1", 60, 60, HOUR_100);
        assertThat(store.decide(new Extend("t1", 41, 100, () -> HOUR_100, () -> true, store.now())))
                .isEqualTo(new Extend.WindowExhausted(SpendWindow.HOUR));
        assertThat(store.decide(new Extend("t1", 40, 100, () -> HOUR_100, () -> true, store.now())))
                .isEqualTo(new Extend.Extended(40, 100));
    }

    @Test
    void a_limit_set_later_counts_what_was_used_before_it() {
        store.reserve("t1", "acc_1", 70, 70);
        store.settle("t1", 70);
        assertThat(store.reserve("t2", "acc_1", 1, 100, HOUR_100)).isEqualTo(new ReserveOutcome.Reserved(30));
    }

    @Test
    void a_limit_lowered_below_what_is_used_admits_nothing_and_breaks_nothing() {
        store.reserve("t1", "acc_1", 70, 70);
        SpendLimits lowered = new SpendLimits(null, null, 50L);
        assertThat(store.reserve("t2", "acc_1", 1, 1, lowered))
                .isEqualTo(LimitReached.by(Owner.KEY, SpendWindow.TOTAL, 50, 0, 70, 1, null));
        assertThat(store.settle("t1", 70)).isInstanceOf(Resolution.Resolved.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-03-29", "2026-10-25", "2026-11-20"})
    @ResourceLock(Resources.TIME_ZONE)
    void a_day_frees_at_midnight_utc_where_clocks_are_put_forward_or_back_too(LocalDate date) {
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("Europe/Prague"));
        try {
            SpendLimits day = new SpendLimits(null, 100L, null);
            Instant midnight = date.atStartOfDay(ZoneOffset.UTC).toInstant();
            store.setNow(midnight.minusMillis(1));
            assertThat(store.reserve("t1", "acc_1", 100, 100, day)).isEqualTo(new ReserveOutcome.Reserved(100));
            store.setNow(midnight);
            assertThat(store.reserve("t2", "acc_1", 100, 100, day)).isEqualTo(new ReserveOutcome.Reserved(100));
            store.setNow(midnight.plus(Duration.ofDays(1)).minusMillis(1));
            assertThat(store.reserve("t3", "acc_1", 1, 1, day))
                    .isEqualTo(LimitReached.by(
                            Owner.KEY, SpendWindow.DAY, 100, 0, 100, 1, midnight.plus(Duration.ofDays(1))));
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @Test
    void a_limit_that_is_raised_lowered_or_taken_away_in_the_middle_of_a_window_forgets_nothing() {
        store.reserve("t1", "acc_1", 60, 60, HOUR_100);
        store.settle("t1", 60);
        assertThat(room(new SpendLimits(500L, null, null))).isEqualTo(440);
        assertThat(room(new SpendLimits(61L, null, null))).isEqualTo(1);
        assertThat(room(new SpendLimits(60L, null, null))).isZero();
        assertThat(room(new SpendLimits(null, 70L, null))).isEqualTo(10);
        assertThat(room(SpendLimits.NONE)).isEqualTo(1_000);
        assertThat(room(HOUR_100)).isEqualTo(40);
    }

    /** What of 1,000 could be held; gives it back. */
    private long room(SpendLimits limits) {
        String id = "probe" + ++probes;
        if (store.reserve(id, "acc_1", 1, 1_000, limits) instanceof ReserveOutcome.Reserved reserved) {
            store.decide(Ended.release(id, store.now()));
            return reserved.heldMicros();
        }
        return 0;
    }

    @Test
    void keys_do_not_share_windows_but_a_batch_shares_them() {
        Reserve first = limited("t1", "key_1");
        Reserve second = limited("t2", "key_1");
        Reserve other = limited("t3", "key_2");
        store.commit(first, second, other);
        assertThat(first.outcome()).isEqualTo(new ReserveOutcome.Reserved(60));
        assertThat(second.outcome()).isEqualTo(new ReserveOutcome.Reserved(40));
        assertThat(other.outcome()).isEqualTo(new ReserveOutcome.Reserved(60));
    }

    private Reserve limited(String id, String keyId) {
        return new Reserve(
                new OpenHold(id, "acc_1", keyId, "chat", "m", store.now()), 1, 60, () -> HOUR_100, () -> true);
    }

    @Test
    void the_use_of_windows_is_returned_by_key_and_window() {
        store.reserve("t1", "acc_1", 100, 100);
        store.settle("t1", 70);
        store.reserve("t2", "acc_1", 30, 30);
        store.account("acc_2", 1); // what was decided rides with it
        WindowUse both = new WindowUse(70, 30);
        assertThat(windows(store.now()))
                .isEqualTo(Map.of(
                        "key_1", Map.of(SpendWindow.HOUR, both, SpendWindow.DAY, both, SpendWindow.TOTAL, both)));
        assertThat(windows(store.now().plus(Duration.ofHours(1))))
                .isEqualTo(Map.of("key_1", Map.of(SpendWindow.DAY, both, SpendWindow.TOTAL, both)));
        assertThat(windows(store.now().plus(Duration.ofDays(1))))
                .isEqualTo(Map.of("key_1", Map.of(SpendWindow.TOTAL, both)));
    }

    private Map<String, Map<SpendWindow, WindowUse>> windows(Instant at) {
        return store.ledger.windows("acc_1", List.of("key_of_nobody", "key_1"), at);
    }
}
