package dev.tollgate.base.words;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class LanguagesTest {

    private static final List<Language> COMPLETE = List.of(language("zh-Hans"), language("de"));

    private static Language language(String tag) {
        return new Language(tag, tag, Plural.NONE, Language.ENGLISH.signs(), _ -> null);
    }

    private static Languages all(String usual) {
        return Languages.of(COMPLETE, List.of(), usual);
    }

    @Test
    void english_and_the_named_languages_are_offered() {
        assertThat(all("en").offered()).extracting(Language::tag).containsExactly("en", "zh-Hans", "de");
        assertThat(Languages.of(COMPLETE, List.of("de"), "de").offered())
                .extracting(Language::tag)
                .containsExactly("en", "de");
        assertThat(Languages.of(COMPLETE, List.of("en"), "en").isChoice()).isFalse();
        assertThatThrownBy(() -> Languages.of(COMPLETE, List.of("fr"), "en"))
                .hasMessage("'fr' is no language of this version; allowed: en, zh-Hans, de");
        assertThatThrownBy(() -> Languages.of(COMPLETE, List.of("de"), "zh-Hans"))
                .hasMessage("'zh-Hans' is not offered; allowed: en, de");
    }

    @Test
    void the_first_choice_that_is_offered_counts() {
        assertThat(all("de").first("fr", null, "zh-Hans", "en").tag()).isEqualTo("zh-Hans");
        assertThat(all("de").first("fr", null).tag()).isEqualTo("de");
        assertThat(all("en").first("ZH-hans").tag()).isEqualTo("en");
    }

    @Test
    void a_browser_names_languages_by_quality() {
        accepts("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans");
        accepts("zh", "zh-Hans");
        accepts("zh-TW", "zh-Hans");
        accepts("de-AT", "de");
        accepts("fr, de;q=0.7, en;q=0.9", "en");
        accepts("en-GB", "en");
        accepts("de;q=0, en;q=0.001", "en");
        accepts("*", "de");
        accepts("fr, *;q=0.5", "de");
        accepts("DE", "de");
        accepts("de;q=0.5,en;q=0.5", "de");
        accepts("fr", null);
        accepts("", null);
        accepts("de;q=2", null);
        accepts("de,,en", null);
        accepts("<script>", null);
        accepts(null, null);
    }

    @Test
    void a_header_is_read_to_200_characters() {
        accepts("fr,".repeat(60) + "de," + "fr,".repeat(100), "de");
        accepts("fr,".repeat(80) + "de", null);
        accepts("x".repeat(300), null);
    }

    private static void accepts(String header, String tag) {
        assertThat(all("de").accepted(header)).as(header).isEqualTo(tag);
        assertThat(Languages.ENGLISH.accepted(header)).isNull();
    }
}
