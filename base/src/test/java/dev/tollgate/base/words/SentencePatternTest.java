package dev.tollgate.base.words;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Effort;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SentencePatternTest {

    private static final Signs COMMA = new Signs(',', '.');
    private static final String HOSTILE = "\"><img src=x onerror=1>";

    private static Language language(Plural plural, Map<String, String> translations) {
        return new Language("xx", "Test", plural, COMMA, translations::get);
    }

    private static String in(Language language, String english, Object... values) {
        return sentence(english, values).in(language);
    }

    private static String english(String english, Object... values) {
        return sentence(english, values).english();
    }

    @Test
    void values_belong_to_names_in_the_order_of_english() {
        Language language = language(Plural.NONE, Map.of("{a} of {b}, {a} again.", "{b}/{a}"));

        assertThat(english("{a} of {b}, {a} again.", "one", "two")).isEqualTo("one of two, one again.");
        assertThat(in(language, "{a} of {b}, {a} again.", "one", "two")).isEqualTo("two/one");
    }

    @Test
    void a_missing_sentence_is_shown_in_english() {
        assertThat(in(language(Plural.NONE, Map.of()), "{n} key | {n} keys", 1)).isEqualTo("1 key");
        assertThat(in(language(Plural.NONE, Map.of()), "{n} key | {n} keys", 1_234))
                .isEqualTo("1.234 keys");
    }

    @Test
    void the_number_chooses_the_form() {
        String keys = "{n} key | {n} keys";
        assertThat(List.of(english(keys, 0), english(keys, 1), english(keys, 2), english(keys, -1L)))
                .containsExactly("0 keys", "1 key", "2 keys", "-1 keys");
        Language none = language(Plural.NONE, Map.of(keys, "{n} 个密钥"));
        assertThat(List.of(in(none, keys, 0), in(none, keys, 1), in(none, keys, 2)))
                .containsExactly("0 个密钥", "1 个密钥", "2 个密钥");
        Language french = language(Plural.ZERO_AND_ONE, Map.of(keys, "{n} clé | {n} clés"));
        assertThat(List.of(in(french, keys, 0), in(french, keys, 1), in(french, keys, 2)))
                .containsExactly("0 clé", "1 clé", "2 clés");
    }

    @Test
    void a_form_may_leave_the_number_out() {
        assertThat(english("One call of {key}. | {n} calls of {key}.", "k", 1)).isEqualTo("One call of k.");
        assertThat(english("One call of {key}. | {n} calls of {key}.", "k", 3)).isEqualTo("3 calls of k.");
    }

    @Test
    void a_context_is_part_of_the_key_and_is_not_shown() {
        Language language = language(Plural.NONE, Map.of("verb::Open", "öffnen", "state::Open", "offen"));

        assertThat(english("verb::Open")).isEqualTo("Open");
        assertThat(in(language, "verb::Open")).isEqualTo("öffnen");
        assertThat(in(language, "state::Open")).isEqualTo("offen");
        assertThat(in(language, "Open")).isEqualTo("Open");
        assertThat(english("Ratio 1::2")).isEqualTo("Ratio 1::2");
    }

    @Test
    void numbers_have_the_signs_of_the_language() {
        assertThat(english("{a} {b}", 1_234_567L, -1_234)).isEqualTo("1,234,567 -1,234");
        assertThat(in(language(Plural.ONE, Map.of()), "{a} {b}", 1_234_567L, "2026"))
                .isEqualTo("1.234.567 2026");
    }

    @Test
    void a_sentence_within_one_is_in_the_same_language() {
        Language language = language(Plural.NONE, Map.of("{a} and {b}", "{a} und {b}", "Keys", "Schlüssel"));

        assertThat(in(language, "{a} and {b}", sentence("Keys"), "Keys")).isEqualTo("Schlüssel und Keys");
        assertThat(english("{a} and {b}", sentence("Keys"), "x")).isEqualTo("Keys and x");
    }

    @Test
    void a_blank_beside_chinese_goes_if_the_value_is_chinese_there() {
        Language language =
                language(Plural.NONE, Map.of("{a} in {b} is off.", "{b} 的 {a} 已停用。", "{n} day | {n} days", "{n} 天"));

        assertThat(in(language, "{a} in {b} is off.", "key", "May")).isEqualTo("May 的 key 已停用。");
        assertThat(in(language, "{a} in {b} is off.", "密钥", "11月")).isEqualTo("11月的密钥已停用。");
        assertThat(in(language, "{a} in {b} is off.", "密钥 1", sentence("{n} day | {n} days", 3)))
                .isEqualTo("3 天的密钥 1 已停用。");
        assertThat(in(language, "{a} in {b} is off.", "", 3)).isEqualTo("3 的  已停用。");
        assertThat(english("{a} in {b} is off.", "密钥", "11月")).isEqualTo("密钥 in 11月 is off.");
    }

    @Test
    void amounts_and_times_in_english_are_as_programs_get_them() {
        Instant at = Instant.parse("2026-11-21T14:03:09Z");
        Language language = language(Plural.NONE, Map.of("short::Nov", "Nov."));

        assertThat(english("{a} until {t}", new Amount(1_234_500_000), at))
                .isEqualTo("1234.5 until 2026-11-21T14:03:09Z");
        assertThat(in(language, "{a} until {t}", new Amount(1_234_500_000), at))
                .isEqualTo("1.234,50 until 21 Nov. 2026 14:03:09 UTC");
    }

    @Test
    void what_is_no_name_is_text() {
        for (String text :
                List.of("{", "}", "{}", "{ a}", "{A}", "{a", "< 1 s", "a < b > c", "<A>", "<br/>", "<a href=x>", "")) {
            assertThat(english(text)).isEqualTo(text);
        }
    }

    @Test
    void a_wrong_number_of_values_and_half_an_element_are_refused() {
        assertThatThrownBy(() -> english("{a} of {b}", "x")).hasMessageContaining("[a, b]");
        assertThatThrownBy(() -> english("x", "y")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> english("<b>bold", "x")).hasMessageContaining("<b>");
        assertThatThrownBy(() -> english("bold</b>")).hasMessageContaining("</b>");
        assertThatThrownBy(() -> english("<b>bold</b>", "x")).hasMessageContaining("rich()");
        assertThatThrownBy(() -> english("{a} | {b}", "x", "y")).hasMessageContaining("{n}");
        assertThatThrownBy(() -> english("{n} a | {n} b", "1")).hasMessageContaining("{n}");
        assertThatThrownBy(() -> english("{a}", 1.5)).hasMessageContaining("Double");
    }

    @Test
    void a_tag_that_english_lacks_is_printed_as_text() {
        Language language = language(Plural.NONE, Map.of("Hello {a}.", "<b>Hallo</b> {a} {c}" + HOSTILE));

        assertThat(in(language, "Hello {a}.", "x")).isEqualTo("<b>Hallo</b> x {c}" + HOSTILE);
    }

    @Test
    void a_translation_has_the_names_and_forms_of_english() {
        SentencePattern one = SentencePattern.english("<b>{credits}</b> held so far.");
        assertThat(one.names()).containsExactly("<b>", "credits");
        assertThat(one.complaint("预扣 <b>{credits}</b>。", Plural.NONE)).isNull();
        assertThat(one.complaint("预扣 {credits}。", Plural.NONE)).isEqualTo("lacks <b>");
        assertThat(one.complaint("预扣 <b></b>。", Plural.NONE)).isEqualTo("lacks {credits}");
        assertThat(one.complaint("<b>{credits}</b>{x}", Plural.NONE)).contains("{x}");
        assertThat(one.complaint("<b><i>{credits}</i></b>", Plural.NONE)).contains("<i>");
        assertThat(one.complaint("<b>{credits}", Plural.NONE)).contains("<b>");
        assertThat(one.complaint("<b>{credits}</b> | x", Plural.NONE)).contains("2 forms and needs 1");

        SentencePattern pair = SentencePattern.english("{n} key of {a} | {n} keys of {a}");
        assertThat(pair.complaint("{a} 的 {n} 个密钥", Plural.NONE)).isNull();
        assertThat(pair.complaint("Ein Schlüssel von {a} | {n} Schlüssel von {a}", Plural.ONE))
                .isNull();
        assertThat(pair.complaint("{n} Schlüssel von {a}", Plural.ONE)).contains("1 forms and needs 2");
        assertThat(pair.complaint("{n} Schlüssel | {n} Schlüssel von {a}", Plural.ONE))
                .isEqualTo("lacks {a}");
    }

    /** The reader gives back what it was made of, whatever surrounds the names. */
    @Test
    void random_patterns_are_read_as_they_are_made() {
        Random random = new Random(Effort.seed("words.seed"));
        for (int round = 0; round < 2_000; round++) {
            StringBuilder pattern = new StringBuilder();
            StringBuilder expected = new StringBuilder();
            List<Object> values = new ArrayList<>();
            int parts = random.nextInt(6);
            for (int part = 0; part < parts; part++) {
                String text = text(random);
                pattern.append(text);
                expected.append(text);
                String value = text(random) + "{v0}";
                pattern.append("{v").append(part).append('}');
                expected.append(value);
                values.add(value);
            }
            assertThat(english(pattern.toString(), values.toArray()))
                    .as(pattern.toString())
                    .isEqualTo(expected.toString());
            String hostile = text(random) + HOSTILE;
            Language language = language(Plural.NONE, Map.of(pattern.toString(), hostile));
            assertThat(in(language, pattern.toString(), values.toArray())).isEqualTo(hostile);
        }
    }

    /** Parts that are no name, nor become one with what follows. */
    private static String text(Random random) {
        List<String> pieces = List.of(
                "a", " ", "{", "}", "<", ">", "</", "|", ":", "$1", "\\", "\"", "'", "&", "密", "😀", "{}", "<B>");
        StringBuilder text = new StringBuilder("x"); // no context, and no blank around a bar
        for (int piece = random.nextInt(5); piece > 0; piece--) {
            text.append(pieces.get(random.nextInt(pieces.size()))).append('-');
        }
        return text.toString();
    }
}
