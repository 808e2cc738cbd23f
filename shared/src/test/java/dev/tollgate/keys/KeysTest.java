package dev.tollgate.keys;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.CreateAccount;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.ReserveOutcome;
import dev.tollgate.books.ledger.SetBlocked;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.Stores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
class KeysTest {

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    KeysFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, KeysFixture::new);
        store.account("acc_1", 1_000);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void a_ceiling_is_kept_over_a_rotation_and_taken_away() {
        KeySettings settings = KeySettings.named("ceiling").withCeiling(new PriceCeiling(600_000_000L, null));
        store.key("key_1", "acc_1", settings);
        assertThat(store.keys.byId("key_1").orElseThrow().settings()).isEqualTo(settings);
        KeySecret next = KeySecret.random(new SecureRandom());
        store.commit(KeyEdit.rotate("key_1", KeyEdit.KeyCondition.NONE, next, Duration.ZERO, store.now()));
        assertThat(store.keys.byId("key_1").orElseThrow().settings().ceiling()).isEqualTo(settings.ceiling());
        store.commit(KeyEdit.set("key_1", its -> its.withCeiling(its.ceiling().withOutput(0L))));
        assertThat(store.keys.byId("key_1").orElseThrow().settings().ceiling())
                .isEqualTo(new PriceCeiling(600_000_000L, 0L));
        store.commit(KeyEdit.set("key_1", its -> its.withCeiling(PriceCeiling.NONE)));
        assertThat(store.keys.byId("key_1").orElseThrow().settings().ceiling()).isEqualTo(PriceCeiling.NONE);
        assertThatThrownBy(() -> new PriceCeiling(-1L, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PriceCeiling(null, PriceCeiling.MAX + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_new_key_is_sk_and_64_lower_case_hex_digits() {
        KeySecret secret = KeySecret.random(new SecureRandom());
        assertThat(secret.reveal()).matches("sk-[0-9a-f]{64}");
        assertThat(secret.prefix()).isEqualTo(secret.reveal().substring(0, 11));
        assertThat(secret.toString()).isEqualTo(secret.prefix() + "…");
        assertThat(secret.reveal())
                .isNotEqualTo(KeySecret.random(new SecureRandom()).reveal());
    }

    @Test
    void the_hash_is_sha_256_in_hex() {
        assertThat(KeySecret.hash("abc")).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void the_prefix_of_a_short_chosen_key_does_not_give_it_away() {
        assertThat(KeySecret.chosen("sk-12345678").prefix()).isEqualTo("sk-");
        assertThat(KeySecret.chosen("sk-" + "a".repeat(32)).prefix()).isEqualTo("sk-aaaaaaaa");
        assertThat(KeySecret.chosen("sk-" + "a".repeat(24)).prefix()).isEqualTo("sk-");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sk-", "sk-1234567", "pk-12345678", "sk-1234 5678", "sk-ümlaut123"})
    void a_chosen_key_of_another_form_is_refused_without_being_quoted(String text) {
        assertThatThrownBy(() -> KeySecret.chosen(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a key is sk- and 8 to 128 of A-Z, a-z, 0-9, _ and -");
        assertThat(KeySecret.chosen("sk-" + "x".repeat(128)).reveal()).hasSize(131);
        assertThatThrownBy(() -> KeySecret.chosen("sk-" + "x".repeat(129)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_secret_is_nowhere_in_the_data_folder() throws Exception {
        KeySecret secret = store.key("key_1", "acc_1", KeySettings.named("one"));
        assertThat(store.keys.find(secret.reveal())).isInstanceOf(Authentication.Found.class);
        byte[] needle = secret.reveal().substring(3).getBytes(StandardCharsets.US_ASCII);
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(new String(needle, StandardCharsets.ISO_8859_1));
            }
        }
        assertThat(store.number("SELECT COUNT(*) FROM api_key WHERE hash = '" + secret.hash() + "'"))
                .isEqualTo(1);
    }

    @Test
    void a_key_comes_back_as_it_was_made() {
        KeySettings settings = KeySettings.named("All of it")
                .withKind(KeyKind.MANAGEMENT)
                .withAllow(Allowlist.of(List.of("10.0.0.0/8", "::1")))
                .withSpend(new SpendLimits(1L, null, 0L))
                .withRates(new CallLimits(60L, 1_000L, 2L))
                .withModels(List.of("google/gemini-2.5-pro", "gemini-3-pro"))
                .withExpiresAt(KeysFixture.NOON.plusSeconds(60));
        KeySecret secret = store.key("key_1", "acc_1", settings);
        Key key = Key.made("key_1", "acc_1", secret.prefix(), settings, KeysFixture.NOON);
        assertThat(store.keys.find(secret.reveal())).isEqualTo(new Authentication.Found(key));
        assertThat(store.keys.byId("key_1")).contains(key);
        assertThat(key.mayUse("gemini-3-pro")).isTrue();
        assertThat(key.mayUse("gemini-2.5-pro")).isFalse();
        assertThat(key.allows("10.1.1.1")).isTrue();
        assertThat(key.allows("11.1.1.1")).isFalse();
    }

    @Test
    void a_key_for_an_unknown_account_is_not_made() {
        CreateKey create = new CreateKey(
                "key_1", "acc_9", KeySecret.random(new SecureRandom()), KeySettings.named("x"), store.now());
        assertThat(store.decide(create)).isEqualTo(KeyResult.noSuchAccount());
        assertThat(store.keys.byId("key_1")).isEmpty();
    }

    @Test
    void an_account_and_its_key_are_made_in_one_unit() {
        KeySecret secret = KeySecret.random(new SecureRandom());
        CreateKey create = new CreateKey("key_1", "acc_2", secret, KeySettings.named("x"), store.now());
        store.commit(create, new CreateAccount("acc_2", "Two", store.now()));
        assertThat(create.outcome()).isInstanceOf(Outcome.Done.class);
        assertThat(store.keys.find(secret.reveal())).isInstanceOf(Authentication.Found.class);
    }

    @Test
    void what_is_no_key_by_its_form_is_unknown_without_asking_the_store() {
        store.database.close();
        assertThat(store.keys.find("")).isEqualTo(new Authentication.Unknown());
        assertThat(store.keys.find("Bearer sk-1")).isEqualTo(new Authentication.Unknown());
        assertThat(store.keys.find("sk-" + "a".repeat(1_000_000))).isEqualTo(new Authentication.Unknown());
    }

    @Test
    void a_store_that_cannot_be_asked_is_not_an_unknown_key() {
        store.database.close();
        assertThat(store.keys.find("sk-" + "a".repeat(64))).isEqualTo(new Authentication.Unavailable());
    }

    @Test
    void what_was_asked_once_is_answered_without_the_store() throws Exception {
        String good = store.key("key_1", "acc_1", KeySettings.named("one")).reveal();
        assertThat(authenticate(good)).isInstanceOf(Authentication.Found.class);
        store.database.close();
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        store.keys.authenticate(good, "net", result -> thread.complete(Thread.currentThread()));
        assertThat(thread).isCompletedWithValue(Thread.currentThread());
        assertThat(store.keys.find(good)).isInstanceOf(Authentication.Found.class);
    }

    @Test
    void a_key_that_was_unknown_is_known_as_soon_as_it_is_made() {
        KeySecret secret = KeySecret.random(new SecureRandom());
        assertThat(store.keys.find(secret.reveal())).isEqualTo(new Authentication.Unknown());
        store.commit(new CreateKey("key_1", "acc_1", secret, KeySettings.named("x"), store.now()));
        assertThat(store.keys.find(secret.reveal())).isInstanceOf(Authentication.Found.class);
    }

    @Test
    void a_disabled_key_is_refused_at_once_and_can_be_enabled_again() {
        String key = store.key("key_1", "acc_1", KeySettings.named("x")).reveal();
        assertThat(store.keys.find(key)).isInstanceOf(Authentication.Found.class);
        assertThat(store.decide(KeyEdit.disable("key_1", true))).isInstanceOf(Outcome.Done.class);
        assertThat(store.keys.find(key)).isInstanceOf(Authentication.Disabled.class);
        store.commit(KeyEdit.disable("key_1", false));
        assertThat(store.keys.find(key)).isInstanceOf(Authentication.Found.class);
        assertThat(store.decide(KeyEdit.disable("key_9", true))).isEqualTo(KeyResult.noSuchKey());
    }

    @Test
    void a_blocked_account_locks_its_keys_at_once() {
        String key = store.key("key_1", "acc_1", KeySettings.named("x")).reveal();
        assertThat(store.keys.find(key)).isInstanceOf(Authentication.Found.class);
        store.commit(new SetBlocked("acc_1", true));
        assertThat(store.keys.find(key)).isInstanceOf(Authentication.AccountBlocked.class);
        store.commit(new SetBlocked("acc_1", false));
        assertThat(store.keys.find(key)).isInstanceOf(Authentication.Found.class);
    }

    @Test
    void a_key_expires_by_the_clock_even_when_it_is_cached() {
        KeySettings settings = KeySettings.named("x").withExpiresAt(KeysFixture.NOON.plusSeconds(10));
        String key = store.key("key_1", "acc_1", settings).reveal();
        store.advance(Duration.ofMillis(9_999));
        assertThat(store.keys.find(key)).isInstanceOf(Authentication.Found.class);
        store.advance(Duration.ofMillis(1));
        assertThat(store.keys.find(key)).isInstanceOf(Authentication.Expired.class);
    }

    @Test
    void changed_settings_hold_at_once_and_the_rest_stays() {
        String key = store.key("key_1", "acc_1", KeySettings.named("before").withSpend(new SpendLimits(5L, null, null)))
                .reveal();
        assertThat(store.keys.find(key)).isInstanceOf(Authentication.Found.class);
        store.commit(KeyEdit.set("key_1", settings -> settings.withName("after")));
        Key changed = ((Authentication.Found) store.keys.find(key)).key();
        assertThat(changed.settings().name()).isEqualTo("after");
        assertThat(changed.settings().spend()).isEqualTo(new SpendLimits(5L, null, null));
        assertThat(store.decide(KeyEdit.set("key_9", settings -> settings))).isEqualTo(KeyResult.noSuchKey());
    }

    @Test
    void a_row_read_before_a_change_does_not_stay_in_the_cache_after_it() {
        KeyCache cache = new KeyCache(null);
        Key key = Key.made("key_1", "acc_1", "sk-", KeySettings.named("x"), KeysFixture.NOON);
        long stamp = cache.stamp();
        cache.forget("hash");
        cache.offer("hash", new KeyCache.Known(key, false), stamp);
        assertThat(cache.known("hash")).isNull();
        cache.offer("hash", new KeyCache.Known(key, false), cache.stamp());
        assertThat(cache.known("hash")).isNotNull();
    }

    @Test
    void a_chosen_key_is_made_the_accounts_whatever_was_before() {
        KeySecret chosen = KeySecret.chosen("sk-demo_key-1");
        store.account("acc_2", 0);
        KeyChange<Key> first = KeyChange.ensure("key_a", "acc_1", chosen, KeySettings.named("demo"), store.now());
        assertThat(store.decide(first).id()).isEqualTo("key_a");
        store.commit(KeyEdit.disable("key_a", true), KeyEdit.set("key_a", settings -> settings.withName("renamed")));
        assertThat(store.keys.find("sk-demo_key-1")).isInstanceOf(Authentication.Disabled.class);
        KeyChange<Key> second = KeyChange.ensure("key_b", "acc_2", chosen, KeySettings.named("demo"), store.now());
        Key ensured = store.decide(second);
        assertThat(ensured.id()).isEqualTo("key_a");
        assertThat(ensured.accountId()).isEqualTo("acc_2");
        assertThat(ensured.settings().name()).isEqualTo("renamed");
        assertThat(store.keys.find("sk-demo_key-1")).isEqualTo(new Authentication.Found(ensured));
    }

    @Test
    void a_reservation_reads_the_keys_state_again() {
        store.key("key_1", "acc_1", KeySettings.named("x").withExpiresAt(KeysFixture.NOON.plusSeconds(60)));
        assertThat(reserveWith("t1", "key_1")).isEqualTo(KeyState.Outcome.USABLE);
        assertThat(reserveWith("t2", "key_9")).isEqualTo(KeyState.Outcome.UNKNOWN);
        store.commit(KeyEdit.disable("key_1", true));
        assertThat(reserveWith("t3", "key_1")).isEqualTo(KeyState.Outcome.DISABLED);
        store.commit(KeyEdit.disable("key_1", false), new SetBlocked("acc_1", true));
        assertThat(reserveWith("t4", "key_1")).isEqualTo(KeyState.Outcome.ACCOUNT_BLOCKED);
        store.commit(new SetBlocked("acc_1", false));
        store.advance(Duration.ofSeconds(60));
        assertThat(reserveWith("t5", "key_1")).isEqualTo(KeyState.Outcome.EXPIRED);
        assertThat(store.number("SELECT COUNT(*) FROM open_hold")).isEqualTo(1);
    }

    @Test
    void the_last_use_is_kept_to_the_minute() {
        store.key("key_1", "acc_1", KeySettings.named("x"));
        reserveWith("t1", "key_1");
        store.advance(Duration.ofSeconds(59));
        reserveWith("t2", "key_1");
        assertThat(store.keys.byId("key_1").orElseThrow().lastUsedAt()).isEqualTo(KeysFixture.NOON);
        store.advance(Duration.ofSeconds(1));
        reserveWith("t3", "key_1");
        assertThat(store.keys.byId("key_1").orElseThrow().lastUsedAt()).isEqualTo(KeysFixture.NOON.plusSeconds(60));
    }

    @Test
    void lists_come_in_pages_of_one_account_or_all() {
        store.account("acc_2", 0);
        store.key("key_1", "acc_1", KeySettings.named("a"));
        store.key("key_2", "acc_2", KeySettings.named("b"));
        store.key("key_3", "acc_1", KeySettings.named("c"));
        assertThat(store.keys.list(null, null, 2)).extracting(Key::id).containsExactly("key_1", "key_2");
        assertThat(store.keys.list(null, "key_2", 2)).extracting(Key::id).containsExactly("key_3");
        assertThat(store.keys.list("acc_1", null, 9)).extracting(Key::id).containsExactly("key_1", "key_3");
        assertThatThrownBy(() -> store.keys.list(null, null, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void settings_have_limits() {
        assertThatThrownBy(() -> KeySettings.named(" ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KeySettings.named("x".repeat(201))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KeySettings.named("x").withModels(List.of("two words")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CallLimits(0L, null, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KeyKind.parse("root")).isInstanceOf(IllegalArgumentException.class);
    }

    private KeyState.Outcome reserveWith(String id, String keyId) {
        KeyState state = new KeyState(keyId, store.now());
        Reserve reserve = new Reserve(
                new OpenHold(id, "acc_1", keyId, "chat", "m", store.now()),
                1,
                1,
                () -> SpendLimits.NONE,
                state::usable);
        store.commit(reserve, state);
        assertThat(reserve.outcome() instanceof ReserveOutcome.Reserved).isEqualTo(state.usable());
        return state.outcome();
    }

    private Authentication authenticate(String key) throws Exception {
        CompletableFuture<Authentication> result = new CompletableFuture<>();
        store.keys.authenticate(key, "net", result::complete);
        return result.get(60, TimeUnit.SECONDS);
    }
}
