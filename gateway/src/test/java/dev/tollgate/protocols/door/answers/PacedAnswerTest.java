package dev.tollgate.protocols.door.answers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.testing.Randomly;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Answers on their way to a caller that takes some writes at a time. */
class PacedAnswerTest {

    private static final int LONG = 100_000;

    private final Caller caller = new Caller();
    private final PacedAnswer paced = new PacedAnswer(caller);
    private final List<String> told = new ArrayList<>();

    private static final class Caller implements Outlet {

        private final StringBuilder read = new StringBuilder();
        private int room = Integer.MAX_VALUE;
        private int largest;
        private long bytes = -1;
        private boolean hasEnded;
        private @Nullable Runnable drained;
        private final List<Runnable> turns = new ArrayList<>();

        /** Gives the answer its turns of the loop until it ends. */
        void hasTheRest() {
            while (!hasEnded) {
                assertThat(turns).hasSize(1);
                turns.removeFirst().run();
            }
        }

        @Override
        public int pieceBytes() {
            return 8 * 1024;
        }

        @Override
        public void write(byte[] some, int length) {
            read.append(new String(some, 0, length, StandardCharsets.ISO_8859_1));
            largest = Math.max(largest, length);
            room--;
        }

        @Override
        public void end(byte[] last, int length) {
            write(last, length);
            hasEnded = true;
        }

        @Override
        public boolean full() {
            return room <= 0;
        }

        @Override
        public void onDrain(Runnable resume) {
            drained = resume;
        }

        void takes(int writes) {
            room = writes;
            Objects.requireNonNull(drained).run();
        }

        @Override
        public void body(long all) {
            bytes = all;
        }

        @Override
        public void later(Runnable step) {
            turns.add(step);
        }

        @Override
        public void setHeader(String name, String value) {}

        @Override
        public void ignore(String fieldPath) {}

        @Override
        public void stream() {}

        @Override
        public void fail(ApiError error) {}
    }

    private static CollectedJson collected(int bytes) {
        CollectedJson collected = new CollectedJson();
        for (int i = 0; i < bytes; i += 10) {
            collected.out().raw("0123456789");
        }
        return collected;
    }

    private JsonPieces ending(CollectedJson text) {
        JsonPieces end = new JsonPieces();
        end.out().raw('<');
        end.repeat(text).out().raw('|');
        end.repeat(text, 3, 7).out().raw('|');
        end.repeat(text).out().raw('>');
        return end;
    }

    @Test
    void what_is_short_leaves_in_one_write() {
        paced.pieces().out().raw("one");
        paced.send();
        paced.end(ending(collected(10)));
        assertThat(caller.read).hasToString("one<0123456789|3456|0123456789>");
        assertThat(caller.room).isEqualTo(Integer.MAX_VALUE - 2);
        assertThat(paced.isSending()).isFalse();
    }

    @Test
    void a_long_text_leaves_in_pieces_as_its_caller_reads() {
        CollectedJson text = collected(LONG);
        caller.room = 3;
        paced.end(ending(text));
        paced.onSent(() -> told.add("sent"));
        assertThat(caller.read.length()).isLessThan(LONG);
        while (!caller.hasEnded) {
            assertThat(paced.isSending()).isTrue();
            assertThat(told).isEmpty();
            caller.takes(2);
        }
        assertThat(caller.read).hasToString("<" + text + "|3456|" + text + ">");
        assertThat(caller.largest).isLessThanOrEqualTo(8 * 1024);
        assertThat(told).containsExactly("sent");
        assertThat(paced.isSending()).isFalse();
    }

    @Test
    void what_follows_a_long_text_waits_behind_it() {
        CollectedJson text = collected(LONG);
        caller.room = 1;
        paced.pieces().repeat(text);
        paced.send();
        assertThat(paced.full()).isTrue();
        paced.onDrain(() -> told.add("goes on"));
        paced.pieces().out().raw("next");
        paced.send();
        paced.end(ending(collected(10)));
        caller.takes(1_000);
        assertThat(caller.read).hasToString(text + "next<0123456789|3456|0123456789>");
        assertThat(told).containsExactly("goes on");
    }

    @Test
    void an_answer_that_ends_without_further_bytes_ends_behind_its_long_text() {
        CollectedJson text = collected(LONG);
        caller.room = 1;
        paced.pieces().repeat(text);
        paced.send();
        paced.end(new JsonPieces());
        paced.onSent(() -> told.add("sent"));
        assertThat(paced.isSending()).isTrue();
        for (int writes = 0; !caller.hasEnded && writes < 1_000; writes++) {
            caller.takes(1); // so that it is full when nothing but the end is left
        }
        assertThat(caller.read).hasToString(text.toString());
        assertThat(caller.hasEnded).isTrue();
        assertThat(told).containsExactly("sent");
    }

    @Test
    void a_step_that_waits_for_the_caller_follows_a_long_text() {
        caller.room = 0;
        paced.onDrain(() -> told.add("goes on"));
        paced.pieces().repeat(collected(LONG));
        paced.send();
        caller.takes(2);
        assertThat(told).isEmpty();
        caller.takes(1_000);
        assertThat(told).containsExactly("goes on");
    }

    @Test
    void a_caller_who_reads_fast_leaves_turns_to_others() {
        CollectedJson text = collected(1_000_000);
        paced.end(ending(text));
        assertThat(caller.read.length()).isLessThanOrEqualTo(16 * caller.pieceBytes());
        caller.hasTheRest();
        assertThat(caller.read).hasToString("<" + text + "|3456|" + text + ">");
        assertThat(caller.turns).isEmpty();
    }

    @Test
    void a_body_has_the_length_that_is_announced() {
        JsonPieces body = ending(collected(LONG));
        paced.sendBody(body);
        caller.hasTheRest();
        assertThat(caller.bytes).isEqualTo(caller.read.length());
        assertThat(caller.hasEnded).isTrue();
    }

    @Test
    void pieces_are_what_was_written() {
        Randomly.run(200, random -> {
            CollectedJson text = new CollectedJson();
            StringBuilder all = new StringBuilder();
            while (all.length() < 200_000) {
                String piece = "x".repeat(1 + random.nextInt(random.nextBoolean() ? 50 : 50_000));
                int number = random.nextInt(1_000);
                text.out().escaped(piece).number(number);
                all.append(piece).append(number);
            }
            assertThat(text.size()).isEqualTo(all.length());
            int from = random.nextInt(all.length());
            int to = from + random.nextInt(all.length() - from);
            assertThat(new String(new JsonPieces().repeat(text, from, to).toByteArray(), StandardCharsets.UTF_8))
                    .isEqualTo(all.substring(from, to));
        });
    }
}
