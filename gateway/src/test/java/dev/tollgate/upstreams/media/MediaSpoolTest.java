package dev.tollgate.upstreams.media;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MediaSpoolTest {

    @TempDir
    Path folder;

    private static Medium written(MediaSpool spool, byte[] bytes, int step) throws NoRoom {
        Draft draft = new Draft(spool, "acc");
        for (int at = 0; at < bytes.length; at += step) {
            draft.write(bytes, at, Math.min(step, bytes.length - at));
        }
        return draft.finish("video/mp4");
    }

    private static byte[] read(Medium medium, int step) throws IOException {
        byte[] all = new byte[(int) medium.length()];
        for (int at = 0; at < all.length; ) {
            at += medium.read(at, all, at, Math.min(step, all.length - at));
        }
        return all;
    }

    private static byte[] random(int bytes, long seed) {
        byte[] random = new byte[bytes];
        new Random(seed).nextBytes(random);
        return random;
    }

    @Test
    void what_was_written_is_read_whether_in_memory_or_in_a_file() throws Exception {
        MediaSpool spool = MediaSpool.open(folder, 100 << 20);
        for (int bytes : new int[] {1, 65_536, 1 << 20, (1 << 20) + 1, 5_000_000}) {
            byte[] content = random(bytes, bytes);
            Medium medium = written(spool, content, 50_000);
            assertThat(read(medium, 7_777)).isEqualTo(content);
            assertThat(medium.stream().readAllBytes()).isEqualTo(content);
            assertThat(medium.sha256())
                    .isEqualTo(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
            assertThat(spool.fileBytes()).isEqualTo(bytes > 1 << 20 ? bytes : 0);
            medium.release();
            assertThat(spool.fileBytes() + spool.memoryBytes()).isZero();
        }
    }

    @Test
    void a_file_has_no_name_so_that_nothing_is_left_when_the_process_ends() throws Exception {
        Medium medium = written(MediaSpool.open(folder, 100 << 20), new byte[2 << 20], 65_536);
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
        assertThat(read(medium, 1_000_000)).hasSize(2 << 20);
        medium.release();
    }

    @Test
    void the_folder_is_emptied_when_it_is_opened() throws Exception {
        Files.writeString(folder.resolve("medium-1"), "left by a crash");
        MediaSpool.open(folder, 1);
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void files_have_a_ceiling_together_and_give_back_what_they_took() throws Exception {
        MediaSpool spool = MediaSpool.open(folder, 10 << 20);
        Medium first = written(spool, new byte[3 << 20], 65_536);
        Draft second = new Draft(spool, "acc");
        assertThatThrownBy(() -> {
                    while (true) {
                        second.write(new byte[65_536], 0, 65_536);
                    }
                })
                .isInstanceOf(NoRoom.class)
                .hasMessageContaining("media.spool-bytes");
        second.discard();
        assertThat(spool.fileBytes()).isEqualTo(3 << 20);
        first.release();
        assertThat(spool.fileBytes()).isZero();
        written(spool, new byte[5 << 20], 65_536).release();
    }

    @Test
    void where_the_memory_for_small_media_is_used_up_they_go_to_files() throws Exception {
        MediaSpool spool = MediaSpool.open(folder, 100 << 20);
        assertThat(spool.takeMemory("acc", 32 << 20)).isTrue();
        Medium small = written(spool, random(1_000, 1), 100);
        assertThat(spool.fileBytes()).isEqualTo(1_000);
        assertThat(read(small, 300)).isEqualTo(random(1_000, 1));
        small.release();
        assertThat(spool.fileBytes()).isZero();
    }

    @Test
    void a_medium_is_there_until_its_last_user_has_released_it() throws Exception {
        MediaSpool spool = MediaSpool.open(folder, 100 << 20);
        Medium medium = written(spool, new byte[2 << 20], 65_536);
        assertThat(medium.retain()).isTrue();
        medium.release();
        assertThat(read(medium, 1 << 20)).hasSize(2 << 20);
        medium.release();
        assertThat(medium.retain()).isFalse();
        medium.release();
        assertThat(spool.fileBytes()).isZero();
    }
}
