package dev.tollgate.verification;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Lapse;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.models.Usage;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Ended;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccountStatementTest {

    private static final String HEADER =
            "time,sequence,kind,task_id,model,amount,balance,source,key,key_name,reason,usd,invoice,team,team_name,member,member_name";

    @TempDir
    Path folder;

    private BooksFixture store;

    @BeforeEach
    void open() {
        store = new BooksFixture(folder);
        store.account("acc_1", 10_000_000);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void a_statement_has_each_movement_and_ends_with_the_balance() {
        reserve("t1", 4_000_000);
        store.advance(Duration.ofMillis(1_000));
        settle("t1", 280_000, 0, "gemini-2.5-pro");
        store.advance(Duration.ofHours(13));
        store.commit(new Grant("acc_1", 1, "a gift", store.now()));
        reserve("t2", 1_000_000);

        assertThat(statement(null, null))
                .containsExactly(
                        HEADER,
                        "2026-11-20T12:34:56.789Z,1,top_up,,,10,10,gift,,,test,0.05,,,,,",
                        "2026-11-20T12:34:57.789Z,2,charge,t1,gemini-2.5-pro,-0.28,9.72,,key_1,,,-0.0014,,,,,",
                        "2026-11-21T01:34:57.789Z,3,top_up,,,0.000001,9.720001,gift,,,a gift,0.000000005,,,,,",
                        "2026-11-21T01:34:57.789Z,3,balance,,,0,9.720001,,,,,0.00,,,,,");
        assertThat(store.balance("acc_1").balanceMicros()
                        + store.balance("acc_1").reservedMicros())
                .as("holds included")
                .isEqualTo(9_720_001);
    }

    @Test
    void an_account_that_has_had_a_grant_gets_a_last_column_of_who_paid() {
        reserve("t1", 4_000_000);
        settle("t1", 280_000, 0, "gemini-2.5-pro");
        store.commit(new Grant("acc_1", 1, "Grant 3 expired", store.now()));
        store.execute("UPDATE account SET last_grant = 3 WHERE id = 'acc_1'");
        store.execute("UPDATE call SET paid_by = '3:280000' WHERE id = 't1'");
        store.execute(
                "UPDATE entry SET kind = 'adjustment', request_id = 'lapse-3-1', origin = 'expiry', grants = '3:1' WHERE number = 3");

        assertThat(statement(null, null))
                .containsExactly(
                        HEADER + ",paid_by",
                        "2026-11-20T12:34:56.789Z,1,top_up,,,10,10,gift,,,test,0.05,,,,,,",
                        "2026-11-20T12:34:56.789Z,2,charge,t1,gemini-2.5-pro,-0.28,9.72,,key_1,,,-0.0014,,,,,,3:280000",
                        "2026-11-20T12:34:56.789Z,3,adjustment,,,0.000001,9.720001,expired,,,Grant 3 expired,0.000000005,,,,,,3:1",
                        "2026-11-20T12:34:56.789Z,3,balance,,,0,9.720001,,,,,0.00,,,,,,");
    }

    @Test
    void a_failed_call_or_a_shortfall_is_no_customer_movement() {
        reserve("t1", 4_000_000);
        Release release = Ended.release("t1", store.now());
        store.commit(release);
        reserve("t2", 10_000_000);
        settle("t2", 10_000_000, 41_000_000, "m");

        assertThat(statement(null, null))
                .containsExactly(
                        HEADER,
                        "2026-11-20T12:34:56.789Z,1,top_up,,,10,10,gift,,,test,0.05,,,,,",
                        "2026-11-20T12:34:56.789Z,3,charge,t2,m,-10,0,,key_1,,,-0.05,,,,,",
                        "2026-11-20T12:34:56.789Z,3,balance,,,0,0,,,,,0.00,,,,,");
    }

    @Test
    void periods_that_follow_each_other_share_a_balance_and_no_movement() {
        Instant begin = store.now();
        store.advance(Duration.ofDays(1));
        store.commit(new Grant("acc_1", 2_000_000, "next day", store.now()));

        assertThat(statement(null, begin.plusMillis(1)))
                .containsExactly(
                        HEADER,
                        "2026-11-20T12:34:56.789Z,1,top_up,,,10,10,gift,,,test,0.05,,,,,",
                        "2026-11-20T12:34:56.789Z,1,balance,,,0,10,,,,,0.00,,,,,");
        assertThat(statement(begin.plusMillis(1), null))
                .containsExactly(
                        HEADER,
                        "2026-11-21T12:34:56.789Z,2,top_up,,,2,12,gift,,,next day,0.01,,,,,",
                        "2026-11-21T12:34:56.789Z,2,balance,,,0,12,,,,,0.00,,,,,");
        assertThat(statement(null, begin))
                .as("the end is no part of it")
                .hasSize(2)
                .last()
                .asString()
                .endsWith(",balance,,,0,0,,,,,0.00,,,,,");
        assertThat(statement(begin, null)).as("the beginning is").hasSize(4);
    }

    @Test
    void a_past_statement_does_not_change_when_the_clock_jumps_back() {
        Instant midnight = Instant.parse("2026-11-21T00:00:00Z");
        store.setNow(midnight.plusSeconds(5));
        store.commit(new Grant("acc_1", 1_000_000, "after midnight", store.now()));
        List<String> before = statement(null, midnight);
        store.setNow(midnight.minusSeconds(5));
        store.commit(new Grant("acc_1", 2_000_000, "by a clock that has jumped", store.now()));

        assertThat(statement(null, midnight)).isEqualTo(before).hasSize(3);
        assertThat(statement(midnight, null))
                .as("an entry is never earlier than the one before it")
                .contains("2026-11-21T00:00:05.000Z,3,top_up,,,2,13,gift,,,by a clock that has jumped,0.01,,,,,")
                .hasSize(4);
    }

    @Test
    void credits_that_expired_have_a_line_of_their_own() {
        GrantTerms terms =
                GrantTerms.of(Kind.GIFT, ModelPatterns.EVERY, store.now().plusSeconds(1));
        store.commit(new Grant("acc_1", 1_000_000, "a gift", store.now()).under(terms));
        store.advance(Duration.ofSeconds(1));
        new Lapse(store.database, store.writer, store::now).sweep();

        assertThat(statement(null, null))
                .contains(
                        "2026-11-20T12:34:56.789Z,2,top_up,,,1,11,gift,,,a gift,0.005,,,,,,1:1000000",
                        "2026-11-20T12:34:57.789Z,3,adjustment,,,-1,10,expired,,,Grant 1 expired,-0.005,,,,,,1:1000000");
    }

    @Test
    void an_account_without_movements_has_a_balance_of_nothing() {
        store.account("acc_2", 0);
        assertThat(lines("acc_2", null, null))
                .containsExactly(HEADER, "2026-11-20T12:34:56.789Z,0,balance,,,0,0,,,,,0.00,,,,,");
    }

    @Test
    void a_name_with_commas_and_quotes_stays_one_field() {
        reserve("t1", 1_000_000);
        settle("t1", 1, 0, "a \"model\", v2");
        assertThat(statement(null, null).get(2))
                .endsWith(",t1,\"a \"\"model\"\", v2\",-0.000001,9.999999,,key_1,,,-0.000000005,,,,,");
    }

    @Test
    void an_unknown_account_has_no_statement() {
        List<String> lines = new ArrayList<>();
        assertThat(new AccountStatement(store.database).write("acc_9", null, null, lines::add))
                .isFalse();
        assertThat(lines).isEmpty();
    }

    private void reserve(String id, long micros) {
        Reserve reserve = store.reserveChange(id, "acc_1", micros, micros);
        store.commit(reserve);
    }

    private void settle(String id, long micros, long shortfallMicros, String model) {
        CallDetails details =
                Ended.charged(CallEnd.COMPLETED, model, Usage.NONE, micros + shortfallMicros, store.now());
        store.commit(new Settle(id, micros, details, store.now()));
    }

    private List<String> statement(Instant from, Instant to) {
        return lines("acc_1", from, to);
    }

    private List<String> lines(String account, Instant from, Instant to) {
        List<String> lines = new ArrayList<>();
        assertThat(new AccountStatement(store.database).write(account, from, to, lines::add))
                .isTrue();
        return lines;
    }
}
