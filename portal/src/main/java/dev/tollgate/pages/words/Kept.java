package dev.tollgate.pages.words;

import dev.tollgate.base.words.Language;
import org.jspecify.annotations.Nullable;

/** Attributes of what is the same in each language. English pages have none of them. */
public final class Kept {

    private Kept() {}

    /** Returns the value of {@code translate} on ids, codes and names; null leaves the attribute out. */
    public static @Nullable String translate() {
        return Language.now().isEnglish() ? null : "no";
    }

    /** Returns the value of {@code lang} on a text in English; null leaves the attribute out. */
    public static @Nullable String lang() {
        return Language.now().isEnglish() ? null : Language.ENGLISH.tag();
    }
}
