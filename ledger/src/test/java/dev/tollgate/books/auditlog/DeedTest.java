package dev.tollgate.books.auditlog;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reason in the audit log is a word at least. */
class DeedTest {

    @ParameterizedTest
    @ValueSource(strings = {"spam", "abc", " 滥用 ", "退款", "A组"})
    void a_word_in_latin_or_chinese_is_a_reason(String text) {
        assertThat(Deed.reason(text)).isEqualTo(text.strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ab", "  a ", "退", "12"})
    void less_than_a_word_is_none(String text) {
        assertThatThrownBy(() -> Deed.reason(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A reason is needed, of 3 to 500 characters.");
    }
}
