package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.keys.KeyEdit;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.KeyState;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A hold that grows while its call runs is decided by the key and the account as they are then (D54). */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class GrowthTest {

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private KeysFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, KeysFixture::new);
    }

    @AfterEach
    void close() {
        LedgerChecks.assertCoherent(store);
        store.close();
    }

    @Test
    void a_hold_grows_only_while_its_key_and_its_account_may_go_on() {
        store.account("acc_1", 1_000);
        store.key(
                "key_1",
                "acc_1",
                KeySettings.named("key").withExpiresAt(store.now().plusSeconds(60)));
        store.reserve("t1", "acc_1", 100, 100);
        assertThat(grow(10)).isEqualTo(new Extend.Extended(10, 110));
        store.commit(KeyEdit.disable("key_1", true));
        assertThat(grow(10)).isEqualTo(new Extend.NotAllowed());
        store.commit(KeyEdit.disable("key_1", false));
        assertThat(grow(10)).isEqualTo(new Extend.Extended(10, 120));
        store.decide(new SetBlocked("acc_1", true));
        assertThat(grow(10)).isEqualTo(new Extend.NotAllowed());
        store.decide(new SetBlocked("acc_1", false));
        assertThat(grow(10)).isEqualTo(new Extend.Extended(10, 130));
        store.advance(Duration.ofSeconds(60));
        assertThat(grow(10)).isEqualTo(new Extend.NotAllowed());
    }

    @Test
    void an_account_that_is_blocked_in_the_same_batch_gets_no_growth_either() {
        store.account("acc_1", 1_000);
        store.key("key_1", "acc_1", KeySettings.named("key"));
        store.reserve("t1", "acc_1", 100, 100);
        KeyState key = KeyState.ofRunningCall("key_1", store.now());
        Extend extend = new Extend("t1", 1, 1, () -> SpendLimits.NONE, key::usable, store.now());
        store.commit(key, new SetBlocked("acc_1", true), extend);
        assertThat(extend.outcome()).isEqualTo(new Extend.NotAllowed());
    }

    @Test
    void each_growth_knows_the_limits_of_its_moment() {
        store.account("acc_1", 1_000);
        store.key("key_1", "acc_1", KeySettings.named("key").withSpend(new SpendLimits(null, null, 100L)));
        store.reserve("t1", "acc_1", 100, 100);
        assertThat(grow(10)).isEqualTo(new Extend.WindowExhausted(SpendWindow.TOTAL));
        store.commit(KeyEdit.set("key_1", settings -> settings.withSpend(new SpendLimits(null, null, 105L))));
        assertThat(grow(10)).isEqualTo(new Extend.Extended(5, 105));
        store.commit(KeyEdit.set("key_1", settings -> settings.withSpend(new SpendLimits(50L, null, null))));
        assertThat(grow(10)).isEqualTo(new Extend.WindowExhausted(SpendWindow.HOUR));
        store.commit(KeyEdit.set("key_1", settings -> settings.withSpend(SpendLimits.NONE)));
        assertThat(grow(10)).isEqualTo(new Extend.Extended(10, 115));
    }

    @Test
    void what_was_used_already_is_held_by_balance_and_limits_alone() {
        store.account("acc_1", 1_000);
        store.key("key_1", "acc_1", KeySettings.named("key").withSpend(new SpendLimits(null, null, 110L)));
        store.reserve("t1", "acc_1", 100, 100);
        store.commit(KeyEdit.disable("key_1", true));
        store.decide(new SetBlocked("acc_1", true));
        assertThat(settling(40)).isEqualTo(new Extend.Extended(10, 110));
        assertThat(settling(40)).isEqualTo(new Extend.WindowExhausted(SpendWindow.TOTAL));
    }

    @Test
    void growth_is_no_use_of_a_key() {
        store.account("acc_1", 1_000);
        store.key("key_1", "acc_1", KeySettings.named("key"));
        store.reserve("t1", "acc_1", 100, 100);
        grow(10);
        assertThat(store.keys.byId("key_1").orElseThrow().lastUsedAt()).isNull();
    }

    private Extend.Outcome grow(long micros) {
        KeyState key = KeyState.ofRunningCall("key_1", store.now());
        Extend extend = new Extend("t1", 1, micros, key::spend, key::usable, store.now());
        store.commit(key, extend);
        return extend.outcome();
    }

    private Extend.Outcome settling(long micros) {
        KeyState key = KeyState.ofRunningCall("key_1", store.now());
        Extend extend = Extend.atSettlement("t1", 1, micros, key::spend, store.now());
        store.commit(key, extend);
        return extend.outcome();
    }
}
