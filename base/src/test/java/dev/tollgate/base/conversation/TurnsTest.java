package dev.tollgate.base.conversation;

import static dev.tollgate.testing.Asserts.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TurnsTest {

    private static List<List<String>> turns(String... said) {
        return Turns.of(List.of(said), it -> it.startsWith("m"));
    }

    @Test
    void neighbours_of_one_side_are_one_turn() {
        assertThat(turns("u1", "u2", "m1", "m2", "u3"))
                .containsExactly(List.of("u1", "u2"), List.of("m1", "m2"), List.of("u3"));
        assertThat(turns("m1", "u1")).containsExactly(List.of("m1"), List.of("u1"));
        assertThat(turns()).isEmpty();
    }

    @Test
    void the_current_turn_begins_after_the_users_last_words() {
        assertThat(Turns.currentFrom(List.of("u", "m", "result", "m"), "u"::equals))
                .isEqualTo(1);
        assertThat(Turns.currentFrom(List.of("m"), "u"::equals)).isZero();
    }

    @Test
    void last_words_need_a_continuation_unless_the_model_continues_them() {
        MovedFiles<String> moved = new MovedFiles<>();
        assertThat(Turns.needContinuation(true, 2, moved)).isFalse();
        assertThat(Turns.needContinuation(false, 2, moved)).isTrue();
        assertThat(Turns.needContinuation(true, 1, moved)).isTrue();
        moved.take("image");
        assertThat(Turns.needContinuation(true, 2, moved)).isTrue();
    }

    @Test
    void a_result_answers_the_first_call_with_its_key_that_waits() {
        OpenCalls<String, String> calls = new OpenCalls<>();
        calls.add("a", "first");
        calls.add("b", "second");
        calls.add("a", "third");
        assertThat(calls.answer("a", "1")).isEqualTo("first");
        assertThat(calls.answer("a", "3")).isEqualTo("third");
        assertThat(calls.answer("a", "more")).isNull();
        assertThat(calls.unanswered()).containsExactly("second");
        assertThat(calls.answer("b", "2")).isEqualTo("second");
        assertThat(calls.isAnswered()).isTrue();
        assertThat(calls.answered()).extracting(OpenCalls.Answered::result).containsExactly("1", "2", "3");
    }
}
