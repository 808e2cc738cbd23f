package dev.tollgate.calls.files;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.calls.files.FileStore.Purpose;
import dev.tollgate.calls.files.FileStore.StoredFile;
import dev.tollgate.storage.StoreException;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.StoreFixture;
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
    private static final int PIECE = FileStore.PIECE_BYTES;

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private StoreFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, StoreFixture::new);
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

    private StoredFile write(String account, KeyOwner owner, Purpose purpose, byte[] content) throws IOException {
        return store.files.write(
                account, owner, purpose, "image/png", content.length, new ByteArrayInputStream(content));
    }

    private byte[] read(StoredFile file) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (long at = 0; at < file.bytes(); at += PIECE) {
            all.writeBytes(store.files.piece(file, at));
        }
        return all.toByteArray();
    }

    private StoredFile found(KeyOwner reads, String id) {
        return Objects.requireNonNull(store.files.find(MINE, reads, Purpose.GEMINI, id));
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
            String id = write(MINE, OWN, Purpose.GEMINI, content).id();
            store = store.reopened();
            assertThat(read(found(OWN, id))).isEqualTo(content);
        }
        assertThat(notes()).isEmpty();
    }

    @Test
    void content_and_name_are_sealed_and_each_piece_stays_at_its_place() throws IOException {
        byte[] content = new byte[2 * PIECE];
        Arrays.fill(content, (byte) 'a');
        StoredFile file = write(MINE, OWN, Purpose.GEMINI, content);
        byte[] sealed = store.database.read(
                sql -> sql.one("SELECT sealed FROM file_piece WHERE place = 0", row -> row.getBytes(1)));
        assertThat(new String(Objects.requireNonNull(sealed), StandardCharsets.ISO_8859_1))
                .doesNotContain("aaaa");
        store.execute("INSERT INTO file_piece SELECT file_id, place + 524288, sealed FROM file_piece WHERE place = 0");
        assertThatThrownBy(() -> store.files.piece(file, 2 * PIECE)).isInstanceOf(StoreException.class);
    }

    @Test
    void an_upload_goes_on_at_another_server_and_a_piece_that_comes_twice_is_written_once() {
        byte[] content = noise(2 * PIECE + 5);
        StoredFile begun = store.files.begin(MINE, OWN, Purpose.GEMINI, "a name", "text/plain", content.length);
        assertThat(store.files.append(begun, Arrays.copyOf(content, PIECE))).isNotNull();
        assertThat(store.files.append(begun, Arrays.copyOf(content, PIECE))).isNull();
        store = store.reopened();
        StoredFile half = found(OWN, begun.id());
        assertThat(half.written()).isEqualTo(PIECE);
        assertThat(half.isWhole()).isFalse();
        assertThat(half.about()).isEqualTo("a name");
        assertThat(store.files.list(MINE, OWN, Purpose.GEMINI)).isEmpty();
        StoredFile more =
                Objects.requireNonNull(store.files.append(half, Arrays.copyOfRange(content, PIECE, 2 * PIECE)));
        assertThat(more.sha256()).isEmpty();
        StoredFile whole = Objects.requireNonNull(
                store.files.append(more, Arrays.copyOfRange(content, 2 * PIECE, content.length)));
        assertThat(whole.isWhole()).isTrue();
        assertThat(whole.sha256()).isEqualTo(HexFormat.of().formatHex(sha256(content)));
        assertThat(read(found(OWN, begun.id()))).isEqualTo(content);
        assertThat(store.files.list(MINE, OWN, Purpose.GEMINI)).containsExactly(whole);
    }

    @Test
    void a_file_is_there_for_the_owners_keys_alone() throws IOException {
        String id = write(MINE, TEAM, Purpose.GEMINI, noise(3)).id();
        assertThat(found(new KeyOwner("", "team_1", "key_9"), id)).isNotNull();
        assertThat(found(KeyOwner.account("key_2"), id)).isNotNull();
        for (KeyOwner stranger :
                List.of(OWN, new KeyOwner("mem_1", "team_1", "key_3"), new KeyOwner("", "team_2", "key_4"))) {
            assertThat(store.files.find(MINE, stranger, Purpose.GEMINI, id)).isNull();
            assertThat(store.files.list(MINE, stranger, Purpose.GEMINI)).isEmpty();
            assertThat(store.files.delete(MINE, stranger, Purpose.GEMINI, id)).isFalse();
        }
        assertThat(store.files.find(OTHER, TEAM, Purpose.GEMINI, id)).isNull();
        assertThat(store.files.delete(OTHER, TEAM, Purpose.GEMINI, id)).isFalse();
        assertThat(store.files.find(MINE, Purpose.MADE, id)).isNull();
        assertThat(store.files.delete(MINE, TEAM, Purpose.GEMINI, id)).isTrue();
        assertThat(rows() + pieces()).isZero();
    }

    @Test
    void a_file_expires_with_its_purpose() throws IOException {
        String made = write(MINE, OWN, Purpose.MADE, noise(3)).id();
        String uploaded = write(MINE, OWN, Purpose.GEMINI, noise(3)).id();
        StoredFile begun = store.files.begin(MINE, OWN, Purpose.GEMINI, "", "text/plain", 3);
        store.advance(Duration.ofMinutes(60).minusMillis(1));
        store.files.sweep();
        assertThat(store.files.find(MINE, Purpose.MADE, made)).isNotNull();
        assertThat(rows()).isEqualTo(3);
        store.advance(Duration.ofMillis(1));
        assertThat(store.files.find(MINE, Purpose.MADE, made)).isNull();
        assertThat(store.files.find(MINE, OWN, Purpose.GEMINI, begun.id())).isNull();
        store.files.sweep();
        assertThat(rows()).isEqualTo(1);
        assertThat(store.files.append(begun, noise(3))).isNull();
        assertThat(pieces()).isEqualTo(1);
        store.advance(Duration.ofHours(47).minusMillis(1));
        assertThat(found(OWN, uploaded)).isNotNull();
        store.advance(Duration.ofMillis(1));
        store.files.sweep();
        assertThat(rows() + pieces()).isZero();
    }

    @Test
    void a_sweep_deletes_more_files_than_fit_into_a_unit() throws IOException {
        for (int i = 0; i < 9; i++) {
            write(MINE, OWN, Purpose.MADE, noise(3));
        }
        store.advance(Duration.ofHours(1));
        store.files.sweep();
        assertThat(rows() + pieces()).isZero();
    }

    @Test
    void an_account_without_room_gets_a_429_and_others_do_not() throws IOException {
        long most = FileStore.FILE_BYTES_MAX;
        for (int i = 0; i < 10; i++) {
            store.files.begin(MINE, OWN, Purpose.GEMINI, "", "text/plain", most);
        }
        long rest = FileStore.SHARE_BYTES - 10 * most;
        assertThatThrownBy(() -> store.files.begin(MINE, OWN, Purpose.GEMINI, "", "text/plain", rest + 1))
                .isInstanceOfSatisfying(ApiException.class, refused -> {
                    assertThat(refused.error().status()).isEqualTo(429);
                    assertThat(refused.error().message()).contains("1000 files or 1073741824 bytes");
                });
        store.files.begin(MINE, OWN, Purpose.GEMINI, "", "text/plain", rest);
        assertThatThrownBy(() -> store.files.requireRoom(MINE, 1, 1)).isInstanceOf(ApiException.class);
        store.files.requireRoom(OTHER, 1, most);
        write(MINE, OWN, Purpose.MADE, noise(3)); // paid for
    }

    @Test
    void an_account_has_at_most_a_thousand_files() {
        for (int i = 0; i < FileStore.SHARE_FILES - 1; i++) {
            store.files.begin(MINE, OWN, Purpose.GEMINI, "", "text/plain", 1);
        }
        store.files.requireRoom(MINE, 1, 1);
        store.files.begin(MINE, OWN, Purpose.GEMINI, "", "text/plain", 1);
        assertThatThrownBy(() -> store.files.begin(MINE, OWN, Purpose.GEMINI, "", "text/plain", 1))
                .isInstanceOf(ApiException.class);
    }

    @Test
    void the_files_of_all_accounts_have_a_limit() {
        for (int i = 0; i < 10; i++) {
            store.files.begin(MINE, OWN, Purpose.GEMINI, "", "text/plain", FileStore.FILE_BYTES_MAX);
        }
        long left = StoreFixture.FILES_BYTES - 10 * FileStore.FILE_BYTES_MAX;
        store.files.requireRoom(OTHER, 1, left);
        assertThatThrownBy(() -> store.files.requireRoom(OTHER, 1, left + 1)).isInstanceOf(ApiException.class);
        store = store.reopened();
        store.files.sweep();
        assertThatThrownBy(() -> store.files.requireRoom(OTHER, 1, left + 1)).isInstanceOf(ApiException.class);
    }

    @Test
    void a_file_that_ends_too_early_leaves_nothing() {
        assertThatThrownBy(() -> store.files.write(
                        MINE, OWN, Purpose.MADE, "image/png", PIECE + 2, new ByteArrayInputStream(noise(PIECE + 1))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.files.write(
                        MINE, OWN, Purpose.MADE, "image/png", PIECE + 2, new ByteArrayInputStream(noise(PIECE))))
                .isInstanceOf(IOException.class);
        assertThat(rows() + pieces()).isZero();
    }

    @Test
    void a_missing_piece_and_a_piece_without_a_file_are_notes_of_the_check() throws IOException {
        write(MINE, OWN, Purpose.GEMINI, noise(PIECE + 1));
        store.execute("INSERT INTO file_piece SELECT 'other', place, sealed FROM file_piece WHERE place = 0");
        store.execute("DELETE FROM file_piece WHERE file_id <> 'other' AND place = 0");
        assertThat(notes())
                .containsExactly(
                        "1 stored files lack pieces: their readers get an error.",
                        "1 pieces of stored files belong to no file.");
    }
}
