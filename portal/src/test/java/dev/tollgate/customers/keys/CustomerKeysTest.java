package dev.tollgate.customers.keys;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.customers.keys.CustomerKeys.NewKey;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.keys.Authentication;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyChange;
import dev.tollgate.keys.KeyEdit;
import dev.tollgate.keys.KeyEdit.KeyCondition;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.KeyState;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class CustomerKeysTest {

    private static final KeySettings PLAIN = KeySettings.named("laptop");

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    CustomersFixture store;
    CustomerKeys keys;

    @BeforeEach
    void open() {
        store = stores.open(folder, CustomersFixture::new);
        store.account("acc_1", 1_000);
        store.account("acc_2", 1_000);
        keys = new CustomerKeys(
                store.keys,
                store.writer,
                new Allowances(store.database, CustomersFixture.SECRETS, store::now),
                store::now,
                new SecureRandom());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Acting by(String account) {
        return new Acting(account, account, null, null);
    }

    private KeyResult.Made made(KeySettings settings) {
        return keys.create(by("acc_1"), NewKey.ofAccount(settings), null).orThrow();
    }

    private static Key done(Outcome<Key> result) {
        return result.orThrow();
    }

    private Authentication find(KeyResult.Made made) {
        return store.keys.find(made.secret());
    }

    @Test
    void an_account_has_a_hundred_keys_at_most_and_deleting_one_makes_room() {
        for (int i = 0; i < 100 - 1; i++) {
            keys.create(by("acc_1"), NewKey.ofAccount(PLAIN), null);
        }
        String last = made(PLAIN).key().id();
        store.setNow(store.now().plus(Duration.ofDays(1)));
        assertThat(keys.create(by("acc_1"), NewKey.ofAccount(PLAIN), null)).isEqualTo(KeyResult.tooMany());
        assertThat(keys.create(by("acc_2"), NewKey.ofAccount(PLAIN), null)).isInstanceOf(Outcome.Done.class);
        keys.delete(by("acc_1"), last);
        assertThat(keys.create(by("acc_1"), NewKey.ofAccount(PLAIN), null)).isInstanceOf(Outcome.Done.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " x", "x ", "tab\there", "line\nbreak", "\u202Eback", "\uD800", "\u0000"})
    void a_name_that_cannot_be_seen_as_it_is_is_refused(String name) {
        assertThat(CustomerKeys.isName(name)).isFalse();
        assertThat(CustomerKeys.isName("x" + "\uD83D\uDD11".repeat(99))).isTrue();
        assertThat(CustomerKeys.isName("x".repeat(101))).isFalse();
    }

    @Test
    void a_deleted_key_is_refused_at_once_and_its_name_stays() {
        KeyResult.Made made = made(PLAIN);
        assertThat(find(made)).isInstanceOf(Authentication.Found.class);
        String id = made.key().id();
        assertThat(keys.delete(by("acc_1"), id)).isInstanceOf(Outcome.Done.class);
        assertThat(find(made)).isInstanceOf(Authentication.Deleted.class);
        assertThat(admit(id, made.key().prefix())).isEqualTo(KeyState.Outcome.DELETED);
        assertThat(keys.list("acc_1", null, 9)).isEmpty();
        assertThat(keys.find("acc_1", id)).isEmpty();
        assertThat(keys.everMade("acc_1", null, 9))
                .extracting(key -> key.settings().name())
                .contains("laptop");
        assertThat(keys.delete(by("acc_1"), id)).isEqualTo(KeyResult.noSuchKey());
        assertThat(keys.rotate(by("acc_1"), id, null, Duration.ZERO)).isEqualTo(KeyResult.noSuchKey());
        assertThat(keys.disable(by("acc_1"), id, false)).isEqualTo(KeyResult.noSuchKey());
    }

    @Test
    void another_accounts_key_is_not_there() {
        String id = made(PLAIN).key().id();
        Outcome<?> none = KeyResult.noSuchKey();
        assertThat(keys.find("acc_2", id)).isEmpty();
        assertThat(keys.disable(by("acc_2"), id, true)).isEqualTo(none);
        assertThat(keys.delete(by("acc_2"), id)).isEqualTo(none);
        assertThat(keys.rotate(by("acc_2"), id, null, Duration.ZERO)).isEqualTo(none);
        assertThat(keys.change(by("acc_2"), id, null, settings -> settings, null))
                .isEqualTo(none);
        assertThat(store.decide(KeyEdit.delete(id, new KeyCondition("acc_2", null, ""), store.now())))
                .isEqualTo(KeyResult.noSuchKey());
        assertThat(keys.find("acc_1", id)).isPresent();
    }

    @Test
    void a_change_based_on_outdated_values_is_refused() {
        Key seen = made(PLAIN).key();
        Key changed = done(keys.change(by("acc_1"), seen.id(), seen.version(), its -> its.withName("one"), null));
        assertThat(changed.version()).isGreaterThan(seen.version());
        assertThat(keys.change(by("acc_1"), seen.id(), seen.version(), its -> its.withName("two"), true))
                .isEqualTo(KeyResult.changedMeanwhile(changed));
        assertThat(keys.find("acc_1", seen.id())).contains(changed);
        Key again = done(keys.change(by("acc_1"), seen.id(), changed.version(), its -> its.withName("two"), true));
        assertThat(again.disabled()).isTrue();
        assertThat(again.settings().name()).isEqualTo("two");
    }

    @Test
    void after_a_rotation_the_old_secret_is_good_as_long_as_was_said() {
        KeyResult.Made first = made(PLAIN.withRates(new CallLimits(7L, 8L, 9L)));
        assertThat(find(first)).isInstanceOf(Authentication.Found.class);
        KeyResult.Made second = keys.rotate(by("acc_1"), first.key().id(), null, Duration.ofHours(1))
                .orThrow();
        assertThat(second.key().id()).isEqualTo(first.key().id());
        assertThat(second.key().settings()).isEqualTo(first.key().settings());
        assertThat(second.secret()).isNotEqualTo(first.secret());
        assertThat(find(second)).isEqualTo(new Authentication.Found(second.key()));
        store.advance(Duration.ofHours(1).minusMillis(1));
        assertThat(find(first)).isEqualTo(new Authentication.Found(second.key()));
        assertThat(admit(first.key().id(), first.key().prefix())).isEqualTo(KeyState.Outcome.USABLE);
        store.advance(Duration.ofMillis(1));
        assertThat(find(first)).isInstanceOf(Authentication.Replaced.class);
        assertThat(admit(first.key().id(), first.key().prefix())).isEqualTo(KeyState.Outcome.REPLACED);
        assertThat(admit(first.key().id(), second.key().prefix())).isEqualTo(KeyState.Outcome.USABLE);
        assertThat(find(second)).isInstanceOf(Authentication.Found.class);
    }

    @Test
    void rotated_without_grace_the_old_secret_is_refused_at_once() {
        KeyResult.Made first = made(PLAIN);
        KeyResult.Made second = keys.rotate(by("acc_1"), first.key().id(), null, Duration.ofDays(7))
                .orThrow();
        assertThat(find(first)).isInstanceOf(Authentication.Found.class);
        KeyResult.Made third =
                keys.rotate(by("acc_1"), first.key().id(), null, Duration.ZERO).orThrow();
        assertThat(find(first)).isEqualTo(new Authentication.Unknown());
        assertThat(find(second)).isEqualTo(new Authentication.Unknown());
        assertThat(find(third)).isInstanceOf(Authentication.Found.class);
    }

    @Test
    void what_holds_for_a_key_holds_for_its_old_secret_too() {
        KeyResult.Made first = made(PLAIN);
        String id = first.key().id();
        keys.rotate(by("acc_1"), id, null, Duration.ofDays(1));
        assertThat(find(first)).isInstanceOf(Authentication.Found.class);
        keys.disable(by("acc_1"), id, true);
        assertThat(find(first)).isInstanceOf(Authentication.Disabled.class);
        keys.disable(by("acc_1"), id, false);
        assertThat(find(first)).isInstanceOf(Authentication.Found.class);
        keys.delete(by("acc_1"), id);
        assertThat(find(first)).isInstanceOf(Authentication.Deleted.class);
    }

    @Test
    void secrets_old_and_new_are_known_after_a_restart() {
        KeyResult.Made first = made(PLAIN);
        KeyResult.Made second = keys.rotate(by("acc_1"), first.key().id(), null, Duration.ofDays(1))
                .orThrow();
        store = store.reopened();
        store.keys.callTheRoll();
        assertThat(authenticate(first.secret())).isInstanceOf(Authentication.Found.class);
        assertThat(authenticate(second.secret())).isInstanceOf(Authentication.Found.class);
    }

    private Authentication authenticate(String secret) {
        CompletableFuture<Authentication> told = new CompletableFuture<>();
        store.keys.authenticate(secret, "net", told::complete);
        return told.join();
    }

    @Test
    void the_playground_has_one_hidden_key_for_each_member() {
        for (String name : List.of("ann", "bob")) {
            store.execute("INSERT INTO person (id, account_id, login, name, role, password_hash, created_at) VALUES"
                    + " ('per_" + name + "', 'acc_1', '" + name + "@example.org', '" + name + "', 'user', '', 1)");
            store.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_" + name
                    + "', 'acc_1', 'per_" + name + "', 'member', 1)");
        }
        Authentication.Found one = (Authentication.Found) keys.playground("acc_1", "mem_ann");
        assertThat(keys.playground("acc_1", "mem_ann")).isEqualTo(one);
        assertThat(one.key().owner().memberId()).isEqualTo("mem_ann");
        assertThat(((Authentication.Found) keys.playground("acc_1", "mem_bob"))
                        .key()
                        .id())
                .isNotEqualTo(one.key().id());
        assertThat(one.key().isHidden()).isTrue();
        assertThat(keys.list("acc_1", null, 9)).isEmpty();
        assertThat(store.keys.list(null, null, 9)).isEmpty();
        assertThat(keys.find("acc_1", one.key().id())).isEmpty();
        assertThat(keys.rotate(by("acc_1"), one.key().id(), null, Duration.ZERO))
                .isEqualTo(KeyResult.noSuchKey());
        assertThat(keys.delete(by("acc_1"), one.key().id())).isEqualTo(KeyResult.noSuchKey());
        assertThat(store.keys.find("hidden mem_ann")).isEqualTo(new Authentication.Unknown());
        assertThat(admit(one.key().id(), one.key().prefix())).isEqualTo(KeyState.Outcome.USABLE);
        assertThat(keys.playground("acc_2", "mem_cid")).isEqualTo(new Authentication.Unknown());
    }

    @Test
    void a_management_key_neither_makes_nor_changes_one() {
        KeySettings management = PLAIN.withKind(KeyKind.MANAGEMENT);
        CustomerKeys byKey = keys.byManagementKey();
        Outcome<?> refused = KeyResult.notByKey();
        assertThat(byKey.create(by("acc_1"), NewKey.ofAccount(management), null))
                .isEqualTo(refused);
        String id = made(management).key().id();
        assertThat(byKey.rotate(by("acc_1"), id, null, Duration.ZERO)).isEqualTo(refused);
        assertThat(byKey.change(by("acc_1"), id, null, settings -> settings, null))
                .isEqualTo(refused);
        assertThat(byKey.delete(by("acc_1"), id)).isEqualTo(refused);
        assertThat(byKey.disable(by("acc_1"), id, true)).isEqualTo(refused);
        assertThat(keys.disable(by("acc_1"), id, true)).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void an_accounts_rates_are_known_with_each_of_its_keys_from_the_next_call_on() {
        KeyResult.Made made = made(PLAIN);
        assertThat(((Authentication.Found) find(made)).accountRates()).isEqualTo(CallLimits.NONE);
        CallLimits rates = new CallLimits(1L, null, 3L);
        assertThat(store.decide(KeyChange.accountRates("acc_1", old -> rates))).isPresent();
        assertThat(((Authentication.Found) find(made)).accountRates()).isEqualTo(rates);
        assertThat(store.keys.accountRates("acc_1")).isEqualTo(rates);
        assertThat(store.keys.accountRates("acc_2")).isEqualTo(CallLimits.NONE);
        assertThat(store.decide(KeyChange.accountRates("acc_1", old -> CallLimits.NONE)))
                .isPresent();
        assertThat(((Authentication.Found) find(made)).accountRates()).isEqualTo(CallLimits.NONE);
        assertThat(store.decide(KeyChange.accountRates("acc_9", old -> rates))).isEmpty();
    }

    @Test
    void a_grace_has_bounds() {
        String id = made(PLAIN).key().id();
        for (Duration grace : List.of(Duration.ofSeconds(-1), KeyEdit.GRACE_MAX.plusSeconds(1))) {
            assertThatThrownBy(() -> keys.rotate(by("acc_1"), id, null, grace))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private KeyState.Outcome admit(String keyId, String prefix) {
        KeyState state = new KeyState(keyId, prefix, store.now());
        Reserve reserve = new Reserve(
                new OpenHold("t" + System.nanoTime(), "acc_1", keyId, "chat", "m", store.now()),
                1,
                1,
                () -> SpendLimits.NONE,
                state::usable);
        store.commit(reserve, state);
        return state.outcome();
    }
}
