package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** One of two answers counts. */
class SecondTryTest {

    @Test
    void the_first_is_the_one_after_all_when_it_is_taken_back_and_only_once() {
        SecondTry<String> answers = new SecondTry<>("first");
        assertThat(answers.takeBack()).isFalse();
        assertThat(answers.current()).isEqualTo("first");
        answers.begin("second");
        assertThat(answers.isSecond()).isTrue();
        assertThat(answers.current()).isEqualTo("second");
        assertThatThrownBy(() -> answers.begin("third")).isInstanceOf(IllegalStateException.class);
        assertThat(answers.takeBack()).isTrue();
        assertThat(answers.current()).isEqualTo("first");
        assertThat(answers.isSecond()).isFalse();
        assertThat(answers.takeBack()).isFalse();
    }
}
