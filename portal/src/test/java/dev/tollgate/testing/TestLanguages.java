package dev.tollgate.testing;

import dev.tollgate.base.config.PageSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Languages;
import dev.tollgate.base.words.Plural;
import dev.tollgate.base.words.Signs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Languages of tests, which the program does not have or offer. They are offered to a server that names them in {@code pages.languages}. */
public final class TestLanguages {

    /** The tag of a language with few words, one form for all numbers and a decimal comma. */
    public static final String SHORT = "xx";

    /** The tag of a language of the program, which tests have also while it lacks a sentence. */
    public static final String CHINESE = "zh-Hans";

    private static final Language FEW_WORDS = new Language(
            SHORT,
            "Xish",
            Plural.NONE,
            new Signs(',', '.'),
            Map.of(
                    "date::{day} {month} {year}",
                    "{year}/{month}/{day}",
                    "{amount} credits",
                    "{amount} Xcredits",
                    "${amount}",
                    "{amount} $",
                    "Language",
                    "Lingo")::get);

    private TestLanguages() {}

    /** Returns the program's languages besides English, and tests' languages that the settings name. */
    static List<Language> of(Settings settings) {
        List<Language> all = new ArrayList<>(Languages.complete());
        List<String> named = settings.list(PageSettings.LANGUAGES);
        if (named.contains(SHORT)) {
            all.add(FEW_WORDS);
        }
        if (named.contains(CHINESE) && all.stream().noneMatch(it -> it.tag().equals(CHINESE))) {
            all.add(Languages.read(CHINESE).language(CHINESE));
        }
        if (named.contains(MarkedLanguages.ACCENTED.tag())) {
            all.add(MarkedLanguages.ACCENTED);
        }
        return all;
    }
}
