package dev.tollgate.base.host;

import static dev.tollgate.testing.Asserts.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WrittenTextTest {

    @ParameterizedTest
    @CsvSource({
        "0000", "0009", "000a", "001f", "007f", "0080", "009f", "061c", "200e", "200f", "202a", "202e", "2066", "2069"
    })
    void controls_and_marks_of_direction_are_named(String code) {
        String character = Character.toString(Integer.parseInt(code, 16));
        assertThat(String.valueOf(WrittenText.complaint("a" + character + "b")))
                .startsWith("has a ")
                .endsWith(", U+" + code.toUpperCase(Locale.ROOT));
        assertThat(WrittenText.cleaned("a" + character + "b")).isEqualTo("ab");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Zoë's laptop",
                "\uD83D\uDC69\u200D\uD83D\uDCBB", // a woman at a computer, of two signs and a joiner
                "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", // Persian, with a non-joiner
                "\u2764\uFE0F"
            })
    void scripts_and_emoji_stay_as_they_are(String text) {
        assertThat(WrittenText.complaint(text)).isNull();
        assertThat(WrittenText.shown(text)).isEqualTo(text);
    }

    @Test
    void half_of_a_character_is_refused() {
        assertThat(WrittenText.complaint("a\uD800")).hasToString("has half of a character, U+D800");
    }

    @Test
    void a_text_of_several_lines_may_break() {
        assertThat(WrittenText.complaintOfLines("a\r\nb\tc")).isNull();
        assertThat(WrittenText.complaintOfLines("a\u0000")).isNotNull();
    }

    @Test
    void other_characters_that_do_not_show_are_shown() {
        assertThat(WrittenText.complaint("a\u200Bb\u00ADc\uFEFF\u3164")).isNull();
        assertThat(WrittenText.shown("a\u200Bb\u00ADc\uFEFF\u3164")).isEqualTo("a\\u200bb\\u00adc\\ufeff\\u3164");
    }
}
