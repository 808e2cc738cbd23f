package dev.tollgate.upstreams.media;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Randomly;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The files of calls in a spool with room for four thousand bytes, of which a file takes one until it is whole. */
@Timeout(60)
class MadeFilesTest {

    private static final byte[] SOME = "QUJD".repeat(100).getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    private MediaSpool spool;

    @BeforeEach
    void open() throws IOException {
        spool = MediaSpool.open(folder, 4_000);
    }

    private MadeFiles files(String account) {
        return new MadeFiles(spool, account, 10_000, false);
    }

    private static MadeData.Filed written(MadeFiles files) throws Exception {
        MadeFiles.Writing writing = files.begin(null);
        writing.write(SOME, SOME.length);
        return writing.finish();
    }

    private MadeFiles.Writing begun(String account) throws Exception {
        MadeFiles.Writing file = files(account).begin(null);
        file.write(SOME, SOME.length);
        return file;
    }

    @Test
    void what_was_written_is_read_until_its_call_lets_it_go() throws Exception {
        MadeFiles files = files("a");
        MadeData.Filed file = written(files);
        assertThat(file.read(4, 8)).isEqualTo("QUJDQUJD".getBytes(StandardCharsets.US_ASCII));
        assertThat(file.size()).isEqualTo(SOME.length);
        assertThat(file.head()).isEqualTo("QUJD".repeat(100));
        assertThat(spool.fileBytes()).isEqualTo(SOME.length);
        assertThat(file.text()).startsWith(MadeFiles.MARK).hasSize(MadeFiles.NAME_CHARS);
        files.release();
        assertThat(spool.fileBytes()).isZero();
        assertThatThrownBy(() -> file.read(0, 1)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> written(files)).isInstanceOf(IOException.class);
    }

    @Test
    void a_file_begins_when_there_is_room_for_all_of_it() throws Exception {
        MadeFiles.Writing first = begun("a");
        begun("b");
        begun("c");
        assertThat(spool.fileBytes()).isEqualTo(3_000);
        MadeFiles.Writing last = files("d").begin(null);
        Thread waiting = writes(last);
        awaits(waiting);
        first.discard();
        waiting.join();
        last.finish();
        assertThat(spool.fileBytes()).isEqualTo(2_000 + SOME.length);
    }

    @Test
    void who_is_no_longer_wanted_waits_no_longer() throws Exception {
        begun("a");
        begun("b");
        begun("c");
        Thread waiting = writes(files("d").begin(null));
        awaits(waiting);
        waiting.interrupt();
        waiting.join();
        assertThat(spool.fileBytes()).isEqualTo(3_000);
    }

    /** Or two answers that have all the room would wait for each other. */
    @Test
    void of_the_answers_that_have_files_one_goes_on_without_room() throws Exception {
        MadeFiles a = files("a");
        MadeFiles b = files("b");
        written(a);
        written(b);
        MadeFiles.Writing full = begun("c");
        begun("d");
        written(a);
        Thread waiting = writes(b.begin(null));
        awaits(waiting);
        a.release();
        waiting.join();
        full.discard();
        b.release();
    }

    @Test
    void calls_that_run_at_once_share_the_room_of_the_disk() throws Exception {
        AtomicLong free = new AtomicLong(30_000);
        spool = MediaSpool.open(folder, 1_000_000, free::get);
        MadeFiles a = files("a");
        MadeFiles b = files("b");
        assertThat(a.hasRoom(2)).as("26,672 bytes of base64").isTrue();
        assertThat(b.hasRoom(1)).isFalse();
        written(a);
        free.addAndGet(-SOME.length);
        assertThat(b.hasRoom(1)).as("what is written counts once").isFalse();
        free.set(40_007 - SOME.length);
        assertThat(b.hasRoom(1)).isFalse();
        free.incrementAndGet();
        assertThat(b.hasRoom(1)).isTrue();
        a.release();
        b.release();
        free.set(13_336);
        assertThat(files("c").hasRoom(1)).as("given back").isTrue();
    }

    @Test
    void a_disk_that_holds_all_files_of_the_spool_has_room() throws Exception {
        spool = MediaSpool.open(folder, 4_000, () -> 4_000);
        assertThat(files("a").hasRoom(1)).isTrue();
        spool = MediaSpool.open(folder, 4_000, () -> 3_999);
        assertThat(files("a").hasRoom(1)).isFalse();
        spool = MediaSpool.open(folder, 4_000, () -> {
            throw new IOException("gone");
        });
        assertThat(files("a").hasRoom(1)).isFalse();
    }

    private static Thread writes(MadeFiles.Writing file) {
        return Thread.ofVirtual().start(() -> {
            try {
                file.write(SOME, SOME.length);
            } catch (IOException | InterruptedException e) {
                file.discard();
            }
        });
    }

    private static void awaits(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    /** Parts of a speech lie in one file; base64 of each ends somewhere, with padding or without, and any piece of the bytes can be read. */
    @Test
    void the_bytes_of_parts_are_read_in_any_pieces() throws Exception {
        spool = MediaSpool.open(folder, 1_000_000);
        Randomly.run(Effort.of(50, 2_000), random -> {
            try {
                MadeFiles files = new MadeFiles(spool, "a", 10_000, true);
                MadeFiles.Writing before = null;
                List<byte[]> parts = new ArrayList<>();
                List<MadeData.Filed> filed = new ArrayList<>();
                while (parts.size() < 4) {
                    byte[] part = new byte[random.nextInt(1, 500)];
                    random.nextBytes(part);
                    MadeFiles.Writing writing = files.begin(before);
                    write(writing, encoded(part, random), random);
                    parts.add(part);
                    filed.add(writing.finish());
                    before = writing;
                }
                for (int i = 0; i < parts.size(); i++) {
                    byte[] part = parts.get(i);
                    MadeData.Decoded decoded = new MadeData.Decoded(filed.get(i));
                    assertThat(decoded.size()).isEqualTo(part.length);
                    int from = random.nextInt(part.length);
                    int count = random.nextInt(1, part.length - from + 1);
                    assertThat(decoded.read(from, count)).isEqualTo(Arrays.copyOfRange(part, from, from + count));
                }
                files.release();
                assertThat(spool.fileBytes()).isZero();
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static byte[] encoded(byte[] part, Random random) {
        Base64.Encoder encoder = random.nextBoolean() ? Base64.getEncoder() : Base64.getUrlEncoder();
        return (random.nextBoolean() ? encoder : encoder.withoutPadding()).encode(part);
    }

    /** Writes in two pieces, which may part the padding. */
    private static void write(MadeFiles.Writing writing, byte[] base64, Random random)
            throws IOException, InterruptedException {
        int first = base64.length - random.nextInt(Math.min(base64.length, 4));
        writing.write(base64, first);
        if (first < base64.length) {
            byte[] rest = Arrays.copyOfRange(base64, first, base64.length);
            writing.write(rest, rest.length);
        }
    }

    @Test
    void a_short_one_that_is_no_base64_stands_for_nothing() {
        assertThat(new MadeData.Text("QUI=").decoded().size()).isEqualTo(2);
        assertThat(new MadeData.Text("?").decoded().size()).isZero();
    }
}
