package dev.tollgate.pages.words;

import static dev.tollgate.testing.Asserts.assertThat;

import org.junit.jupiter.api.Test;

class TypedNumberTest {

    @Test
    void full_width_characters_become_ascii_and_nothing_else_does() {
        assertThat(TypedNumber.ascii("１２．５")).isEqualTo("12.5");
        assertThat(TypedNumber.ascii("１，２００。５０")).isEqualTo("1,200.50");
        assertThat(TypedNumber.ascii("＄５")).isEqualTo("$5");
        assertThat(TypedNumber.ascii("5²")).isEqualTo("5²");
        assertThat(TypedNumber.ascii("٣")).isEqualTo("٣");
        assertThat(TypedNumber.ascii("。5")).isEqualTo("。5");
        assertThat(TypedNumber.ascii("12.5")).isEqualTo("12.5");
    }

    @Test
    void what_was_pasted_around_a_number_does_not_count() {
        assertThat(TypedNumber.ascii("12.5\u00a0")).isEqualTo("12.5");
        assertThat(TypedNumber.ascii("\u3000１２\u3000")).isEqualTo("12");
        assertThat(TypedNumber.ascii("\u200b12\ufeff")).isEqualTo("12");
        assertThat(TypedNumber.ascii("1\u00a0200")).isEqualTo("1\u00a0200");
    }
}
