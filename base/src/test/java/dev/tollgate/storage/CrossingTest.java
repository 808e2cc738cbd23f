package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.WriterLoop.Crossing;
import org.junit.jupiter.api.Test;

class CrossingTest {

    private static final long MILLI = 1_000_000;

    private final Crossing crossing = new Crossing();

    private void decided(int batches, long nanos) {
        for (int i = 0; i < batches; i++) {
            crossing.decided(nanos);
        }
    }

    @Test
    void batches_that_take_their_usual_time_expect_no_other_node() {
        decided(100, 5 * MILLI);
        decided(100, 7 * MILLI);
        assertThat(crossing.isLikely()).isFalse();
    }

    @Test
    void a_batch_that_was_held_up_expects_the_next_to_be_until_many_were_not() {
        decided(1, MILLI);
        decided(1, 20 * MILLI);
        assertThat(crossing.isLikely()).isTrue();
        decided(31, MILLI);
        assertThat(crossing.isLikely()).isTrue();
        decided(1, MILLI);
        assertThat(crossing.isLikely()).isFalse();
    }

    @Test
    void a_network_that_has_become_slower_becomes_the_usual_time() {
        decided(1, MILLI);
        decided(1_000, 10 * MILLI);
        assertThat(crossing.isLikely()).isFalse();
    }
}
