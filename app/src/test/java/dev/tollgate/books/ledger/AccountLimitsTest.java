package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.LimitReached;
import dev.tollgate.testing.Stores;
import dev.tollgate.verification.Audit;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What all keys of an account together may spend. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class AccountLimitsTest {

    private static final SpendLimits DAY_100 = new SpendLimits(null, 100L, null);

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    CustomersFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, CustomersFixture::new);
        store.account("acc_1", 1_000_000);
        store.key("key_1", "acc_1", KeySettings.named("one"));
        store.key("key_2", "acc_1", KeySettings.named("two"));
    }

    @AfterEach
    void everything_adds_up() {
        try (CustomersFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
            List<String> differences = new ArrayList<>();
            new Audit(closing.database).run(differences::add, (subject, rows) -> {});
            assertThat(differences)
                    .filteredOn(it ->
                            it.contains("its reservations were charged") || it.contains("its open reservations hold"))
                    .isEmpty();
        }
    }

    @Test
    void it_counts_what_all_keys_have_spent_and_hold() {
        limit(DAY_100);
        assertThat(reserve("t1", "key_1", 60)).isEqualTo(new ReserveOutcome.Reserved(60));
        assertThat(reserve("t2", "key_2", 60)).isEqualTo(new ReserveOutcome.Reserved(40));
        store.settle("t1", 10);
        assertThat(reserve("t3", "key_1", 60)).isEqualTo(new ReserveOutcome.Reserved(50));
        assertThat(reserve("t4", "key_2", 1))
                .isEqualTo(LimitReached.by(
                        Owner.ACCOUNT, SpendWindow.DAY, 100, 10, 90, 1, Instant.parse("2026-11-21T00:00:00Z")));
    }

    @Test
    void what_was_spent_and_is_held_before_the_limit_is_counted() {
        store.setNow(Instant.parse("2026-11-20T11:59:00Z"));
        reserve("old", "key_2", 7);
        store.setNow(CustomersFixture.NOON);
        reserve("t1", "key_1", 60);
        store.settle("t1", 50);
        reserve("t2", "key_2", 30);
        limit(DAY_100);
        assertThat(reserve("t3", "key_1", 60)).isEqualTo(new ReserveOutcome.Reserved(13));
        store.settle("old", 5);
        store.settle("t2", 0);
        assertThat(reserve("t4", "key_1", 60)).isEqualTo(new ReserveOutcome.Reserved(32));
    }

    @Test
    void it_is_counted_to_the_end_in_the_batch_that_sets_it() {
        Reserve before = reserving("t1", "key_1", 60);
        Reserve after = reserving("t2", "key_2", 60);
        SetAccountSpend set = new SetAccountSpend("acc_1", old -> DAY_100);
        store.writer.commitAndWait(Unit.of(before, set, after));
        assertThat(before.reserved() && after.reserved())
                .as("it holds from the next batch")
                .isTrue();
        assertThat(reserve("t3", "key_1", 1)).isInstanceOf(ReserveOutcome.SpendLimitReached.class);
    }

    @Test
    void without_a_limit_nothing_is_counted_and_set_again_it_knows_what_went_by() {
        limit(DAY_100);
        reserve("t1", "key_1", 60);
        limit(SpendLimits.NONE);
        assertThat(windows()).isZero();
        assertThat(reserve("t2", "key_1", 200)).isEqualTo(new ReserveOutcome.Reserved(200));
        assertThat(windows()).isZero();
        store.settle("t2", 20);
        limit(DAY_100);
        assertThat(reserve("t3", "key_2", 60)).isEqualTo(new ReserveOutcome.Reserved(20));
    }

    @Test
    void limits_set_again_count_holds_made_while_limits_were_removed() {
        limit(DAY_100);
        store.writer.commitAndWait(
                Unit.of(reserving("t1", "key_1", 60), new SetAccountSpend("acc_1", old -> SpendLimits.NONE)));
        assertThat(windows()).isZero();
        reserve("t2", "key_2", 20);
        limit(DAY_100);
        assertThat(reserve("t3", "key_1", 60)).isEqualTo(new ReserveOutcome.Reserved(20));
    }

    @Test
    void each_limit_is_one_without_the_others() {
        List<SpendLimits> each = List.of(
                new SpendLimits(100L, null, null),
                new SpendLimits(null, 100L, null),
                new SpendLimits(null, null, 100L),
                SpendLimits.NONE);
        SpendLimits before = SpendLimits.NONE;
        for (SpendLimits limits : each) {
            SetAccountSpend set = new SetAccountSpend("acc_1", old -> limits);
            store.commit(set);
            assertThat(set.before()).isEqualTo(before);
            store = store.reopened();
            assertThat(store.ledger.limits("acc_1")).isEqualTo(limits);
            before = limits;
        }
        assertThat(store.decide(new SetAccountSpend("acc_9", old -> DAY_100))).isFalse();
    }

    @Test
    void it_frees_when_the_day_ends_and_the_total_never_does() {
        limit(new SpendLimits(null, 100L, 150L));
        reserve("t1", "key_1", 100);
        store.settle("t1", 100);
        store.advance(Duration.ofDays(1));
        assertThat(reserve("t2", "key_2", 60)).isEqualTo(new ReserveOutcome.Reserved(50));
        store.advance(Duration.ofDays(1));
        assertThat(reserve("t3", "key_2", 1))
                .isEqualTo(LimitReached.by(Owner.ACCOUNT, SpendWindow.TOTAL, 150, 100, 50, 1, null));
    }

    @Test
    void a_hold_grows_no_further_than_the_account_may_spend() {
        limit(DAY_100);
        reserve("t1", "key_1", 60);
        assertThat(extend("t1", 60)).isEqualTo(new Extend.Extended(40, 100));
        assertThat(extend("t1", 1)).isEqualTo(new Extend.WindowExhausted(SpendWindow.DAY));
    }

    @Test
    void the_longer_exhausted_limit_of_key_and_account_is_named() {
        limit(DAY_100);
        reserve("t1", "key_1", 100);
        assertThat(told(new SpendLimits(null, null, 10L))).isEqualTo(Map.entry(SpendWindow.TOTAL, Owner.KEY));
        assertThat(told(new SpendLimits(null, 10L, null))).isEqualTo(Map.entry(SpendWindow.DAY, Owner.ACCOUNT));
        assertThat(told(new SpendLimits(10L, null, null))).isEqualTo(Map.entry(SpendWindow.DAY, Owner.ACCOUNT));
    }

    private Map.Entry<SpendWindow, Owner> told(SpendLimits ofKey) {
        Reserve reserve = new Reserve(
                new OpenHold("no", "acc_1", "key_1", "chat", "m", store.now()), 1, 1, () -> ofKey, () -> true);
        var full = (ReserveOutcome.SpendLimitReached) store.decide(reserve);
        return Map.entry(full.window(), full.owner().kind());
    }

    private void limit(SpendLimits limits) {
        assertThat(store.decide(new SetAccountSpend("acc_1", old -> limits))).isTrue();
        assertThat(store.ledger.limits("acc_1")).isEqualTo(limits);
    }

    private long windows() {
        return store.number("SELECT COUNT(*) FROM spend_window WHERE key_id = 'acc_1'");
    }

    private Reserve reserving(String id, String keyId, long wanted) {
        return new Reserve(
                new OpenHold(id, "acc_1", keyId, "chat", "m", store.now()),
                1,
                wanted,
                () -> SpendLimits.NONE,
                () -> true);
    }

    private ReserveOutcome reserve(String id, String keyId, long wanted) {
        return store.decide(reserving(id, keyId, wanted));
    }

    private Extend.Outcome extend(String id, long wanted) {
        return store.decide(new Extend(id, 1, wanted, () -> SpendLimits.NONE, () -> true, store.now()));
    }
}
