package dev.tollgate.customers.figures;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.ledger.Refund;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.books.rollups.Rollups.CountRefund;
import dev.tollgate.models.Usage;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Quarters of past days are cached, and usage that is counted into them late still appears. */
@BesideOthers
class RememberedQuartersTest {

    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");

    /** The 21st in Shanghai, where the 20th of UTC is not over. */
    private static final Instant EVENING = Instant.parse("2026-11-20T18:00:00Z");

    private static final LocalDate DAY = LocalDate.of(2026, 11, 21);
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @TempDir
    Path folder;

    private CustomersFixture open(Stores stores) {
        CustomersFixture store = stores.open(folder, CustomersFixture::new);
        store.setNow(EVENING.minusSeconds(60));
        store.account("acc_1", 1_000_000);
        store.setNow(EVENING);
        call(store, "t1", 700);
        fold(store, NOW);
        return store;
    }

    private static AccountHistory history(CustomersFixture store) {
        return new AccountHistory(store.database, Duration.ofMinutes(10), store::now);
    }

    private static void fold(CustomersFixture store, Instant now) {
        store.setNow(now);
        new Rollups(store.writer, store::now).sweep();
    }

    private static void call(CustomersFixture store, String id, long chargeMicros) {
        store.reserve(id, "acc_1", 1_000, 1_000);
        CallDetails details = Ended.charged(
                CallEnd.COMPLETED,
                "answered",
                Usage.NONE,
                chargeMicros,
                Times.NONE,
                Ended.course("main", "up", List.of()),
                store.now());
        Settle settle = new Settle(id, chargeMicros, details, store.now());
        store.commit(settle, new CountCall(settle));
    }

    private static void told(AccountHistory history, long micros) {
        assertThat(history.overview("acc_1", SHANGHAI).orElseThrow().spent().days())
                .extracting(UsageGroup::day, UsageGroup::name, group -> group.figures()
                        .netMicros())
                .containsExactly(tuple(DAY, "m", micros));
    }

    /** A server with a slow clock, or a server that releases what another has left open, writes into past days. */
    @ParameterizedTest
    @EnumSource
    void usage_counted_late_into_a_cached_day_appears_before_and_after_the_fold(Stores stores) {
        try (CustomersFixture store = open(stores)) {
            AccountHistory history = history(store);
            told(history, 700);
            told(history, 700);

            store.setNow(EVENING.plusSeconds(1_800));
            Refund refund = new Refund("acc_1", "t1", 200, "test", null, store.now());
            store.commit(refund, new CountRefund(refund));
            store.setNow(NOW);
            told(history, 500);
            fold(store, NOW);
            told(history, 500);

            store.setNow(EVENING.plusSeconds(3_600));
            call(store, "t2", 90);
            store.setNow(NOW);
            told(history, 590);
            fold(store, NOW);
            told(history, 590);
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_quarters_of_a_folded_day_are_read_once(Stores stores) {
        try (CustomersFixture store = open(stores)) {
            AccountHistory history = history(store);
            Span day = Span.ofLocalDays(DAY, DAY.plusDays(1), SHANGHAI);
            List<UsageGroup> first = history.credits("acc_1", day, UsageQuestion.By.MODEL, null, KeyFilter.ALL);
            assertThat(first)
                    .extracting(UsageGroup::day, UsageGroup::name, group -> group.figures()
                            .netMicros())
                    .containsExactly(tuple(DAY, "m", 700L));

            for (int later = 1; later <= 99; later++) {
                store.setNow(EVENING.plus(Duration.ofDays(later)));
                call(store, "later" + later, 1);
            }
            fold(store, NOW.plus(Duration.ofDays(103)));
            assertThat(store.number("SELECT MIN(starts_at) FROM usage_quarter")).isGreaterThan(EVENING.toEpochMilli());
            assertThat(history.credits("acc_1", day, UsageQuestion.By.MODEL, null, KeyFilter.ALL))
                    .isEqualTo(first);
        }
    }

    /** From the balance as it is now: what the account did a year ago is not read. */
    @ParameterizedTest
    @EnumSource
    void a_statement_of_an_old_account_begins_with_what_is_left_of_all_before_it(Stores stores) throws SQLException {
        try (CustomersFixture store = stores.open(folder, CustomersFixture::new)) {
            store.setNow(EVENING.minus(Duration.ofDays(400)));
            store.account("acc_1", 1_000_000);
            call(store, "t1", 1);
            fold(store, EVENING.minus(Duration.ofDays(60)));
            call(store, "t2", 20);
            fold(store, EVENING);
            call(store, "t3", 300);
            Refund refund = new Refund("acc_1", "t3", 7, "test", null, store.now());
            store.commit(refund, new CountRefund(refund));
            fold(store, NOW);
            call(store, "t4", 900);
            store.reserve("t5", "acc_1", 50_000, 50_000);
            AccountHistory history = history(store);
            Map<YearMonth, Long> openings = Map.of(
                    YearMonth.of(2025, 11), 999_999L,
                    YearMonth.of(2026, 9), 999_999L,
                    YearMonth.of(2026, 10), 999_979L,
                    YearMonth.of(2026, 11), 999_979L,
                    YearMonth.of(2026, 12), 998_786L);
            for (int look = 0; look < 2; look++) {
                openings.forEach((month, micros) -> assertThat(
                                history.statement("acc_1", month, null, 50).openingMicros())
                        .as("%s", month)
                        .isEqualTo(micros));
            }

            if (stores == Stores.SQLITE) {
                change("UPDATE usage_day SET charged_micros = 5 WHERE charged_micros = 1");
                assertThat(history.statement("acc_1", YearMonth.of(2026, 10), null, 50)
                                .openingMicros())
                        .isEqualTo(999_979L);
            }
        }
    }

    /** Where a month's lines are is kept once an entry after it has come, and not before: the next could be the month's. */
    @ParameterizedTest
    @EnumSource
    void a_statement_has_each_line_of_its_month_despite_clock_skew(Stores stores) {
        try (CustomersFixture store = open(stores)) {
            AccountHistory history = history(store);
            YearMonth month = YearMonth.of(2026, 11);
            store.setNow(Instant.parse("2026-12-01T00:00:05Z"));
            assertThat(history.statement("acc_1", month, null, 50).lines().lines())
                    .hasSize(2);

            store.setNow(Instant.parse("2026-11-30T23:59:59Z"));
            call(store, "t2", 90);
            store.setNow(Instant.parse("2026-12-01T00:00:06Z"));
            assertThat(history.statement("acc_1", month, null, 50).lines().lines())
                    .hasSize(3);

            call(store, "t3", 5);
            for (int look = 0; look < 2; look++) {
                MonthStatement statement = history.statement("acc_1", month, null, 50);
                assertThat(statement.lines().lines()).hasSize(3);
                assertThat(statement.closingMicros())
                        .isEqualTo(statement.lines().lines().getFirst().balanceMicros());
            }
        }
    }

    @Test
    void quarters_of_today_are_grouped_again_once_something_was_counted_into_them() throws SQLException {
        try (CustomersFixture store = open(Stores.SQLITE)) {
            store.setNow(NOW);
            call(store, "t2", 90);
            store.setNow(NOW.plusSeconds(1_800));
            call(store, "t3", 5);
            AccountHistory history = history(store);
            assertThat(today(history))
                    .extracting(Figures::calls, Figures::failed)
                    .containsExactly(2L, 0L);

            beforeLast("failed = 7");
            assertThat(today(history))
                    .extracting(Figures::calls, Figures::failed)
                    .containsExactly(2L, 0L);

            beforeLast("calls = calls + 1");
            assertThat(today(history))
                    .extracting(Figures::calls, Figures::failed)
                    .containsExactly(3L, 7L);
        }
    }

    private static Figures today(AccountHistory history) {
        LocalDate today = LocalDate.of(2026, 11, 23);
        Span span = Span.ofLocalDays(today, today.plusDays(1), SHANGHAI);
        return history.usage("acc_1", UsageQuestion.of(span, UsageQuestion.By.MODEL))
                .all();
    }

    private void beforeLast(String change) throws SQLException {
        change("UPDATE usage_quarter SET " + change + " WHERE starts_at = " + NOW.toEpochMilli());
    }

    private void change(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tollgate.db"));
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isOne();
        }
    }

    @Test
    void remembered_sums_take_no_more_than_their_room() {
        RememberedQuarters kept = new RememberedQuarters(2_000);
        RememberedQuarters.Version version = new RememberedQuarters.Version.Counted(1, 0);
        for (int i = 0; i < 100; i++) {
            kept.keep(range(i), version, Map.of(new UsagePeriods.Name("m", ""), Figures.NONE));
            assertThat(kept.size()).isBetween(1L, 4L);
        }
    }

    @Test
    void sums_are_remembered_as_long_as_nothing_is_counted() {
        RememberedQuarters kept = new RememberedQuarters(2_000);
        RememberedQuarters.Version version = new RememberedQuarters.Version.Counted(1, 0);
        kept.keep(range(1), version, Map.of());

        assertThat(kept.of(range(1), version)).isNotNull();
        assertThat(kept.of(range(2), version)).isNull();
        assertThat(kept.of(range(1), new RememberedQuarters.Version.Counted(1, 1)))
                .isNull();
    }

    /** A filter is text of the reader, which may match nothing. */
    @Test
    void what_a_reader_filters_by_counts_as_what_it_takes() {
        RememberedQuarters kept = new RememberedQuarters(20_000);
        for (int i = 0; i < 50; i++) {
            String said = "x".repeat(1_000) + i;
            String model = i % 2 == 0 ? said : null;
            KeyFilter keys = KeyFilter.ofKey(i % 2 == 0 ? null : said);
            kept.keep(
                    new RememberedQuarters.Range(
                            new UsagePeriods.Rows("acc_1", UsagePeriods.CREDITS, Set.of(), model, keys), i, i + 1),
                    new RememberedQuarters.Version.Counted(0, 0),
                    Map.of());
        }

        assertThat(kept.size()).isBetween(5L, 10L);
    }

    private static RememberedQuarters.Range range(int day) {
        UsagePeriods.Rows rows = new UsagePeriods.Rows("acc_1", UsagePeriods.CREDITS, Set.of(), null, KeyFilter.ALL);
        return new RememberedQuarters.Range(rows, day, day + 1);
    }
}
