package dev.tollgate.keys;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Await;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Made-up keys, in any number, cost no question to the database, and new keys are good all the same. */
@Timeout(240)
class KeyRollTest {

    @TempDir
    Path folder;

    private static String madeUp() {
        return KeySecret.random(new SecureRandom()).reveal();
    }

    private Keys called(KeysFixture store) {
        Keys keys = new Keys(store.database, store::now);
        keys.callTheRoll();
        return keys;
    }

    private static Authentication ask(Keys keys, String key) throws Exception {
        CompletableFuture<Authentication> result = new CompletableFuture<>();
        keys.authenticate(key, "net", result::complete);
        return result.get(20, TimeUnit.SECONDS);
    }

    @Test
    void an_unknown_key_is_refused_without_asking_the_database() {
        Keys keys;
        try (KeysFixture store = new KeysFixture(folder)) {
            store.account("acc_1", 1_000);
            store.key("key_1", "acc_1", KeySettings.named("x"));
            keys = called(store);
        }
        for (int i = 0; i < 1_000; i++) {
            Thread asking = Thread.currentThread();
            CompletableFuture<Thread> told = new CompletableFuture<>();
            keys.authenticate(madeUp(), "net", found -> {
                assertThat(found).isEqualTo(new Authentication.Unknown());
                told.complete(Thread.currentThread());
            });
            assertThat(told).isCompletedWithValue(asking);
        }
        assertThat(keys.readings()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void keys_made_before_and_after_the_roll_was_called_are_found_and_what_becomes_of_them_is_seen(Stores stores)
            throws Exception {
        try (KeysFixture store = stores.open(folder, KeysFixture::new)) {
            store.account("acc_1", 1_000);
            String before = store.key("key_1", "acc_1", KeySettings.named("x")).reveal();
            store.keys.callTheRoll();
            KeySecret after = KeySecret.random(new SecureRandom());
            assertThat(ask(store.keys, after.reveal())).isEqualTo(new Authentication.Unknown());
            store.commit(new CreateKey("key_2", "acc_1", after, KeySettings.named("y"), store.now()));
            assertThat(ask(store.keys, before)).isInstanceOf(Authentication.Found.class);
            assertThat(ask(store.keys, after.reveal())).isInstanceOf(Authentication.Found.class);
            store.commit(KeyEdit.disable("key_1", true));
            assertThat(ask(store.keys, before)).isInstanceOf(Authentication.Disabled.class);
            store.commit(KeyChange.ensure(
                    "key_3", "acc_1", KeySecret.chosen("sk-chosen-by-hand"), KeySettings.named("z"), store.now()));
            assertThat(ask(store.keys, "sk-chosen-by-hand")).isInstanceOf(Authentication.Found.class);
        }
    }

    @Test
    void a_key_that_another_server_has_made_is_good_here_at_once() throws Exception {
        String url = Postgres.migrated();
        try (KeysFixture here = KeysFixture.shared(url);
                KeysFixture there = KeysFixture.shared(url)) {
            there.account("acc_1", 1_000);
            Keys keys = called(here);
            for (int i = 0; i < 5; i++) {
                assertThat(ask(keys, madeUp())).isEqualTo(new Authentication.Unknown());
                String key =
                        there.key("key_" + i, "acc_1", KeySettings.named("x")).reveal();
                assertThat(ask(keys, key)).isInstanceOf(Authentication.Found.class);
            }
        }
    }

    /** A number is given before the key can be seen: nodes that make keys at the same time do not hide each other's. */
    @Test
    void a_key_whose_number_others_have_passed_before_it_was_committed_is_found() throws Exception {
        String url = Postgres.migrated();
        try (KeysFixture here = KeysFixture.shared(url);
                KeysFixture there = KeysFixture.shared(url)) {
            there.account("acc_1", 1_000);
            Keys keys = called(here);
            String late = there.key("key_late", "acc_1", KeySettings.named("x")).reveal();
            for (int i = 0; i < 300; i++) {
                there.key("key_" + i, "acc_1", KeySettings.named("x"));
            }
            execute(url, "UPDATE api_key SET number = -number WHERE id = 'key_late'");
            for (int i = 0; i < 3; i++) {
                assertThat(ask(keys, late)).isEqualTo(new Authentication.Unknown());
            }
            execute(url, "UPDATE api_key SET number = -number WHERE id = 'key_late'");
            assertThat(ask(keys, late)).isInstanceOf(Authentication.Found.class);
        }
    }

    private static void execute(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void where_a_shared_database_cannot_be_asked_an_unknown_key_is_no_401() throws Exception {
        Keys keys;
        try (KeysFixture store = KeysFixture.shared(Postgres.migrated())) {
            keys = called(store);
        }
        assertThat(ask(keys, madeUp())).isEqualTo(new Authentication.Unavailable());
    }

    @Test
    void a_new_key_of_another_server_works_soon_during_a_flood_of_unknown_keys() throws Exception {
        String url = Postgres.migrated();
        try (KeysFixture here = KeysFixture.shared(url);
                KeysFixture there = KeysFixture.shared(url)) {
            there.account("acc_1", 1_000);
            Keys keys = called(here);
            String key = there.key("key_1", "acc_1", KeySettings.named("x")).reveal();
            AtomicInteger asked = new AtomicInteger();
            AtomicInteger atOnce = new AtomicInteger();
            Await.until("the key", () -> {
                Thread asking = Thread.currentThread();
                for (int i = 0; i < 10 * KeyRoll.CROWD; i++) {
                    keys.authenticate(
                            madeUp(), "net", found -> atOnce.addAndGet(Thread.currentThread() == asking ? 1 : 0));
                    asked.incrementAndGet();
                }
                CompletableFuture<Authentication> result = new CompletableFuture<>();
                keys.authenticate(key, "net", result::complete);
                return result.join() instanceof Authentication.Found;
            });
            assertThat(keys.readings()).isLessThanOrEqualTo(2 + asked.get() / KeyRoll.CROWD);
            assertThat(atOnce).as("told without waiting for a reading").hasPositiveValue();
        }
    }

    @Test
    void those_who_come_with_unknown_keys_share_their_questions() throws Exception {
        try (KeysFixture store = KeysFixture.shared(Postgres.migrated())) {
            Keys keys = called(store);
            int asked = 3 * KeyRoll.WAITING_MAX;
            CountDownLatch told = new CountDownLatch(asked);
            AtomicInteger unknown = new AtomicInteger();
            long began = System.nanoTime();
            for (int i = 0; i < asked; i++) {
                keys.authenticate(madeUp(), "net", found -> {
                    unknown.addAndGet(found instanceof Authentication.Unknown ? 1 : 0);
                    told.countDown();
                });
            }
            assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(unknown.get()).isGreaterThanOrEqualTo(KeyRoll.WAITING_MAX);
            long spaces = (System.nanoTime() - began) / KeyRoll.SPACING.toNanos();
            assertThat(keys.readings()).isLessThanOrEqualTo(2 + spaces);
        }
    }

    @Test
    void a_lookup_beyond_the_bound_fails_without_waiting() throws Exception {
        try (KeysFixture store = KeysFixture.shared(Postgres.migrated())) {
            KeyRoll roll = new KeyRoll(store.database);
            CountDownLatch reading = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            roll.readOn(read -> {
                reading.countDown();
                await(goOn);
            });
            await(reading);
            CountDownLatch told = new CountDownLatch(KeyRoll.WAITING_MAX);
            for (int i = 0; i < KeyRoll.WAITING_MAX; i++) {
                roll.readOn(read -> told.countDown());
            }
            CompletableFuture<Boolean> surplus = new CompletableFuture<>();
            roll.readOn(surplus::complete);
            assertThat(surplus).isCompletedWithValue(false);
            assertThat(told.getCount()).isEqualTo(KeyRoll.WAITING_MAX);
            goOn.countDown();
            await(told);
            assertThat(roll.readings()).isEqualTo(2);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void unknown_keys_get_no_401_for_long_while_a_shared_database_is_unreachable() throws Exception {
        Keys keys;
        try (KeysFixture store = KeysFixture.shared(Postgres.migrated())) {
            keys = called(store);
        }
        Await.until("a crowd without a 401", () -> {
            AtomicInteger unknown = new AtomicInteger();
            CountDownLatch told = new CountDownLatch(3 * KeyRoll.CROWD);
            for (int i = 0; i < 3 * KeyRoll.CROWD; i++) {
                keys.authenticate(madeUp(), "net", found -> {
                    unknown.addAndGet(found instanceof Authentication.Unknown ? 1 : 0);
                    told.countDown();
                });
            }
            await(told);
            return unknown.get() == 0;
        });
    }

    @Test
    void the_table_holds_what_was_put_into_it_and_nothing_else_at_24_bytes_a_key_at_most() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        KeyHashes table = new KeyHashes();
        Set<String> all = new HashSet<>();
        while (all.size() < 50_000) {
            String hash = hash(random);
            assertThat(table.contains(hash)).isEqualTo(!all.add(hash));
            table.add(hash);
            table.add(hash);
        }
        table.add("0".repeat(64));
        assertThat(all).allMatch(table::contains);
        assertThat(table.contains("0".repeat(64))).isTrue();
        assertThat(table.size()).isEqualTo(50_001);
        assertThat(table.bytes()).isBetween(12L * table.size(), 24L * table.size() + 24);
    }

    private static String hash(SplittableRandom random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
