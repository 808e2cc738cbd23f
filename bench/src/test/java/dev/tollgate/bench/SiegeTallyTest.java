package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SiegeTallyTest {

    @Test
    void a_figure_that_is_not_as_it_should_be_is_said_and_remembered() {
        Siege.Tally tally = new Siege.Tally();
        tally.note("as it should", true);

        assertThat(tally.missed()).isFalse();

        tally.note("too much", false);

        assertThat(tally.missed()).isTrue();
        assertThat(tally.notes()).containsExactly("as it should", "too much: MISSED");
    }
}
