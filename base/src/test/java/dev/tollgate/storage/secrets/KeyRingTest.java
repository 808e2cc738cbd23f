package dev.tollgate.storage.secrets;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.testing.Await;
import dev.tollgate.testing.Stores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sealing again, counting and forgetting keys, over the tables of signing keys, whose values have no end, and of kept responses and signatures. */
class KeyRingTest {

    private static final String KEY = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final String SECOND = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";
    private static final String OUTSIDE = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private static final Instant USED = Instant.parse("2026-11-29T08:00:00Z");

    private final SecureRandom random = new SecureRandom();

    @TempDir
    private Path folder;

    private Database database;
    private Writer writer;

    private void open(Stores stores) {
        database = stores.openBare(folder);
        writer = database.startWriter(List.of(SecretKeys.part(), SealedValues.part(), KeyRing.part()));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private SecretBox box(String... keys) {
        SecretBox box = new SecretBox(String.join(",", keys), random);
        SecretKeys.Check check = new SecretKeys.Check(box);
        writer.commitAndWait(Unit.of(check));
        assertThat(check.outcome()).isEmpty();
        return box;
    }

    private static byte[] sealed(SecretBox box, String name) {
        return box.purpose("tests").seal(("secret of " + name).getBytes(StandardCharsets.UTF_8), name);
    }

    private void run(String sql, Object... parameters) {
        writer.commitAndWait(Unit.of(new SealedValues.Statement(sql, List.of(List.of(parameters)))));
    }

    private void addSigningKey(int number, byte[] sealed) {
        run(
                "INSERT INTO signing_key (id, number, public_key, sealed_private, created_at, retired_at) VALUES (?, ?, 'p', ?, 1, 2)",
                "sig_" + number,
                number,
                Base64.getEncoder().encodeToString(sealed));
    }

    private void addResponse(String id, byte[] sealed) {
        run(
                "INSERT INTO kept_response (id, account_id, place, plain_bytes, bytes, used_at, sealed) VALUES (?, 'acc_1', 1, 1, 1, ?, ?)",
                id,
                USED,
                sealed);
    }

    private void addSignature(String print, byte[] sealed) {
        run(
                "INSERT INTO thought_signature (account_id, print, place, model, channel, is_first, signature, used_at)"
                        + " VALUES ('acc_1', ?, 1, 'm', 'c', 0, ?, ?)",
                print,
                Base64.getEncoder().encodeToString(sealed),
                USED);
    }

    private KeyRing ring(SecretBox box) {
        return ring(box, List.of(), Duration.ZERO);
    }

    private KeyRing ring(SecretBox box, List<SealedValues.Walk> more, Duration pause) {
        SealedValues keys = SealedValues.lasting(
                "keys",
                "sealed_private",
                "signing_key",
                new SealedValues.Column(
                        "SELECT id, sealed_private FROM signing_key WHERE id > ? ORDER BY id LIMIT ?",
                        "UPDATE signing_key SET sealed_private = ? WHERE id = ? AND sealed_private = ?",
                        box.purpose("tests"),
                        id -> id));
        SealedValues responses = SealedValues.ending(
                "responses",
                "sealed",
                false,
                "kept_response",
                "used_at",
                Duration.ofDays(30),
                "DELETE FROM kept_response WHERE id IN (SELECT id FROM kept_response WHERE %s LIMIT 1)");
        SealedValues signatures = SealedValues.ending(
                "signatures",
                "signature",
                true,
                "thought_signature WHERE signature IS NOT NULL",
                "used_at",
                Duration.ofDays(30),
                "DELETE FROM thought_signature WHERE print IN (SELECT print FROM thought_signature WHERE %s LIMIT 7)");
        return new KeyRing(database, writer, box, List.of(keys, responses, signatures), more, pause);
    }

    private @Nullable String forget(KeyRing ring, String id, boolean loses) {
        return ring.forget(id, loses, change -> writer.commitAndWait(Unit.of(change)));
    }

    private KeyRing.Sweep rotated(KeyRing ring) {
        ring.rotate(sweep -> {});
        Await.until("the end", () -> ring.sweep().state() != KeyRing.State.RUNNING);
        return ring.sweep();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void what_has_no_end_is_sealed_anew_and_what_opens_under_no_key_stays_and_is_counted(Stores stores) {
        open(stores);
        SecretBox first = box(KEY);
        for (int i = 0; i < 1_203; i++) {
            addSigningKey(i + 1, sealed(first, "sig_" + (i + 1)));
        }
        addSigningKey(5_000, sealed(new SecretBox(OUTSIDE, random), "sig_5000"));
        SecretBox turned = box(SECOND, KEY);
        KeyRing ring = ring(turned);

        assertThat(rotated(ring)).isEqualTo(new KeyRing.Sweep(KeyRing.State.DONE, 1_203, 1));
        assertThat(rotated(ring)).as("a second run").isEqualTo(new KeyRing.Sweep(KeyRing.State.DONE, 0, 1));
        List<String> values = database.read(
                sql -> sql.list("SELECT sealed_private FROM signing_key WHERE id = 'sig_7'", row -> row.getString(1)));
        byte[] opened = new SecretBox(SECOND, random)
                .purpose("tests")
                .open(Base64.getDecoder().decode(values.getFirst()), "sig_7");
        assertThat(new String(opened, StandardCharsets.UTF_8)).isEqualTo("secret of sig_7");
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void values_are_counted_by_key_and_kind_with_the_day_on_which_the_last_one_ends(Stores stores) {
        open(stores);
        SecretBox first = box(KEY);
        addSigningKey(1, sealed(first, "sig_1"));
        addResponse("r1", sealed(first, "r1"));
        for (int i = 0;
                i < 40;
                i++) { // in base64 the end of the key's id and the first bits behind it share a character
            addSignature("s" + i, sealed(first, "s" + i));
        }
        SecretBox turned = box(SECOND, KEY);
        addResponse("r2", sealed(turned, "r2"));
        for (int i = 40; i < 70; i++) {
            addSignature("s" + i, sealed(turned, "s" + i));
        }
        Instant end = USED.plus(Duration.ofDays(30));

        assertThat(ring(turned).counts())
                .containsExactlyInAnyOrder(
                        new SealedValues.Count("keys", first.id(), 1, null),
                        new SealedValues.Count("responses", first.id(), 1, end),
                        new SealedValues.Count("responses", turned.id(), 1, end),
                        new SealedValues.Count("signatures", first.id(), 40, end),
                        new SealedValues.Count("signatures", turned.id(), 30, end));
        assertThat(ring(turned).old()).isEqualTo(42);
        assertThat(ring(box(KEY, SECOND)).old()).as("the other way round").isEqualTo(31);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void the_last_count_says_how_much_is_under_older_keys(Stores stores) {
        open(stores);
        addResponse("r1", sealed(box(KEY), "r1"));
        KeyRing turned = ring(box(SECOND, KEY));

        assertThat(turned.oldCounted()).as("before a count").isNegative();
        turned.count();
        assertThat(turned.oldCounted()).isEqualTo(1);

        KeyRing alone = ring(new SecretBox(SECOND, random));
        alone.count();
        assertThat(alone.oldCounted()).as("with one key").isZero();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_key_is_forgotten_once_nothing_is_left_and_then_it_is_not_missed(Stores stores) {
        open(stores);
        SecretBox first = box(KEY);
        addSigningKey(1, sealed(first, "sig_1"));
        addResponse("r1", sealed(first, "r1"));
        addResponse("r2", sealed(first, "r2"));
        for (int i = 0; i < 20; i++) {
            addSignature("s" + i, sealed(first, "s" + i));
        }
        SecretBox turned = box(SECOND, KEY);
        addResponse("r3", sealed(turned, "r3"));
        KeyRing ring = ring(turned);

        assertThat(forget(ring, turned.id(), false)).contains("is the one that seals");
        assertThat(forget(ring, "00000000", false)).contains("There is no key 00000000");
        assertThat(forget(ring, first.id(), false))
                .isEqualTo("Still sealed under key " + first.id() + ": 1 keys, 2 responses, 20 signatures.");
        assertThat(forget(ring, first.id(), true)).isEqualTo("Still sealed under key " + first.id() + ": 1 keys.");
        rotated(ring);
        assertThat(forget(ring, first.id(), false)).contains("2 responses");
        assertThat(forget(ring, first.id(), true)).isNull();

        List<String> left = database.read(sql -> sql.list(
                "SELECT id FROM kept_response UNION ALL SELECT print FROM thought_signature", row -> row.getString(1)));
        assertThat(left).as("what is under another key stays").containsExactly("r3");
        assertThat(database.<Long>read(
                        sql -> sql.number("SELECT COUNT(*) FROM installation WHERE value = ?", first.id())))
                .as("the key of values that name none")
                .isZero();
        box(SECOND);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_server_that_stops_ends_a_run_between_two_steps(Stores stores) {
        open(stores);
        SecretBox first = box(KEY);
        for (int i = 0; i < 1_203; i++) {
            addSigningKey(i + 1, sealed(first, "sig_" + (i + 1)));
        }
        KeyRing ring = ring(box(SECOND, KEY), List.of(), Duration.ofHours(1));
        List<KeyRing.Sweep> ends = new CopyOnWriteArrayList<>();

        assertThat(ring.ids()).containsExactly(new SecretBox(SECOND, random).id(), first.id());
        assertThat(ring.rotate(ends::add)).isNotNull();
        Await.until("the first step", () -> ring.sweep().sealed() > 0);
        assertThat(ring.rotate(ends::add).state()).as("while it runs").isEqualTo(KeyRing.State.RUNNING);
        ring.close();

        Await.until("the end", () -> !ends.isEmpty());
        assertThat(ends).containsExactly(ring.sweep());
        assertThat(ring.sweep().state()).isEqualTo(KeyRing.State.FAILED);
        assertThat(ring.sweep().sealed()).isLessThan(1_203);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_run_that_fails_says_so_and_can_be_begun_again(boolean isOfTheStore) {
        open(Stores.SQLITE);
        box(KEY);
        AtomicBoolean fails = new AtomicBoolean(true);
        KeyRing ring = ring(
                box(SECOND, KEY),
                List.of((store, after, most) -> {
                    if (fails.get()) {
                        throw isOfTheStore ? new StoreException("no room") : new IllegalStateException("a fault");
                    }
                    return new SealedValues.Step(null, 3, null);
                }),
                Duration.ZERO);

        assertThat(rotated(ring)).isEqualTo(new KeyRing.Sweep(KeyRing.State.FAILED, 0, 0));
        fails.set(false);
        ring.rotate(sweep -> {
            throw new StoreException("the end cannot be recorded");
        });
        Await.until("the end", () -> ring.sweep().state() == KeyRing.State.DONE);
        assertThat(ring.sweep().unreadable()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(value = Stores.class, names = "POSTGRESQL")
    void a_key_under_which_another_server_seals_is_not_forgotten(Stores stores) {
        open(stores);
        box(KEY);
        SecretBox turned = box(SECOND, KEY);
        String first = new SecretBox(KEY, random).id();
        addResponse("r1", sealed(new SecretBox(KEY, random), "r1"));
        run(
                "INSERT INTO node (id, lease_until, secret_keys) VALUES ('node_2', 9000000000000, ?)",
                first + "," + turned.id());

        assertThat(forget(ring(turned), first, true)).contains("Server node_2 seals under key " + first);
        assertThat(database.<Long>read(sql -> sql.number("SELECT COUNT(*) FROM kept_response")))
                .as("nothing is lost for a key that stays")
                .isEqualTo(1);
    }
}
