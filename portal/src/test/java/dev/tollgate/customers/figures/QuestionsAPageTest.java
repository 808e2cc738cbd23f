package dev.tollgate.customers.figures;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.models.Usage;
import dev.tollgate.storage.Query;
import dev.tollgate.storage.sql.Reads;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.Reading;
import dev.tollgate.testing.Stores;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server is waited for as often as it is asked: how often a page asks is what it costs there, whatever the machine. */
@BesideOthers
class QuestionsAPageTest {

    private static final Instant BEGIN = Instant.parse("2026-10-20T10:00:00Z");
    private static final Instant NOW = Instant.parse("2026-11-23T12:20:00Z");

    @TempDir
    Path folder;

    private final AtomicInteger questions = new AtomicInteger();

    /** Calls on two days of each of two months, of today and of just now; the days that are over are folded. */
    private CustomersFixture open(Stores stores) {
        CustomersFixture store = stores.open(folder, CustomersFixture::new);
        store.setNow(BEGIN.minusSeconds(60));
        store.account("acc_1", 1_000_000);
        int made = 0;
        for (Duration after : new Duration[] {
            Duration.ZERO,
            Duration.ofDays(1),
            Duration.ofDays(32),
            Duration.ofDays(33),
            Duration.ofDays(34),
            Duration.between(BEGIN, NOW)
        }) {
            store.setNow(BEGIN.plus(after));
            call(store, "t" + made++, 700);
        }
        new Rollups(store.writer, store::now).sweep();
        return store;
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

    /** How often it is asked for an answer. */
    private <T> int questions(CustomersFixture store, Query<T> query) {
        questions.set(0);
        store.database
                .pages()
                .read("acc_1", sql -> query.run(new Reads(counted(Connection.class, Reading.connection(sql)))));
        return questions.get();
    }

    private <T> T counted(Class<T> type, T counted) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, method, values) -> {
            if (method.getName().startsWith("execute")) {
                questions.incrementAndGet();
            }
            try {
                Object answer = method.invoke(counted, values);
                return answer instanceof PreparedStatement statement
                        ? counted(PreparedStatement.class, statement)
                        : answer;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    /** A server tells whether the fold has written since; a file is asked for the days, which takes less time than to keep them right. */
    private static int ofDays(Stores stores) {
        return stores == Stores.SQLITE ? 1 : 0;
    }

    /** Balance and fold; today; the days before, of a file; running calls; the last ones. In some zones yesterday's end is not folded yet. */
    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void the_first_page_asks_for_balance_today_and_the_last_calls_and_for_yesterday_where_it_is_not_folded_whole(
            Stores stores) {
        try (CustomersFixture store = open(stores)) {
            AccountHistory history = new AccountHistory(store.database, Duration.ofMinutes(10), store::now);
            for (var zone : Map.of("UTC", 4, "Europe/Berlin", 4, "America/Los_Angeles", 5)
                    .entrySet()) {
                ZoneId id = ZoneId.of(zone.getKey());
                Overview first = history.overview("acc_1", id).orElseThrow();
                assertThat(first.spent().today().calls()).as(zone.getKey()).isEqualTo(2);
                assertThat(first.spent().yesterdayByNowMicros())
                        .as(zone.getKey())
                        .isEqualTo(700);
                assertThat(questions(store, sql -> history.overview(sql, "acc_1", id, KeyFilter.ALL)))
                        .as(zone.getKey())
                        .isEqualTo(zone.getValue() + ofDays(stores));
            }
            store.setNow(NOW.plus(Duration.ofHours(5)));
            ZoneId shanghai = ZoneId.of("Asia/Shanghai");
            Overview first = history.overview("acc_1", shanghai).orElseThrow();
            assertThat(first.spent().days())
                    .extracting(group -> group.figures().netMicros())
                    .contains(1_400L);
            assertThat(questions(store, sql -> history.overview(sql, "acc_1", shanghai, KeyFilter.ALL)))
                    .isEqualTo(5 + ofDays(stores));
        }
    }

    /** Its numbers; the balances at both ends; the fold; entries; owners of keys; lines of calls and of entries. On SQLite also the charges, twice. */
    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void a_statement_asks_a_server_eight_questions_once_its_days_are_known(Stores stores) {
        try (CustomersFixture store = open(stores)) {
            AccountHistory history = new AccountHistory(store.database, Duration.ofMinutes(10), store::now);
            YearMonth month = YearMonth.of(2026, 11);
            assertThat(history.statement("acc_1", month, null, 50))
                    .extracting(MonthStatement::openingMicros, MonthStatement::closingMicros)
                    .containsExactly(1_000_000L - 2 * 700, 1_000_000L - 6 * 700);

            YearMonth before = month.minusMonths(1);
            MonthStatement first = history.statement("acc_1", before, null, 50);
            assertThat(history.statement("acc_1", before, null, 50)).isEqualTo(first);
            assertThat(questions(store, sql -> history.statement(sql, "acc_1", before, null, 50)))
                    .isEqualTo(8 + 2 * ofDays(stores));
        }
    }
}
