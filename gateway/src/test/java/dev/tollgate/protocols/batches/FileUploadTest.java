package dev.tollgate.protocols.batches;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.calls.files.FilePieces;
import dev.tollgate.calls.files.FilePurpose;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.calls.files.StoredFile.Announced;
import dev.tollgate.http.Caller;
import dev.tollgate.protocols.openai.FormStream;
import dev.tollgate.testing.CallsFixture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Uploads at their limits, without a server. */
class FileUploadTest {

    private static final String MINE = "acc_1";
    private static final KeyOwner OWN = KeyOwner.account("key_1");
    private static final int PIECE = FilePieces.PIECE_BYTES;

    @TempDir
    Path folder;

    private CallsFixture store;
    private Runnable key = () -> {};

    @BeforeEach
    void open() {
        store = new CallsFixture(folder);
        store.account(MINE, 1_000_000);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private record Uploader(String accountId) implements Caller {

        @Override
        public KeyOwner reads() {
            return OWN;
        }
    }

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static InputStream begin(int bytes) {
        return text("--B\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n" + "x".repeat(bytes));
    }

    private static InputStream end() {
        return text("\r\n--B\r\nContent-Disposition: form-data; name=purpose\r\n\r\nbatch\r\n--B--");
    }

    private StoredFile uploaded(InputStream form, long bytesMax, long announced, Lease memory) throws IOException {
        FormStream parts = new FormStream(form, "multipart/form-data; boundary=B");
        return new FileUpload(store.files, new Uploader(MINE), key, parts, bytesMax, announced, memory)
                .read()
                .file();
    }

    private long left() {
        return store.number("SELECT COUNT(*) FROM file_piece") + store.number("SELECT COUNT(*) FROM stored_file");
    }

    @ParameterizedTest
    @ValueSource(ints = {10, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE})
    void a_file_has_exactly_its_limit_and_not_a_byte_more(int max) throws IOException {
        for (long announced : new long[] {-1, max + 1_000}) {
            StoredFile file = uploaded(new SequenceInputStream(begin(max), end()), max, announced, Lease.FREE);
            assertThat(file.bytes()).isEqualTo(max);
            store.files.delete(MINE, OWN, FilePurpose.BATCH, file.id());
            assertThatThrownBy(
                            () -> uploaded(new SequenceInputStream(begin(max + 1), end()), max, announced, Lease.FREE))
                    .isInstanceOfSatisfying(ApiException.class, refused -> {
                        assertThat(refused.error().status()).isEqualTo(413);
                        assertThat(refused.error().message()).contains("at most " + max + " bytes");
                    });
            assertThat(left()).isZero();
        }
    }

    @Test
    void an_upload_whose_room_another_took_is_a_409() {
        InputStream meanwhile = new InputStream() {
            @Override
            public int read() {
                store.advance(Duration.ofSeconds(61));
                for (int i = 0; i < 4; i++) {
                    store.files.begin(MINE, OWN, FilePurpose.GEMINI, new Announced("", "text/plain", 1));
                }
                return -1;
            }
        };
        SequenceInputStream form = new SequenceInputStream(
                new SequenceInputStream(begin(PIECE + 1), meanwhile),
                new SequenceInputStream(text("x".repeat(PIECE)), end()));
        assertThatThrownBy(() -> uploaded(form, 3L * PIECE, -1, Lease.FREE))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        refused -> assertThat(refused.error().status()).isEqualTo(409));
    }

    @Test
    void a_body_that_breaks_off_leaves_nothing() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }
        };
        assertThatThrownBy(() ->
                        uploaded(new SequenceInputStream(begin(2 * PIECE + 1), broken), 9L * PIECE, -1, Lease.FREE))
                .isInstanceOf(IOException.class);
        assertThat(left()).isZero();
    }

    @Test
    void an_upload_takes_the_memory_of_a_piece() throws IOException {
        MemoryBudget budget = new MemoryBudget(3L * PIECE);
        Lease small = budget.lease(MINE, "net", true);
        StoredFile file = uploaded(new SequenceInputStream(begin(20 * PIECE), end()), 99L * PIECE, -1, small);
        assertThat(file.bytes()).isEqualTo(20L * PIECE);
        assertThat(budget.takenBytes()).isEqualTo(PIECE);
        small.release();
    }

    /** Of three pieces the second, or the last, is refused. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void an_upload_whose_key_is_disabled_ends_and_leaves_nothing(int piece) {
        int[] judged = {0};
        key = () -> {
            if (++judged[0] == piece) {
                throw ApiError.of(ErrorCode.INVALID_API_KEY, "The API key is disabled.")
                        .asException();
            }
        };
        assertThatThrownBy(() -> uploaded(
                        new SequenceInputStream(begin(2 * PIECE + 1), end()), 9L * PIECE, 9L * PIECE, Lease.FREE))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        refused -> assertThat(refused.error().status()).isEqualTo(401));
        assertThat(judged[0]).isEqualTo(piece);
        assertThat(left()).isZero();
    }

    @Test
    void what_is_ignored_is_said() throws IOException {
        FormStream parts = new FormStream(
                new SequenceInputStream(
                        text("--B\r\nContent-Disposition: form-data; name=\"a[b]\"\r\n\r\nx\r\n"),
                        new SequenceInputStream(begin(1), end())),
                "multipart/form-data; boundary=B");
        FileUpload.Uploaded uploaded =
                new FileUpload(store.files, new Uploader(MINE), key, parts, 9, -1, Lease.FREE).read();
        assertThat(uploaded.ignored()).isEqualTo(List.of("a[b]"));
        assertThat(Objects.requireNonNull(
                        store.files.inputs().find(MINE, OWN, uploaded.file().id())))
                .isEqualTo(uploaded.file());
    }
}
