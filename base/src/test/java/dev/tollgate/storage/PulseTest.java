package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.LogCapture;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The clock of a test takes the place of the time that the process has had. */
class PulseTest {

    private final AtomicLong had = new AtomicLong(1_000_000_000_000L);
    private final Pulse pulse = new Pulse();

    @BeforeEach
    void begin() {
        pulse.timedBy(had::get);
        pulse.answered();
        pulse.committed();
    }

    private void pass(long millis) {
        had.addAndGet(Duration.ofMillis(millis).toNanos());
    }

    @Test
    void a_question_without_an_answer_for_two_seconds_refuses_requests() {
        pulse.asked(Pulse.Work.COMMIT, 3);
        pass(2_000);
        assertThat(pulse.refuses(0)).isFalse();
        pass(1);
        assertThat(pulse.refuses(0)).isTrue();
        pulse.answered();
        assertThat(pulse.refuses(0)).isFalse();
        assertThat(pulse.refusals()).isEqualTo(1);
    }

    @Test
    void a_silence_without_a_question_refuses_nothing() {
        pass(60_000);
        assertThat(pulse.refuses(5)).isFalse();
        pulse.asked(Pulse.Work.CHECK, 0);
        assertThat(pulse.refuses(5)).isFalse();
    }

    @Test
    void questions_that_fail_are_one_silence_until_one_is_answered() {
        for (int i = 0; i < 9; i++) {
            pulse.asked(Pulse.Work.CHECK, 0);
            pass(250);
        }
        assertThat(pulse.refuses(0)).isTrue();
        pulse.answered();
        pulse.asked(Pulse.Work.CHECK, 0);
        pass(250);
        assertThat(pulse.refuses(0)).isFalse();
    }

    @Test
    void the_first_refusal_of_a_silence_and_its_end_are_logged() {
        try (LogCapture log = new LogCapture()) {
            for (int silence = 0; silence < 2; silence++) {
                pulse.asked(Pulse.Work.COMMIT, 3);
                pass(2_100);
                for (int i = 0; i < 5; i++) {
                    assertThat(pulse.refuses(12)).isTrue();
                }
                pass(400);
                pulse.answered();
            }
            String refused =
                    "requests are refused: the database has not answered a commit for 2100 ms; units of work in it: 3, waiting for the writer: 12";
            String back = "the database answers again, after 2500 ms; refused requests: 5";
            assertThat(log.text().lines()).containsExactly(refused, back, refused, back);
        }
        assertThat(pulse.refusals()).isEqualTo(10);
    }

    @Test
    void readiness_ends_within_a_second_that_the_process_had() {
        pass(800);
        assertThat(pulse.complaint()).isNull();
        pass(200);
        assertThat(pulse.complaint()).isEqualTo("the writer or the database does not answer");
        pulse.answered();
        assertThat(pulse.complaint()).isNull();
    }
}
