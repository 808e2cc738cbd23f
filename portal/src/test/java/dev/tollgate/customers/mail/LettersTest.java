package dev.tollgate.customers.mail;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Languages;
import dev.tollgate.base.words.Plural;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LettersTest {

    private static final Language OTHER =
            new Language("xx", "Other", Plural.NONE, Language.ENGLISH.signs(), _ -> null);

    private static List<String> languages(Languages offered, String... ofReaders) {
        Letters letters = new Letters("Tollgate", URI.create("https://ai.example.org"), offered);
        List<String> found = new ArrayList<>();
        for (String language : ofReaders) {
            Letter unused = letters.to(new Reader("ada@example.org", language), to -> {
                found.add(Language.now().tag());
                return letters.test(to);
            });
        }
        return found;
    }

    @Test
    void a_mail_is_made_in_the_language_of_its_reader() {
        assertThat(languages(Languages.of(List.of(OTHER), List.of(), "en"), "xx", "en", null, "gone"))
                .containsExactly("xx", "en", "en", "en");
        assertThat(languages(Languages.of(List.of(OTHER), List.of(), "xx"), "en", null, "gone"))
                .containsExactly("en", "xx", "xx");
    }
}
