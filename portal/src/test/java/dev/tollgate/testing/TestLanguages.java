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

/** Languages of tests, which the program does not have. They are offered to a server that names them in {@code pages.languages}. */
public final class TestLanguages {

    /** The tag of a language with few words, one form for all numbers and a decimal comma. */
    public static final String SHORT = "xx";

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

    /** Returns the program's languages besides English, and those of tests that the settings name. */
    static List<Language> of(Settings settings) {
        List<Language> all = new ArrayList<>(Languages.complete());
        if (settings.list(PageSettings.LANGUAGES).contains(SHORT)) {
            all.add(FEW_WORDS);
        }
        return all;
    }
}
