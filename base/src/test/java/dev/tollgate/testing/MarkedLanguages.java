package dev.tollgate.testing;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Plural;
import dev.tollgate.base.words.Signs;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Languages that tests have and no installation offers. */
public final class MarkedLanguages {

    /** Each sentence in ⟦…⟧, accented and a third longer; values are as they are. A letter outside ⟦⟧ is in no sentence (L38). */
    public static final Language ACCENTED = language("en-XA", MarkedLanguages::accented);

    /** An element and a script in each sentence, around its values. A page has the elements and attributes of the English one (L39). */
    public static final Language HOSTILE = language("en-XH", MarkedLanguages::hostile);

    private static final String PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final String ACCENTS = "áƀćđéƒğħíĵķłɱńóƥɋŕśťúṽŵẋýžÁƁĆĐÉƑĞĦÍĴĶŁṀŃÓƤɊŔŚŤÚṼŴẊÝŽ";

    /** What makes a sentence longer: words, so that lines may break between them. */
    private static final String MORE = "łóńğéŕ ";

    private static final String ATTACK = "\"'><img src=x onerror=1><script>1</script>&amp;";

    private static final Pattern CONTEXT = Pattern.compile("^[a-z][a-z0-9-]*::");
    private static final Pattern NAME = Pattern.compile("\\{[a-z]\\w*}|</?[a-z]\\w*>");
    private static final String OR = " | ";

    /** The pattern of a text that is no sentence, which a language leaves as it is. */
    private static final String AS_IT_IS = "{text}";

    private MarkedLanguages() {}

    private static Language language(String tag, UnaryOperator<String> ofForm) {
        return new Language(tag, "⟦" + tag + "⟧", Plural.ONE, new Signs('.', ','), english -> Arrays.stream(
                        CONTEXT.matcher(english).replaceFirst("").split(Pattern.quote(OR), -1))
                .map(ofForm)
                .collect(Collectors.joining(OR)));
    }

    private static String accented(String form) {
        if (form.equals(AS_IT_IS)) {
            return form;
        }
        StringBuilder text = new StringBuilder("⟦");
        Matcher name = NAME.matcher(form);
        int from = 0;
        int letters = 0;
        while (name.find()) {
            letters += addAccented(form.substring(from, name.start()), text);
            text.append(name.group());
            from = name.end();
        }
        letters += addAccented(form.substring(from), text);
        int more = (letters * 35 + 99) / 100;
        if (more > 0) {
            text.append(' ').append(MORE.repeat(more / MORE.length() + 1), 0, more);
        }
        return text.toString().stripTrailing() + "⟧";
    }

    private static int addAccented(String plain, StringBuilder text) {
        plain.chars().forEach(c -> {
            int at = PLAIN.indexOf(c);
            text.append(at < 0 ? (char) c : ACCENTS.charAt(at));
        });
        return plain.length();
    }

    private static String hostile(String form) {
        return ATTACK
                + NAME.matcher(form).results().map(it -> it.group() + ATTACK).collect(Collectors.joining());
    }
}
