package dev.tollgate.keys;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.Unit;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.Postgres;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lookups of existing keys that are not cached: one account's lookups do not delay another account's. */
@Timeout(240)
class KeyLookupsTest {

    private static final String HERE = "7f000001";
    private static final String THERE = "7f000002";

    private static CompletableFuture<Authentication> ask(Keys keys, String key, String network) {
        CompletableFuture<Authentication> result = new CompletableFuture<>();
        keys.authenticate(key, network, result::complete);
        return result;
    }

    private static Authentication told(CompletableFuture<Authentication> result) throws Exception {
        return result.get(20, TimeUnit.SECONDS);
    }

    /** While this is open, no read of a key proceeds. */
    private static Connection held(String url) throws SQLException {
        Connection connection = DriverManager.getConnection(url);
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE api_key IN ACCESS EXCLUSIVE MODE");
        }
        return connection;
    }

    private static List<String> keys(KeysFixture store, int count) {
        List<String> keys = new ArrayList<>();
        List<CompletableFuture<Unit>> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            KeySecret secret = KeySecret.random(new SecureRandom());
            keys.add(secret.reveal());
            made.add(store.writer.commit(
                    Unit.of(new CreateKey("key_" + i, "acc_1", secret, KeySettings.named("x"), store.now()))));
        }
        made.forEach(CompletableFuture::join);
        return keys;
    }

    @Test
    void an_address_with_many_keys_that_are_not_cached_leaves_room_for_the_others() throws Exception {
        String url = Postgres.migrated();
        try (KeysFixture store = new KeysFixture(KeysFixture.server(url))) {
            store.account("acc_1", 1_000);
            List<String> many = keys(store, KeyLookups.READS_MAX);
            String key = store.key("key_other", "acc_1", KeySettings.named("x")).reveal();
            List<CompletableFuture<Authentication>> theirs = new ArrayList<>();
            CompletableFuture<Authentication> mine;
            try (Connection held = held(url)) {
                many.forEach(each -> theirs.add(ask(store.keys, each, HERE)));
                mine = ask(store.keys, key, THERE);
                assertThat(mine).as("refused at once").isNotDone();
                held.rollback();
            }
            assertThat(told(mine)).isInstanceOf(Authentication.Found.class);
            for (int i = 0; i < KeyLookups.READS_MAX; i++) {
                assertThat(told(theirs.get(i)))
                        .as("key " + i)
                        .isInstanceOf(
                                i < KeyLookups.READS_MAX / 2
                                        ? Authentication.Found.class
                                        : Authentication.Unavailable.class);
            }
            assertThat(told(ask(store.keys, many.getLast(), HERE))).isInstanceOf(Authentication.Found.class);
        }
    }

    @Test
    void all_who_ask_for_one_key_at_a_time_share_its_look_up() throws Exception {
        String url = Postgres.migrated();
        try (KeysFixture store = new KeysFixture(KeysFixture.server(url))) {
            store.account("acc_1", 1_000);
            String key = store.key("key_1", "acc_1", KeySettings.named("x")).reveal();
            List<CompletableFuture<Authentication>> all = new ArrayList<>();
            try (Connection held = held(url)) {
                for (int i = 0; i < 2 * KeyLookups.READS_MAX; i++) {
                    all.add(ask(store.keys, key, HERE));
                }
                held.rollback();
            }
            for (CompletableFuture<Authentication> each : all) {
                assertThat(told(each)).isInstanceOf(Authentication.Found.class);
            }
        }
    }

    /** A reader that waits until the test gives it a result. */
    private final BlockingQueue<CompletableFuture<Authentication>> reading = new ArrayBlockingQueue<>(16);

    private final KeyCache cache = new KeyCache(null);

    private KeyLookups heldUp(Duration keep) {
        return new KeyLookups(cache, keep, hash -> {
            CompletableFuture<Authentication> found = new CompletableFuture<>();
            reading.add(found);
            return found.join();
        });
    }

    private static CompletableFuture<Authentication> ask(KeyLookups lookups) {
        CompletableFuture<Authentication> result = new CompletableFuture<>();
        lookups.ask("hash", HERE, result::complete);
        return result;
    }

    private CompletableFuture<Authentication> next() throws InterruptedException {
        CompletableFuture<Authentication> next = reading.poll(20, TimeUnit.SECONDS);
        assertThat(next).as("a read that begins").isNotNull();
        return next;
    }

    private static Authentication enabled() {
        return new Authentication.Found(Key.made("key_1", "acc_1", "sk-", KeySettings.named("x"), Instant.EPOCH));
    }

    @Test
    void a_lookup_after_a_change_ignores_a_read_that_began_before() throws Exception {
        KeyLookups lookups = heldUp(null);
        CompletableFuture<Authentication> before = ask(lookups);
        CompletableFuture<Authentication> first = next();
        cache.forget("hash");
        CompletableFuture<Authentication> after = ask(lookups);
        CompletableFuture<Authentication> second = next();
        first.complete(enabled());
        assertThat(told(before)).isEqualTo(enabled());
        CompletableFuture<Authentication> later = ask(lookups);
        second.complete(new Authentication.Unavailable());
        assertThat(told(after)).isEqualTo(new Authentication.Unavailable());
        assertThat(told(later)).isEqualTo(new Authentication.Unavailable());
        assertThat(reading).isEmpty();
    }

    @Test
    void where_other_servers_change_keys_too_a_read_that_takes_long_is_not_shared() throws Exception {
        KeyLookups lookups = heldUp(Duration.ZERO);
        ask(lookups);
        CompletableFuture<Authentication> first = next();
        CompletableFuture<Authentication> after = ask(lookups);
        next().complete(new Authentication.Unavailable());
        assertThat(told(after)).isEqualTo(new Authentication.Unavailable());
        first.complete(enabled());
    }

    @Test
    void so_many_wait_for_one_read_and_a_further_one_begins_another() throws Exception {
        KeyLookups lookups = heldUp(null);
        List<CompletableFuture<Authentication>> all = new ArrayList<>();
        for (int i = 0; i < KeyLookups.WAITING_MAX; i++) {
            all.add(ask(lookups));
        }
        CompletableFuture<Authentication> first = next();
        assertThat(reading).isEmpty();
        CompletableFuture<Authentication> further = ask(lookups);
        next().complete(new Authentication.Unavailable());
        assertThat(told(further)).isEqualTo(new Authentication.Unavailable());
        first.complete(enabled());
        for (CompletableFuture<Authentication> each : all) {
            assertThat(told(each)).isEqualTo(enabled());
        }
    }
}
