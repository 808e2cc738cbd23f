package dev.tollgate.calls.replay;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.storage.secrets.SecretBox;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers of one spool at different speeds. Event loop and worker are one queue that is run by hand. */
class SpoolReaderTest {

    private static final int BLOCK_BYTES = 32 << 10;
    private static final ApiError ERROR = ApiError.of(ErrorCode.UPSTREAM_ERROR, "It is down.");

    @TempDir
    Path folder;

    private final Deque<Runnable> jobs = new ArrayDeque<>();
    private Spool spool;

    @BeforeEach
    void make() throws IOException {
        SecureRandom random = new SecureRandom();
        spool = new Spool(new SpoolFolder(folder, new SecretBox("0f".repeat(32), random), random, false), jobs::add);
    }

    @Test
    void a_reader_that_is_full_takes_no_more_until_it_has_room() {
        FakeOutlet slow = new FakeOutlet(2 * BLOCK_BYTES);
        FakeOutlet fast = new FakeOutlet(Long.MAX_VALUE);
        begin(slow, false);
        begin(fast, true);
        write(40);
        assertThat(fast.bytes).isEqualTo(40L * BLOCK_BYTES);
        assertThat(slow.bytes).isEqualTo(2L * BLOCK_BYTES);
        slow.drain();
        work();
        assertThat(slow.bytes).isEqualTo(4L * BLOCK_BYTES);
        end();
        for (int i = 0; i < 40; i++) {
            slow.drain();
            work();
        }
        assertThat(slow.ended && fast.ended).isTrue();
        assertThat(slow.bytes).isEqualTo(fast.bytes).isEqualTo(40L * BLOCK_BYTES + 4);
    }

    @Test
    void only_followers_get_the_replay_header() {
        FakeOutlet first = new FakeOutlet(Long.MAX_VALUE);
        FakeOutlet follower = new FakeOutlet(Long.MAX_VALUE);
        begin(first, false);
        begin(follower, true);
        write(1);
        assertThat(first.log).containsExactly("task=t1", "ignored user", "stream");
        assertThat(follower.log).containsExactly("idempotent-replayed=true", "task=t1", "ignored user", "stream");
    }

    @Test
    void an_error_before_anything_was_said_is_a_plain_error_for_all() {
        FakeOutlet first = new FakeOutlet(Long.MAX_VALUE);
        FakeOutlet follower = new FakeOutlet(Long.MAX_VALUE);
        begin(first, false);
        begin(follower, true);
        spool.fail(ERROR);
        work();
        assertThat(first.log).containsExactly("failed");
        assertThat(follower.log).containsExactly("idempotent-replayed=true", "failed");
    }

    @Test
    void a_caller_that_left_receives_nothing() {
        FakeOutlet outlet = new FakeOutlet(Long.MAX_VALUE);
        SpoolReader reader = begin(outlet, false);
        write(1);
        reader.gone();
        write(5);
        end();
        assertThat(outlet.bytes).isEqualTo(BLOCK_BYTES);
        assertThat(outlet.ended).isFalse();
    }

    @Test
    void a_whole_body_is_announced_with_its_length() {
        FakeOutlet outlet = new FakeOutlet(Long.MAX_VALUE);
        begin(outlet, false);
        spool.begin("t1", new SpoolHead(false, Map.of(), List.of()), () -> {});
        spool.end(new byte[100_000], ended -> {});
        work();
        assertThat(outlet.log).isEmpty();
        spool.publish(true);
        work();
        assertThat(outlet.log).containsExactly("body 100000");
        assertThat(outlet.bytes).isEqualTo(100_000);
        assertThat(outlet.ended).isTrue();
    }

    private SpoolReader begin(FakeOutlet outlet, boolean follows) {
        SpoolReader reader = new SpoolReader(spool, outlet, jobs::add, jobs::add, () -> follows);
        assertThat(reader.begin()).isTrue();
        return reader;
    }

    private void write(int blocks) {
        spool.begin("t1", new SpoolHead(true, Map.of("task", "t1"), List.of("user")), () -> {});
        for (int i = 0; i < blocks; i++) {
            spool.append(new byte[BLOCK_BYTES]);
            work();
        }
    }

    private void end() {
        spool.end(new byte[4], ended -> {});
        work();
        spool.publish(true);
        work();
    }

    private void work() {
        while (!jobs.isEmpty()) {
            jobs.remove().run();
        }
    }

    /** Has room for so many bytes each time. */
    private static final class FakeOutlet implements Outlet {

        private final long room;
        private final List<String> log = new ArrayList<>();
        private @Nullable Runnable resume;
        private long waiting;
        private long bytes;
        private boolean ended;

        FakeOutlet(long room) {
            this.room = room;
        }

        void drain() {
            waiting = 0;
            Runnable told = resume;
            resume = null;
            if (told != null) {
                told.run();
            }
        }

        @Override
        public int pieceBytes() {
            return 8 * 1024;
        }

        @Override
        public void later(Runnable step) {
            step.run();
        }

        @Override
        public void setHeader(String name, String value) {
            log.add(name + "=" + value);
        }

        @Override
        public void ignore(String fieldPath) {
            log.add("ignored " + fieldPath);
        }

        @Override
        public void stream() {
            log.add("stream");
        }

        @Override
        public void body(long length) {
            log.add("body " + length);
        }

        @Override
        public void write(byte[] some, int length) {
            bytes += length;
            waiting += length;
        }

        @Override
        public void end(byte[] last, int length) {
            ended = true;
        }

        @Override
        public void fail(ApiError error) {
            log.add("failed");
        }

        @Override
        public boolean full() {
            return waiting >= room;
        }

        @Override
        public void onDrain(Runnable resume) {
            this.resume = resume;
        }
    }
}
