package dev.tollgate.storage.secrets;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.NodeLease;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.testing.Migrated;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretKeysTest {

    private static final String KEY = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final byte[] PLAIN = "what nobody else may read".getBytes(StandardCharsets.UTF_8);

    private final SecureRandom random = new SecureRandom();
    private final SecretBox box = new SecretBox(KEY, random);
    private final SecretBox.Purpose notes = box.purpose("notes");

    @TempDir
    private Path folder;

    @Test
    void what_is_sealed_opens_again_and_never_looks_the_same_twice() {
        byte[] sealed = notes.seal(PLAIN, "note of acc_1");
        assertThat(notes.open(sealed, "note of acc_1")).isEqualTo(PLAIN);
        assertThat(notes.seal(PLAIN, "note of acc_1")).isNotEqualTo(sealed);
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("nobody");
    }

    @Test
    void a_print_does_not_depend_on_those_made_at_the_same_time() {
        List<String> contents =
                IntStream.range(0, 2_000).mapToObj(i -> "content " + i).toList();
        List<String> prints = contents.parallelStream().map(this::print).toList();
        assertThat(prints).doesNotHaveDuplicates();
        assertThat(contents.stream().map(this::print).toList()).isEqualTo(prints);
    }

    private String print(String content) {
        return HexFormat.of().formatHex(box.print("test", content.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void it_does_not_open_for_another_owner_or_key_or_after_a_change() {
        byte[] sealed = notes.seal(PLAIN, "note of acc_1");
        assertThatThrownBy(() -> notes.open(sealed, "note of acc_2")).isInstanceOf(StoreException.class);
        SecretBox.Purpose other = new SecretBox("f".repeat(64), random).purpose("notes");
        assertThatThrownBy(() -> other.open(sealed, "note of acc_1")).isInstanceOf(StoreException.class);
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> notes.open(changed, "note of acc_1")).isInstanceOf(StoreException.class);
        }
        assertThatThrownBy(() -> notes.open(new byte[3], "x")).isInstanceOf(StoreException.class);
    }

    @Test
    void each_purpose_has_a_key_of_its_own_and_the_installations_seals_nothing() {
        byte[] sealed = notes.seal(PLAIN, "note of acc_1");
        assertThat(new SecretBox(KEY, random).purpose("notes").open(sealed, "note of acc_1"))
                .isEqualTo(PLAIN);
        assertThatThrownBy(() -> box.purpose("letters").open(sealed, "note of acc_1"))
                .isInstanceOf(StoreException.class);
        byte[] bare = Arrays.copyOfRange(sealed, 1, sealed.length);
        for (byte[] each : new byte[][] {sealed, bare}) {
            assertThatThrownBy(() -> installation().open(each, "note of acc_1")).isInstanceOf(StoreException.class);
        }
    }

    private Seal installation() {
        return new Seal(HexFormat.of().parseHex(KEY), random);
    }

    @Test
    void a_key_of_another_form_is_refused_without_being_quoted() {
        assertThatThrownBy(() -> new SecretBox("top-secret", random))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("top-secret");
    }

    @Test
    void the_folders_key_is_made_once_and_for_its_owner_only() throws IOException {
        SecretBox first = inFolder();
        Path file = folder.resolve("secret.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        SecretBox second = inFolder();
        assertThat(second.purpose("x").open(first.purpose("x").seal(PLAIN, "x"), "x"))
                .isEqualTo(PLAIN);
        assertThat(Files.list(folder).map(each -> each.getFileName().toString()))
                .noneMatch(name -> name.startsWith("."));
    }

    private SecretBox inFolder() {
        try (Database database = Database.open(Migrated.in(folder))) {
            return SecretKeys.of(null, folder, database, random);
        }
    }

    @Test
    void no_key_is_made_where_one_is_chosen_or_none_may_be() {
        SecretKeys.of(KEY, folder, null, random);
        assertThatThrownBy(() -> SecretKeys.of(null, folder, null, random))
                .hasMessageContaining("secret.key is missing");
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO installation VALUES ('secret_check', 'sealed')",
                "INSERT INTO signing_key (number, id, public_key, sealed_private, created_at) VALUES (1, 'k', 'p', 's', 1)",
            })
    void a_missing_key_is_not_replaced_where_something_was_sealed(String sealed) throws Exception {
        Migrated.in(folder);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tollgate.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(sealed);
        }
        assertThatThrownBy(this::inFolder)
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("secret.key is missing in " + folder);
        assertThat(folder.resolve("secret.key")).doesNotExist();
        try (Database database = Database.openReading(folder)) {
            assertThat(SecretKeys.trouble(null, folder, database)).contains("secret.key is missing");
        }
    }

    @Test
    void trouble_with_a_key_is_reported_as_a_start_would_meet_it() throws Exception {
        check(box);
        try (Database database = Database.openReading(folder)) {
            assertThat(SecretKeys.trouble(KEY, folder, database)).isNull();
            assertThat(SecretKeys.trouble("f".repeat(64), folder, database)).isEqualTo(KeyChecks.WRONG);
            Files.writeString(folder.resolve("secret.key"), KEY);
            assertThat(SecretKeys.trouble(null, folder, database)).isNull();
        }
    }

    @Test
    void a_file_without_a_key_stops_the_start() throws IOException {
        Files.writeString(folder.resolve("secret.key"), "not a key");
        assertThatThrownBy(() -> SecretKeys.of(null, folder, null, random))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("secret.key");
    }

    @Test
    void a_database_knows_its_key_and_refuses_another() {
        assertThat(check(box)).isEmpty();
        assertThat(check(new SecretBox(KEY, random))).isEmpty();
        assertThat(check(new SecretBox("f".repeat(64), random))).isEqualTo(KeyChecks.WRONG);
        assertThat(check(box)).isEmpty();
    }

    // ---- the ring ----

    private static final String SECOND = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";
    private static final String THIRD = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    private SecretBox ring(String... keys) {
        SecretBox ring = new SecretBox(String.join("\n", keys) + "\n", random);
        assertThat(check(ring)).isEmpty();
        return ring;
    }

    private String id(String key) {
        return new SecretBox(key, random).id();
    }

    @Test
    void the_first_key_of_a_ring_seals_and_each_opens() {
        check(box);
        byte[] old = notes.seal(PLAIN, "note");
        SecretBox waiting = ring(KEY, SECOND);
        assertThat(waiting.purpose("notes").open(old, "note")).isEqualTo(PLAIN);
        assertThat(notes.open(waiting.purpose("notes").seal(PLAIN, "note"), "note"))
                .as("until the second key is first an older program opens everything")
                .isEqualTo(PLAIN);

        SecretBox turned = ring(SECOND, KEY);
        byte[] made = turned.purpose("notes").seal(PLAIN, "note");
        assertThat(turned.purpose("notes").open(old, "note")).isEqualTo(PLAIN);
        assertThat(turned.purpose("notes").isOld(old)).isTrue();
        assertThat(turned.purpose("notes").isOld(made)).isFalse();
        assertThat(turned.purpose("notes").isOld(turned.purpose("notes").anew(old, "note")))
                .isFalse();
        assertThat(ring(KEY, SECOND).purpose("notes").open(made, "note")).isEqualTo(PLAIN);
        assertThat(ring(THIRD, KEY, SECOND).purpose("notes").open(made, "note")).isEqualTo(PLAIN);
        assertThatThrownBy(() -> notes.open(made, "note")).isInstanceOf(StoreException.class);
    }

    @Test
    void once_two_keys_have_sealed_neither_may_be_missing() {
        check(box);
        ring(SECOND, KEY);
        String lost = "Values are sealed under key %s, which is not in secret.key. Put it back as a further line.";
        assertThat(check(box)).isEqualTo(lost.formatted(id(SECOND)));
        assertThat(check(new SecretBox(SECOND, random))).isEqualTo(lost.formatted(id(KEY)));
        try (Database database = Database.openReading(folder)) {
            assertThat(SecretKeys.trouble(KEY, folder, database)).isEqualTo(lost.formatted(id(SECOND)));
            String own = database.read(sql ->
                    sql.one("SELECT value FROM installation WHERE name = 'secret_check'", row -> row.getString(1)));
            assertThat(own).as("what an older program checks its key against").isEqualTo("ring");
        }
        assertThat(check(new SecretBox(SECOND + "," + KEY, random))).isEmpty();
    }

    @Test
    void prints_are_made_under_the_first_key_and_recognised_under_each() {
        byte[] old = box.print("x", PLAIN);
        SecretBox turned = new SecretBox(SECOND + " " + KEY, random);
        assertThat(turned.print("x", PLAIN)).isNotEqualTo(old);
        assertThat(turned.prints("x", PLAIN)).hasSize(2).first().isEqualTo(turned.print("x", PLAIN));
        assertThat(turned.prints("x", PLAIN)).contains(old);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0123",
                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg",
                KEY + "\n" + SECOND + "\n" + THIRD + "\n" + KEY + "\n" + SECOND,
                KEY + ";" + SECOND,
            })
    void what_is_no_ring_stops_the_start_with_what_is_allowed(String text) throws IOException {
        Files.writeString(folder.resolve("secret.key"), text);
        assertThatThrownBy(() -> SecretKeys.of(null, folder, null, random))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("one to four keys of 64 hex digits, each on a line of its own")
                .hasMessageNotContaining("0123456789");
    }

    @Test
    void no_key_is_in_a_ring_twice() throws IOException {
        Files.writeString(folder.resolve("secret.key"), KEY + "\n" + SECOND + "\n" + KEY);
        assertThatThrownBy(() -> SecretKeys.of(null, folder, null, random))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("secret.key is no ring of secret keys: a key is given twice")
                .hasMessageNotContaining("0123456789");
    }

    @Test
    void a_ring_fits_the_books_that_it_opens() throws Exception {
        try (Database database = Database.open(Migrated.in(folder))) {
            assertThat(SecretKeys.trouble(null, folder, database))
                    .as("nothing is sealed")
                    .isNull();
            assertThat(fits(database, box)).as("nothing is sealed").isFalse();
            assertThat(database.read(KeyChecks::read).trouble(box)).isNull();
        }
        check(box);
        try (Database database = Database.openReading(folder)) {
            assertThat(fits(database, box)).isTrue();
            assertThat(fits(database, new SecretBox(KEY + "," + SECOND, random)))
                    .isTrue();
            assertThat(fits(database, new SecretBox(SECOND, random))).isFalse();
        }
    }

    private static boolean fits(Database database, SecretBox ring) {
        return database.read(sql -> SecretKeys.fits(sql, ring));
    }

    @Test
    void a_key_whose_check_does_not_open_is_not_the_installations() throws Exception {
        check(box);
        ring(SECOND, KEY);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tollgate.db"));
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(
                            "UPDATE installation SET value = 'AgAA' WHERE name LIKE '%" + id(SECOND) + "'"))
                    .isEqualTo(1);
        }
        assertThat(check(new SecretBox(SECOND + "," + KEY, random))).isEqualTo(KeyChecks.WRONG);
    }

    @Test
    void a_ring_has_at_most_four_keys_and_other_servers_know_their_ids() throws Exception {
        String fourth = "f".repeat(64);
        SecretBox four = new SecretBox(String.join(",", KEY, SECOND, THIRD, fourth), random);
        assertThat(four.ids()).containsExactly(id(KEY), id(SECOND), id(THIRD), id(fourth));
        assertThat(four.nodeKeys()).isEqualTo(new NodeLease.Keys(four.ids(), id(KEY)));
        assertThat(four.idOf(head -> false)).as("a value of no key").isNull();
        assertThat(four.idOf(head -> head.length > 1)).isEqualTo(id(SECOND));
        assertThatThrownBy(() -> notes.open(new byte[0], "x")).isInstanceOf(StoreException.class);
    }

    @Test
    void numbers_that_are_drawn_depend_on_the_seed_and_the_key() {
        List<Long> drawn = drawn(box, "seed");
        assertThat(drawn).doesNotHaveDuplicates().isEqualTo(drawn(new SecretBox(KEY, random), "seed"));
        assertThat(drawn).doesNotContainAnyElementsOf(drawn(box, "another seed"));
        assertThat(drawn).doesNotContainAnyElementsOf(drawn(new SecretBox(SECOND, random), "seed"));
    }

    private static List<Long> drawn(SecretBox from, String seed) {
        RandomGenerator numbers = from.drawn("test", seed);
        return IntStream.range(0, 20).mapToObj(i -> numbers.nextLong()).toList();
    }

    private String check(SecretBox given) {
        try (Database database = Database.open(Migrated.in(folder))) {
            Writer writer = database.startWriter(List.of(SecretKeys.part()));
            SecretKeys.Check check = new SecretKeys.Check(given);
            writer.commitAndWait(Unit.of(check));
            return check.outcome();
        }
    }
}
