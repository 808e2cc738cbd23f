package dev.tollgate.calls.files;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.calls.files.StoredFile.Announced;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallsFixture;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Inputs of batches and their limits, over the real databases. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class BatchInputsTest {

    private static final String MINE = "acc_1";
    private static final KeyOwner OWN = KeyOwner.account("key_1");
    private static final int PIECE = FilePieces.PIECE_BYTES;
    private static final long MIB = 1 << 20;

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private CallsFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, CallsFixture::new);
        store.account(MINE, 1_000_000);
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

    private StoredFile begin(FilePurpose purpose, long bytes) {
        return store.files.begin(MINE, OWN, purpose, new Announced("in", "application/jsonl", bytes));
    }

    private StoredFile begin(long bytes) {
        return begin(FilePurpose.BATCH, bytes);
    }

    private StoredFile written(int bytes) {
        return Objects.requireNonNull(store.files.end(begin(bytes), noise(bytes), "", FilePurpose.BATCH.kept()));
    }

    private void wasCharged() {
        store.execute(
                "UPDATE account SET consumed_micros = 100000000, purchased_micros = balance_micros + reserved_micros + 100000000 WHERE id = '"
                        + MINE + "'");
    }

    private void hasResults(String account, long bytes) {
        if (!account.equals(MINE)) {
            store.account(account, 0);
        }
        Jobs jobs = new Jobs(store.database, store.writer, CallsFixture.SECRETS, () -> store.now());
        String id = "chatcmpl-" + "2".repeat(30) + account.charAt(account.length() - 1);
        jobs.accept(id, account, OWN, Job.Kind.RESPONSE, null, "hash", new byte[1]);
        store.execute("UPDATE job SET sealed_bytes = " + bytes + " WHERE id = '" + id + "'");
        store.files.erasure().sweep();
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ApiException.class, refused -> {
            assertThat(refused.error().status()).isEqualTo(429);
            assertThat(refused.error().message()).contains(message);
        });
    }

    @Test
    void a_file_has_the_bytes_that_came_and_its_time_since_it_began() {
        byte[] content = noise(PIECE + 9);
        StoredFile begun = begin(10 * MIB);
        StoredFile more = Objects.requireNonNull(store.files.append(begun, Arrays.copyOf(content, PIECE)));
        assertThat(store.files.inputs().find(MINE, OWN, begun.id())).isNull();
        store.advance(Duration.ofMinutes(10));
        StoredFile whole = Objects.requireNonNull(store.files.end(
                more, Arrays.copyOfRange(content, PIECE, content.length), "its hash", Duration.ofHours(1)));
        assertThat(store.files.inputs().find(MINE, OWN, begun.id())).isEqualTo(whole);
        assertThat(whole.bytes()).isEqualTo(content.length);
        assertThat(whole.arrived().sha256()).isEqualTo("its hash");
        assertThat(whole.arrived().expiresAt())
                .isEqualTo(begun.createdAt() + Duration.ofHours(1).toMillis());
        assertThat(store.files.pieces().whole(whole)).isEqualTo(content);
        assertThat(store.files.append(more, noise(PIECE))).isNull();
    }

    @Test
    void an_upload_that_nobody_ends_leaves_no_piece_after_an_hour() {
        store.files.append(begin(3L * PIECE), noise(PIECE));
        store.advance(Duration.ofMinutes(60));
        store.files.erasure().sweep();
        assertThat(store.number("SELECT COUNT(*) FROM file_piece") + store.number("SELECT COUNT(*) FROM stored_file"))
                .isZero();
    }

    @Test
    void inputs_and_results_share_half_of_an_accounts_room() {
        hasResults(MINE, 30 * MIB);
        assertThat(store.files.limits().left(MINE, FilePurpose.BATCH)).isEqualTo(2 * MIB);
        assertThat(store.files.limits().hasRoomForResults(MINE, 2 * MIB)).isTrue();
        begin(2 * MIB);
        assertRefused(
                () -> begin(1),
                "take 33554432 bytes, and 1 more are announced. Together they have room for 33554432 bytes");
        assertThat(store.files.limits().left(MINE, FilePurpose.BATCH)).isZero();
        assertThat(store.files.limits().hasRoomForResults(MINE, 1)).isFalse();
        begin(FilePurpose.GEMINI, 32 * MIB);
        assertRefused(() -> begin(FilePurpose.GEMINI, 1), "Until it has bought credits");
        wasCharged();
        assertThat(store.files.limits().left(MINE, FilePurpose.BATCH)).isEqualTo(FileLimits.FILE_BYTES_MAX);
        hasResults("acc_2", 1);
        store.execute("UPDATE job SET sealed_bytes = " + 470 * MIB + " WHERE account_id = '" + MINE + "'");
        assertThat(store.files.limits().left(MINE, FilePurpose.BATCH)).isEqualTo(40 * MIB);
    }

    @Test
    void inputs_and_results_of_all_accounts_share_half_of_the_room() {
        for (int i = 2; i < 6; i++) {
            hasResults("acc_" + i, 1L << 30); // of 8 GiB
        }
        assertThat(store.files.limits().left(MINE, FilePurpose.BATCH)).isZero();
        assertThat(store.files.limits().hasRoomForResults(MINE, 1)).isFalse();
        assertRefused(() -> begin(1), "too little room");
        begin(FilePurpose.GEMINI, 1);
        store.execute("UPDATE job SET sealed_bytes = 0 WHERE account_id = 'acc_2'");
        store.files.erasure().sweep();
        begin(1);
    }

    @Test
    void four_uploads_have_begun_with_googles_and_an_idle_one_makes_room() {
        List<StoredFile> begun = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            begun.add(begin(i % 2 == 0 ? FilePurpose.BATCH : FilePurpose.GEMINI, 2 * PIECE));
        }
        assertRefused(() -> begin(1), "4 uploads that have begun");
        assertRefused(() -> begin(FilePurpose.GEMINI, 1), "4 uploads that have begun");
        store.advance(Duration.ofSeconds(61));
        begin(1);
        assertThat(store.files.append(begun.getFirst(), noise(PIECE))).isNull();
    }

    @Test
    void a_used_input_is_kept_longer_and_never_shorter() {
        StoredFile file = written(5);
        Instant until = Instant.ofEpochMilli(file.createdAt()).plus(Duration.ofDays(31));
        assertThat(store.files.inputs().keep(file, OWN, until)).isTrue();
        StoredFile kept = Objects.requireNonNull(store.files.inputs().find(MINE, OWN, file.id()));
        assertThat(kept.arrived().expiresAt()).isEqualTo(until.toEpochMilli());
        assertThat(store.files.inputs().keep(kept, OWN, until.minusSeconds(9))).isTrue();
        assertThat(store.files.inputs().find(MINE, OWN, file.id())).isEqualTo(kept);
        assertThat(store.files.inputs().keep(file, KeyOwner.account("key_2"), until))
                .isTrue();
        assertThat(store.files.inputs().keep(file, new KeyOwner("mem_1", "", "key_3"), until))
                .isFalse();
    }

    @Test
    void a_list_goes_on_behind_a_file_in_both_orders() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ids.add(written(1).id());
            if (i == 1) {
                ids.sort(null);
                store.advance(Duration.ofMillis(1));
            } else if (i == 3) {
                ids.subList(2, 4).sort(null);
            }
        }
        long last = store.now().toEpochMilli();
        assertThat(list(0, "", true)).isEqualTo(ids);
        assertThat(list(last - 1, ids.get(1), true)).isEqualTo(ids.subList(2, 4));
        assertThat(list(last, ids.get(2), true)).isEqualTo(ids.subList(3, 4));
        assertThat(list(Long.MAX_VALUE, "", false)).isEqualTo(ids.reversed());
        assertThat(list(last, ids.get(2), false)).isEqualTo(ids.subList(0, 2).reversed());
    }

    private List<String> list(long createdAt, String id, boolean isAscending) {
        return store.files.inputs().list(MINE, OWN, createdAt, id, isAscending, 10).stream()
                .map(StoredFile::id)
                .toList();
    }
}
