package dev.tollgate.calls.files;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.calls.files.StoredFile.Announced;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.StoreException;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallsFixture;
import dev.tollgate.testing.Stores;
import dev.tollgate.verification.Audit;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Files written, found and forgotten, over the real databases. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class FileStoreTest {

    private static final String MINE = "acc_1";
    private static final String OTHER = "acc_2";
    private static final KeyOwner OWN = KeyOwner.account("key_1");
    private static final KeyOwner TEAM = new KeyOwner("", "team_1", "key_2");
    private static final int PIECE = FilePieces.PIECE_BYTES;

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private CallsFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, CallsFixture::new);
        store.account(MINE, 1_000_000);
        store.account(OTHER, 1_000_000);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        new Random(7).nextBytes(noise);
        return noise;
    }

    private StoredFile write(String account, KeyOwner owner, FilePurpose purpose, byte[] content) throws IOException {
        return store.files.write(
                account,
                owner,
                purpose,
                new Announced("", "image/png", content.length),
                new ByteArrayInputStream(content));
    }

    private byte[] read(StoredFile file) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (long at = 0; at < file.bytes(); at += PIECE) {
            all.writeBytes(store.files.pieces().piece(file, at));
        }
        return all.toByteArray();
    }

    private StoredFile found(KeyOwner reads, String id) {
        return Objects.requireNonNull(store.files.find(MINE, reads, FilePurpose.GEMINI, id));
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private long rows() {
        return store.number("SELECT COUNT(*) FROM stored_file");
    }

    private long pieces() {
        return store.number("SELECT COUNT(*) FROM file_piece");
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        new Audit(store.database).run(_ -> {}, notes::add, (_, _) -> {});
        return notes;
    }

    @Test
    void a_file_is_read_after_a_restart_byte_for_byte() throws IOException {
        for (int bytes : List.of(1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 7)) {
            byte[] content = noise(bytes);
            String id = write(MINE, OWN, FilePurpose.GEMINI, content).id();
            store = store.reopened();
            assertThat(read(found(OWN, id))).isEqualTo(content);
            for (int from : new int[] {0, bytes / 2, bytes}) {
                assertThat(store.files.pieces().from(found(OWN, id), from).readAllBytes())
                        .isEqualTo(Arrays.copyOfRange(content, from, bytes));
            }
        }
        assertThat(notes()).isEmpty();
    }

    @Test
    void content_and_name_are_sealed_and_each_piece_stays_at_its_place() throws IOException {
        byte[] content = new byte[2 * PIECE];
        Arrays.fill(content, (byte) 'a');
        StoredFile file = write(MINE, OWN, FilePurpose.GEMINI, content);
        byte[] sealed = store.database.read(
                sql -> sql.one("SELECT sealed FROM file_piece WHERE place = 0", row -> row.getBytes(1)));
        assertThat(new String(Objects.requireNonNull(sealed), StandardCharsets.ISO_8859_1))
                .doesNotContain("aaaa");
        store.execute("INSERT INTO file_piece SELECT file_id, place + 524288, sealed FROM file_piece WHERE place = 0");
        assertThatThrownBy(() -> store.files.pieces().piece(file, 2 * PIECE)).isInstanceOf(StoreException.class);
    }

    @Test
    void an_upload_goes_on_at_another_server_and_a_piece_that_comes_twice_is_written_once() {
        byte[] content = noise(2 * PIECE + 5);
        StoredFile begun =
                store.files.begin(MINE, OWN, FilePurpose.GEMINI, new Announced("a name", "text/plain", content.length));
        assertThat(store.files.append(begun, Arrays.copyOf(content, PIECE))).isNotNull();
        assertThat(store.files.append(begun, Arrays.copyOf(content, PIECE))).isNull();
        store = store.reopened();
        StoredFile half = found(OWN, begun.id());
        assertThat(half.written()).isEqualTo(PIECE);
        assertThat(half.isWhole()).isFalse();
        assertThat(half.announced().about()).isEqualTo("a name");
        assertThat(store.files.list(MINE, OWN, FilePurpose.GEMINI, 0, 9)).isEmpty();
        StoredFile more =
                Objects.requireNonNull(store.files.append(half, Arrays.copyOfRange(content, PIECE, 2 * PIECE)));
        assertThat(more.arrived().sha256()).isEmpty();
        StoredFile whole = Objects.requireNonNull(
                store.files.append(more, Arrays.copyOfRange(content, 2 * PIECE, content.length)));
        assertThat(whole.isWhole()).isTrue();
        assertThat(whole.arrived().sha256()).isEqualTo(HexFormat.of().formatHex(sha256(content)));
        assertThat(read(found(OWN, begun.id()))).isEqualTo(content);
        assertThat(store.files.list(MINE, OWN, FilePurpose.GEMINI, 0, 9)).containsExactly(whole);
    }

    @Test
    void a_file_is_there_for_the_owners_keys_alone() throws IOException {
        String id = write(MINE, TEAM, FilePurpose.GEMINI, noise(3)).id();
        assertThat(found(new KeyOwner("", "team_1", "key_9"), id)).isNotNull();
        assertThat(found(KeyOwner.account("key_2"), id)).isNotNull();
        for (KeyOwner stranger :
                List.of(OWN, new KeyOwner("mem_1", "team_1", "key_3"), new KeyOwner("", "team_2", "key_4"))) {
            assertThat(store.files.find(MINE, stranger, FilePurpose.GEMINI, id)).isNull();
            assertThat(store.files.list(MINE, stranger, FilePurpose.GEMINI, 0, 9))
                    .isEmpty();
            assertThat(store.files.delete(MINE, stranger, FilePurpose.GEMINI, id))
                    .isFalse();
        }
        assertThat(store.files.find(OTHER, TEAM, FilePurpose.GEMINI, id)).isNull();
        assertThat(store.files.delete(OTHER, TEAM, FilePurpose.GEMINI, id)).isFalse();
        assertThat(store.files.find(MINE, FilePurpose.MADE, id)).isNull();
        assertThat(store.files.delete(MINE, TEAM, FilePurpose.GEMINI, id)).isTrue();
        assertThat(rows() + pieces()).isZero();
    }

    @Test
    void a_file_expires_with_its_purpose() throws IOException {
        String made = write(MINE, OWN, FilePurpose.MADE, noise(3)).id();
        String uploaded = write(MINE, OWN, FilePurpose.GEMINI, noise(3)).id();
        StoredFile begun = store.files.begin(MINE, OWN, FilePurpose.GEMINI, new Announced("", "text/plain", 3));
        store.advance(Duration.ofMinutes(60).minusMillis(1));
        store.files.erasure().sweep();
        assertThat(store.files.find(MINE, FilePurpose.MADE, made)).isNotNull();
        assertThat(rows()).isEqualTo(3);
        store.advance(Duration.ofMillis(1));
        assertThat(store.files.find(MINE, FilePurpose.MADE, made)).isNull();
        assertThat(store.files.find(MINE, OWN, FilePurpose.GEMINI, begun.id())).isNull();
        store.files.erasure().sweep();
        assertThat(rows()).isEqualTo(1);
        assertThat(store.files.append(begun, noise(3))).isNull();
        assertThat(pieces()).isEqualTo(1);
        store.advance(Duration.ofHours(47).minusMillis(1));
        assertThat(found(OWN, uploaded)).isNotNull();
        store.advance(Duration.ofMillis(1));
        store.files.erasure().sweep();
        assertThat(rows() + pieces()).isZero();
    }

    @Test
    void a_sweep_deletes_more_files_than_fit_into_a_unit() throws IOException {
        for (int i = 0; i < 9; i++) {
            write(MINE, OWN, FilePurpose.MADE, noise(3));
        }
        store.advance(Duration.ofHours(1));
        store.files.erasure().sweep();
        assertThat(rows() + pieces()).isZero();
    }

    /** Adds a row without pieces. */
    private void has(String account, String purpose, long bytes, long written) {
        store.execute(
                "INSERT INTO stored_file (id, account_id, owner, origin_id, purpose, about, mime_type, bytes, written, sha256, created_at, expires_at)"
                        + " VALUES (?, ?, '', 'key', ?, " + (stores == Stores.SQLITE ? "x''" : "''::bytea")
                        + ", 'text/plain', ?, ?, '', 1, 9000000000000)",
                "row-" + rows(),
                account,
                purpose,
                bytes,
                written);
    }

    private void wasCharged(String account, long micros) {
        store.execute(
                "UPDATE account SET consumed_micros = ?, purchased_micros = balance_micros + reserved_micros + ? WHERE id = ?",
                micros,
                micros,
                account);
    }

    private StoredFile begin(long bytes) {
        return store.files.begin(MINE, OWN, FilePurpose.GEMINI, new Announced("", "text/plain", bytes));
    }

    private void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ApiException.class, refused -> {
            assertThat(refused.error().status()).isEqualTo(429);
            assertThat(refused.error().message()).contains(message);
        });
    }

    @Test
    void an_account_without_room_gets_a_429_and_others_do_not() throws IOException {
        wasCharged(MINE, 100_000_000);
        has(MINE, "gemini", FileLimits.SHARE_BYTES - 10, FileLimits.SHARE_BYTES - 10);
        assertRefused(() -> begin(11), "1000 files or 1073741824 bytes");
        begin(10);
        assertThatThrownBy(() -> store.files.limits().requireRoom(MINE, FilePurpose.MADE, 1, 1))
                .isInstanceOf(ApiException.class);
        store.files.limits().requireRoom(OTHER, FilePurpose.MADE, 1, FileLimits.FILE_BYTES_MAX);
        write(MINE, OWN, FilePurpose.MADE, noise(3)); // paid for
    }

    @Test
    void an_account_has_at_most_a_thousand_files() {
        for (int i = 0; i < FileLimits.SHARE_FILES - 1; i++) {
            has(MINE, "made", 1, 1);
        }
        store.files.limits().requireRoom(MINE, FilePurpose.MADE, 1, 1);
        has(MINE, "made", 1, 1);
        assertRefused(() -> begin(1), "1000 files");
    }

    @Test
    void what_is_announced_takes_no_room_from_others_and_a_deletion_frees_it() {
        wasCharged(MINE, 100_000_000);
        StoredFile begun = begin(FileLimits.FILE_BYTES_MAX);
        assertThat(store.files.room().bytes(FilePurpose.GEMINI)).isZero();
        assertThat(store.files.append(begun, noise(PIECE))).isNotNull();
        assertThat(store.files.room().bytes(FilePurpose.GEMINI)).isEqualTo(PIECE);
        store.files.erasure().sweep();
        assertThat(store.files.room().bytes(FilePurpose.GEMINI)).isEqualTo(PIECE);
        assertThat(store.files.delete(MINE, OWN, FilePurpose.GEMINI, begun.id()))
                .isTrue();
        assertThat(store.files.room().bytes(FilePurpose.GEMINI)).isZero();
        assertThat(rows() + pieces()).isZero();
    }

    @Test
    void four_uploads_have_begun_and_an_idle_one_makes_room_for_the_next() {
        List<StoredFile> begun = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            begun.add(begin(2 * PIECE));
        }
        assertRefused(() -> begin(1), "4 uploads that have begun");
        store.advance(Duration.ofSeconds(30));
        assertThat(store.files.append(begun.getFirst(), noise(PIECE))).isNotNull();
        store.advance(Duration.ofSeconds(31));
        begin(1);
        assertThat(found(OWN, begun.getFirst().id()).written()).isEqualTo(PIECE);
        assertThat(rows()).isEqualTo(4);
        assertThat(store.files.append(begun.getFirst(), noise(PIECE))).isNull();
    }

    @Test
    void an_upload_ends_an_hour_after_its_last_piece() {
        StoredFile begun = begin(3L * PIECE);
        store.advance(Duration.ofMinutes(59));
        StoredFile more = Objects.requireNonNull(store.files.append(begun, noise(PIECE)));
        store.advance(Duration.ofMinutes(59));
        store.files.erasure().sweep();
        assertThat(store.files.append(more, noise(PIECE))).isNotNull();
        store.advance(Duration.ofMinutes(60));
        store.files.erasure().sweep();
        assertThat(rows() + pieces()).isZero();
    }

    @Test
    void a_new_account_has_room_for_64_mib_until_it_pays() {
        has(MINE, "gemini", FileLimits.NEW_BYTES - 1, FileLimits.NEW_BYTES - 1);
        begin(1);
        assertRefused(() -> begin(1), "Until it has bought credits or been charged 100 credits");
        store.files
                .limits()
                .requireRoom(MINE, FilePurpose.MADE, 1, FileLimits.FILE_BYTES_MAX); // an image costs credits
        wasCharged(MINE, 99_999_999);
        assertRefused(() -> begin(1), "Until it has bought");
        store.execute("INSERT INTO payment (id, account_id, channel, created_at, net_cents, credit_micros, state)"
                + " VALUES ('pay_1', '" + MINE + "', 'stripe', 1, 1, 1, 'open')");
        assertRefused(() -> begin(1), "Until it has bought");
        store.execute("UPDATE payment SET state = 'paid'");
        begin(1);
        store.execute("UPDATE payment SET state = 'open'");
        wasCharged(MINE, 100_000_000);
        begin(1);
    }

    @Test
    void an_account_leaves_others_as_much_as_it_takes_and_images_a_quarter() {
        wasCharged(MINE, 100_000_000);
        long gib = 1L << 30;
        has(MINE, "gemini", 450L << 20, 450L << 20);
        for (int i = 0; i < 5; i++) {
            has("far_" + i, "gemini", gib, gib); // of 8 GiB, six are for them
        }
        store.files.erasure().sweep();
        assertRefused(() -> begin(FileLimits.FILE_BYTES_MAX), "as much as it leaves for the others");
        begin(10 << 20);
        store.files.limits().requireRoom(MINE, FilePurpose.MADE, 1, FileLimits.FILE_BYTES_MAX);
        has("far_5", "made", gib, gib);
        has("far_6", "made", gib, gib);
        store.files.erasure().sweep();
        store.files.limits().requireRoom(OTHER, FilePurpose.MADE, 1, 512L << 20);
        assertRefused(
                () -> store.files.limits().requireRoom(OTHER, FilePurpose.MADE, 1, 600L << 20), "too little room");
    }

    @Test
    void an_upload_stops_when_others_have_filled_the_room() {
        StoredFile begun = begin(2 * PIECE);
        for (int i = 0; i < 6; i++) {
            has("far_" + i, "gemini", 1L << 30, 1L << 30);
        }
        store.files.erasure().sweep();
        assertRefused(() -> store.files.limits().requireRoom(begun, PIECE), "too little room");
        assertRefused(() -> store.files.append(begun, noise(PIECE)), "too little room");
        store.execute("DELETE FROM stored_file WHERE account_id = 'far_5'");
        store.files.erasure().sweep();
        store.files.limits().requireRoom(begun, PIECE);
    }

    @Test
    void a_deletion_takes_small_steps_and_the_file_is_gone_before_them() throws IOException {
        StoredFile file =
                write(MINE, OWN, FilePurpose.CACHED_CONTENTS, noise((FilesPart.PIECES_AT_ONCE + 2) * PIECE - 1));
        store.commit(FilesPart.delete(
                MINE, OWN, FilePurpose.CACHED_CONTENTS, file.id(), store.now().toEpochMilli()));
        assertThat(store.files.find(MINE, OWN, FilePurpose.CACHED_CONTENTS, file.id()))
                .isNull();
        assertThat(store.files.delete(MINE, OWN, FilePurpose.CACHED_CONTENTS, file.id()))
                .isFalse();
        assertThat(store.decide(FilesPart.erase(file.id())))
                .isEqualTo(new FilesPart.Done(true, file.bytes() - 2 * PIECE, FilePurpose.CACHED_CONTENTS));
        assertThat(pieces()).isEqualTo(2);
        assertThat(notes()).isEmpty();
        store.files.erasure().sweep(); // as after a crash
        assertThat(rows() + pieces()).isZero();
    }

    @Test
    void an_account_changes_its_files_600_times_a_minute() throws IOException {
        String id = write(MINE, OWN, FilePurpose.CACHED_CONTENTS, noise(3)).id();
        Allowances allowances = new Allowances(store.database, CallsFixture.SECRETS, store::now);
        Allowances.Allowance changes =
                allowances.of("file-changes", MINE, FileStore.CHANGES_A_MINUTE, Duration.ofMinutes(1));
        for (int left = FileStore.CHANGES_A_MINUTE - 1; left > 0; left -= 64) {
            store.commit(Stream.generate(() -> allowances.using(List.of(changes)))
                    .limit(Math.min(64, left))
                    .toArray(Change[]::new));
        }
        begin(3);
        long later = store.now().plusSeconds(60).toEpochMilli();
        assertRefused(() -> begin(3), "600 uploads and cached contents within a minute");
        assertRefused(
                () -> store.files.keepUntil(MINE, OWN, FilePurpose.CACHED_CONTENTS, id, later), "within a minute");
        assertRefused(() -> store.files.delete(MINE, OWN, FilePurpose.CACHED_CONTENTS, id), "within a minute");
        assertThat(rows()).isEqualTo(2);
        store.files.begin(OTHER, OWN, FilePurpose.GEMINI, new Announced("", "text/plain", 3));
        store.advance(Duration.ofMinutes(1));
        assertThat(store.files.delete(MINE, OWN, FilePurpose.CACHED_CONTENTS, id))
                .isTrue();
    }

    @Test
    void files_of_a_blocked_account_go_after_an_hour() throws IOException {
        write(MINE, OWN, FilePurpose.GEMINI, noise(3));
        write(OTHER, OWN, FilePurpose.GEMINI, noise(3));
        store.files.erasure().sweep();
        store.execute("UPDATE account SET blocked = 1 WHERE id = '" + MINE + "'");
        store.files.erasure().sweep();
        store.advance(Duration.ofMinutes(60).minusMillis(1));
        store.files.erasure().sweep();
        assertThat(rows()).isEqualTo(2);
        store.advance(Duration.ofMillis(1));
        store.files.erasure().sweep();
        assertThat(store.number("SELECT COUNT(*) FROM stored_file WHERE account_id = '" + OTHER + "'"))
                .isEqualTo(1);
        assertThat(rows() + pieces()).isEqualTo(2);
    }

    @Test
    void the_operator_sees_whose_files_take_the_room_and_deletes_them() throws IOException {
        StoredFile small = write(MINE, OWN, FilePurpose.GEMINI, noise(3));
        StoredFile large = write(MINE, OWN, FilePurpose.CACHED_CONTENTS, noise(PIECE + 1));
        write(OTHER, OWN, FilePurpose.MADE, noise(4));
        assertThat(store.files.held().holders())
                .containsExactly(
                        new HeldFiles.Holder(MINE, 2, small.bytes() + large.bytes()),
                        new HeldFiles.Holder(OTHER, 1, 4));
        assertThat(store.files.held().of(MINE)).extracting(HeldFiles.Held::id).containsExactly(large.id(), small.id());
        HeldFiles.Removal one = store.files.held().removal(MINE, large.id());
        store.commit(one.change());
        assertThat(one.files().getAsInt()).isEqualTo(1);
        assertThat(store.files.held().of(MINE)).extracting(HeldFiles.Held::id).containsExactly(small.id());
        HeldFiles.Removal none = store.files.held().removal(OTHER, small.id());
        HeldFiles.Removal all = store.files.held().removal(MINE, null);
        store.commit(none.change(), all.change());
        assertThat(none.files().getAsInt()).isZero();
        assertThat(all.files().getAsInt()).isEqualTo(1);
        store.files.erasure().sweep();
        assertThat(rows() + pieces()).isEqualTo(2);
    }

    @Test
    void a_list_has_pages() throws IOException {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.addFirst(write(MINE, OWN, FilePurpose.GEMINI, noise(3)).id());
            store.advance(Duration.ofSeconds(1));
        }
        assertThat(store.files.list(MINE, OWN, FilePurpose.GEMINI, 1, 1))
                .extracting(StoredFile::id)
                .containsExactly(ids.get(1));
        assertThat(store.files.list(MINE, OWN, FilePurpose.GEMINI, 3, 1)).isEmpty();
    }

    @Test
    void a_file_that_ends_too_early_leaves_nothing() {
        assertThatThrownBy(() -> store.files.write(
                        MINE,
                        OWN,
                        FilePurpose.MADE,
                        new Announced("", "image/png", PIECE + 2),
                        new ByteArrayInputStream(noise(PIECE + 1))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.files.write(
                        MINE,
                        OWN,
                        FilePurpose.MADE,
                        new Announced("", "image/png", PIECE + 2),
                        new ByteArrayInputStream(noise(PIECE))))
                .isInstanceOf(IOException.class);
        assertThat(rows() + pieces()).isZero();
    }

    @Test
    void a_missing_piece_and_a_piece_without_a_file_are_notes_of_the_check() throws IOException {
        write(MINE, OWN, FilePurpose.GEMINI, noise(PIECE + 1));
        store.execute("INSERT INTO file_piece SELECT 'other', place, sealed FROM file_piece WHERE place = 0");
        store.execute("DELETE FROM file_piece WHERE file_id <> 'other' AND place = 0");
        assertThat(notes())
                .containsExactly(
                        "1 stored files lack pieces: their readers get an error.",
                        "1 pieces of stored files belong to no file.");
    }
}
