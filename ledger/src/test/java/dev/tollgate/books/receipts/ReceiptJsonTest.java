package dev.tollgate.books.receipts;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.json.CanonicalJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 8785, as far as receipts need it. */
class ReceiptJsonTest {

    @Test
    void the_strings_of_the_rfcs_own_example_come_out_as_it_prints_them() {
        // Section 3.2.2: the string, without the numbers and literals, which receipts do not have.
        assertThat(canonical("{\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"}"))
                .isEqualTo("{\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    }

    @Test
    void names_are_sorted_by_utf_16_code_units_as_in_the_rfcs_own_example() {
        // Section 3.2.3: an emoji's first surrogate is less than a Hebrew letter of the presentation forms.
        assertThat(canonical("""
                        {"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
                         "\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}"""))
                .isEqualTo("{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
                        + "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
                        + "\"\ud83d\ude00\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");
    }

    @Test
    void inner_objects_are_sorted_too_and_white_space_is_gone() {
        assertThat(canonical(" { \"b\" : { \"z\" : 1 , \"y\" : { } } , \"a\" : -7 } "))
                .isEqualTo("{\"a\":-7,\"b\":{\"y\":{},\"z\":1}}");
    }

    @ParameterizedTest
    @CsvSource({
        "0,\\u0000",
        "8,\\b",
        "9,\\t",
        "10,\\n",
        "11,\\u000b",
        "12,\\f",
        "13,\\r",
        "31,\\u001f",
        "34,\\\"",
        "92,\\\\"
    })
    void what_must_be_escaped_has_one_spelling(int c, String spelling) {
        StringBuilder out = new StringBuilder();
        CanonicalJson.append(out, Character.toString(c));
        assertThat(out).hasToString("\"" + spelling + "\"");
    }

    @ParameterizedTest
    @ValueSource(ints = {' ', '/', 0x7f, 0x80, 0x2028, 0x2029, 0xfeff, 0x1f600})
    void everything_else_stands_for_itself(int c) {
        StringBuilder out = new StringBuilder();
        CanonicalJson.append(out, Character.toString(c));
        assertThat(out).hasToString("\"" + Character.toString(c) + "\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "[]",
                "{",
                "{}{}",
                "{} x",
                "{\"a\":1,\"a\":1}",
                "{\"a\":1.0}",
                "{\"a\":1e2}",
                "{\"a\":null}",
                "{\"a\":true}",
                "{\"a\":[1]}",
                "{\"a\":9007199254740992}",
                "{\"a\":-9007199254740992}",
                "{\"a\":99999999999999999999}",
                "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}"
            })
    void what_receipts_do_not_have_is_refused(String json) {
        assertThatThrownBy(() -> ReceiptJson.parse(json)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_largest_integer_is_the_last_that_a_double_holds_exactly() {
        assertThat(canonical("{\"a\":9007199254740991}")).isEqualTo("{\"a\":9007199254740991}");
    }

    private static String canonical(String json) {
        return CanonicalJson.text(ReceiptJson.parse(json));
    }
}
