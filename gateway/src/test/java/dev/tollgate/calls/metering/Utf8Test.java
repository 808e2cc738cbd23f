package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "ärger", "漢字かな", "a😀b🧑‍🚀c", "\u07ff\u0800\uffff"})
    void a_length_is_what_encoding_would_give(String text) {
        assertThat(Utf8.length(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "ärger", "漢字かな", "a😀b🧑‍🚀c", "\u007f\u0080\u07ff\u0800\uffff\ud800\udc00"})
    void a_prefix_is_as_long_as_it_may_be_and_cuts_no_character(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int max = 0; max <= bytes.length; max++) {
            String prefix = Utf8.prefix(text, max);
            assertThat(text).startsWith(prefix);
            assertThat(Utf8.length(prefix)).isLessThanOrEqualTo(max);
            if (prefix.length() < text.length()) {
                int next = prefix.length() + Character.charCount(text.codePointAt(prefix.length()));
                assertThat(Utf8.length(text.substring(0, next))).isGreaterThan(max);
            }
        }
    }
}
