package dev.tollgate.calls.lines;

import static dev.tollgate.testing.Asserts.assertThat;

import org.junit.jupiter.api.Test;

class RunningLinesTest {

    private final RunningLines lines = new RunningLines();

    @Test
    void the_first_line_of_an_account_is_behind_no_other() {
        RunningLines.Place first = lines.enter("acc_1");
        RunningLines.Place second = lines.enter("acc_1");
        RunningLines.Place ofOther = lines.enter("acc_2");
        assertThat(first.isBehindAnother()).isFalse();
        assertThat(second.isBehindAnother()).isTrue();
        assertThat(ofOther.isBehindAnother()).isFalse();
        first.leave();
        assertThat(second.isBehindAnother()).isFalse();
        assertThat(lines.enter("acc_1").isBehindAnother()).isTrue();
        second.leave();
        second.leave();
    }
}
