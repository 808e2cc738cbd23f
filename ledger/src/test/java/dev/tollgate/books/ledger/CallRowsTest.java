package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.CallError;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.books.calls.EndedCall;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.tasks.TaskJson;
import dev.tollgate.models.Usage;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A call is one row, written once at its end (B1 to B3). */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class CallRowsTest {

    private static final List<CallEnd> WITH_A_PRICE = List.of(CallEnd.COMPLETED, CallEnd.CUT, CallEnd.CANCELLED);

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, BooksFixture::new);
        store.account("acc_1", 10_000);
    }

    @AfterEach
    void everything_adds_up() {
        try (BooksFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
        }
    }

    private EndedCall row(String id) {
        EndedCall call = store.tasks.find("acc_1", id).orElseThrow().ended();
        assertThat(call).isNotNull();
        return call;
    }

    @Test
    void a_hold_extended_many_times_is_one_sum_in_one_row() {
        store.reserve("t1", "acc_1", 100, 100);
        for (int i = 1; i <= 20; i++) {
            store.decide(new Extend("t1", i, i, () -> SpendLimits.NONE, () -> true, store.now()));
        }
        assertThat(store.number("SELECT held_micros FROM open_hold")).isEqualTo(310);
        store.settle("t1", 250);
        assertThat(row("t1").heldMicros()).isEqualTo(310);
        assertThat(Calls.count(store::number, "TRUE")).isEqualTo(1);
        assertThat(store.number("SELECT COUNT(*) FROM open_hold")).isZero();
    }

    @Test
    void each_ending_takes_a_number_with_and_without_a_charge() {
        long number = 1;
        for (CallEnd end : CallEnd.values()) {
            for (long charge : WITH_A_PRICE.contains(end) ? List.of(0L, 40L) : List.of(0L)) {
                String id = end + "_" + charge;
                store.reserve(id, "acc_1", 100, 100);
                store.commit(end(id, end, charge));
                EndedCall call = row(id);
                assertThat(call.number()).as(id).isEqualTo(++number);
                assertThat(call.details().end()).isEqualTo(end);
                assertThat(call.chargedMicros()).as(id).isEqualTo(charge);
                assertThat(call.isSettled()).as(id).isEqualTo(WITH_A_PRICE.contains(end));
                assertThat(call.balanceAfterMicros())
                        .isEqualTo(store.balance("acc_1").balanceMicros());
                assertThat(store.ledger.entries("acc_1", id)).hasSize(charge > 0 ? 1 : 0);
            }
        }
    }

    @Test
    void a_call_without_a_price_may_end_as_cancelled() {
        store.reserve("t1", "acc_1", 100, 100);
        CallDetails details = Ended.released(CallEnd.CANCELLED, Ended.course("", "", List.of()));
        store.commit(new Release("t1", details, store.now()));
        assertThat(row("t1").status()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(row("t1").isSettled()).isFalse();
        assertThat(store.ledger.reservation("t1").orElseThrow().state()).isEqualTo(ReservationState.RELEASED);
    }

    private Resolution end(String id, CallEnd end, long charge) {
        if (WITH_A_PRICE.contains(end)) {
            return Ended.settle(id, charge, end, "m", Usage.NONE, store.now());
        }
        return end == CallEnd.ABANDONED ? Ended.expire(id, store.now()) : Ended.release(id, store.now());
    }

    @Test
    void a_call_that_ends_in_its_opening_batch_was_never_open() {
        if (stores == Stores.SQLITE) {
            store.execute("CREATE TRIGGER opened BEFORE INSERT ON open_hold BEGIN SELECT RAISE(ABORT, 'opened'); END");
        }
        store.commit(store.reserveChange("t1", "acc_1", 100, 100), Ended.settle("t1", 40, store.now()));
        store.commit(store.reserveChange("t2", "acc_1", 100, 100), Ended.release("t2", store.now()));
        assertThat(row("t1").number()).isEqualTo(2);
        assertThat(row("t2").number()).isEqualTo(3);
        assertThat(row("t2").balanceAfterMicros()).isEqualTo(9_960);
        assertThat(store.number("SELECT COUNT(*) FROM open_hold")).isZero();
    }

    @Test
    void a_second_end_takes_no_number_and_changes_no_row() {
        store.reserve("t1", "acc_1", 100, 100);
        store.settle("t1", 40);
        EndedCall first = row("t1");
        store = store.reopened();
        Settle again = Ended.settle("t1", 90, store.now());
        store.commit(again, Ended.expire("t1", store.now()));
        assertThat(again.isSettled()).isTrue();
        assertThat(row("t1")).usingRecursiveComparison().isEqualTo(first);
        assertThat(store.number("SELECT last_number FROM account")).isEqualTo(2);
    }

    @Test
    void a_shortfall_counts_only_if_it_was_not_covered() {
        for (boolean isUncovered : new boolean[] {true, false}) {
            String id = "t_" + isUncovered;
            store.reserve(id, "acc_1", 100, 100);
            Settle settle = Ended.settle(id, 100, 7, isUncovered, store.now());
            store.commit(settle);
            assertThat(settle.shortfallsToday()).isEqualTo(isUncovered ? 1 : 0);
            assertThat(row(id).shortfallMicros()).isEqualTo(7);
            assertThat(row(id).details().is(CallFlag.UNCOVERED)).isEqualTo(isUncovered);
            assertThat(row(id).usageFlags()).containsExactly("shortfall");
        }
    }

    @Test
    void texts_of_upstreams_are_stored_alike_in_both_databases() {
        String odd = "a\u0000b\ud800c\udc00d\ud83d\ude00";
        String plain = "a?b?c?d\ud83d\ude00";
        store.reserve("t1", "acc_1", 100, 100);
        store.reserve("t2", "acc_1", 100, 100);
        store.commit(Ended.settle("t1", 40, CallEnd.COMPLETED, odd, Usage.NONE, store.now()));
        CallError error = new CallError("upstream_error", odd);
        CallDetails failed =
                new CallDetails(CallEnd.FAILED, odd, error, 0, null, Times.NONE, null, Ended.course("", "", List.of()));
        store.commit(new Release("t2", failed, store.now()));
        assertThat(row("t1").model()).isEqualTo(plain);
        assertThat(row("t2").details().error()).isEqualTo(new CallError("upstream_error", plain));
        byte[] printed = TaskJson.render(store.tasks.find("acc_1", "t2").orElseThrow(), List.of());
        assertThat(new String(printed, StandardCharsets.UTF_8)).contains("\"message\":\"" + plain + "\"");
    }
}
