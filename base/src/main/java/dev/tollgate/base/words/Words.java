package dev.tollgate.base.words;

/** Says sentences in the language of now. Only what writes for one reader may: pages, templates, mails and notices (L1). */
public final class Words {

    private Words() {}

    /**
     * Returns a sentence in the language of now.
     *
     * @param english a literal, which is the key of its translations
     * @param values as in {@link Sentence}, in the order in which English names them
     */
    public static String say(String english, Object... values) {
        Language now = Language.now();
        return now.pattern(english).text(now, values);
    }
}
