package dev.tollgate.protocols.door.answers;

import static dev.tollgate.testing.Asserts.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JoinedTextTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 45, 511, 512, 513, 1023, 1024, 1025, 5000})
    void pieces_of_any_length_come_out_as_they_came(int chars) {
        JoinedText text = new JoinedText();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            // Not all of them fit into a byte a character.
            String piece = (i % 9 == 5 ? "ж" : "x" + i).repeat(chars).substring(0, chars - i % Math.min(chars, 3));
            text.append(piece);
            expected.append(piece);
            assertThat(text.length()).isEqualTo(expected.length());
            assertThat(text.toString()).isEqualTo(expected.toString());
        }
    }

    @Test
    void a_text_that_comes_whole_is_not_copied() {
        String whole = "whole".repeat(1000);
        JoinedText text = new JoinedText();
        assertThat(text.isEmpty()).isTrue();
        text.append("");
        text.append(whole);
        text.append("");
        assertThat(text.toString()).isSameAs(whole);
        assertThat(text.isEmpty()).isFalse();
    }
}
