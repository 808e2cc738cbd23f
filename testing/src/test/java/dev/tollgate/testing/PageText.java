package dev.tollgate.testing;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.StringTokenizer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page's HTML as golden files have it: the tag of a block on a line, or the whole block if it contains no other; white space reduced to single spaces,
 * and a stable name instead of everything that differs from run to run.
 */
public final class PageText {

    private static final String BLOCKS =
            "html|head|body|meta|link|title|script|noscript|header|footer|main|nav|aside|section|article|div|p|h1|h2|h3"
                    + "|ul|ol|li|dl|dt|dd|table|thead|tbody|tfoot|tr|th|td|form|fieldset|legend|details|summary|dialog|pre|select|option|textarea|svg";
    private static final Pattern BLOCK = Pattern.compile("</?(?:" + BLOCKS + ")\\b[^>]*>");
    private static final Pattern INNERMOST =
            Pattern.compile("(?m)^(<([a-z0-9]+)\\b[^>\n]*>)\n(?:(?!</?(?:" + BLOCKS + ")\\b)([^\n]+)\n)?(</\\2>)$");
    private static final Pattern ID = Pattern.compile(
            "\\b(?:(acc|key|mem|per|pay|req|team)_(?!.0{19})[0-9A-Za-z]{20,}|chatcmpl-[0-9A-Za-z]{20,})");

    /** What is masked, and by what; a group that a pattern has is kept. */
    private static final Map<Pattern, String> MASKS = new LinkedHashMap<>();

    static {
        mask("(name=\"csrf\" value=\"|data-csrf=\")[^\"]+", "$1TOKEN");
        mask("(name=\"(?:once|sealed|as|carried|session|looked)\" value=\")[A-Za-z0-9_.=-]{16,}(?=\")", "$1SEALED");
        mask("(name=\"(?:id|payment)\" value=\")[0-9a-f]{32}", "$1NEW");
        mask("/assets/[0-9a-f]{12}/", "/assets/HASH/");
        mask("([?&](?:amp;)?(?:as|typed|invite)=)[A-Za-z0-9_-]{40,}", "$1SEALED");
        mask("/(invite|reset|confirm)/[A-Za-z0-9_-]{20,}", "/$1/LINK");
        mask("(127\\.0\\.0\\.1|localhost):\\d{4,5}", "$1:PORT");
        mask("/[\\w./-]*/tollgate-test\\d+", "/DATA");
        mask("\\bsk-[A-Za-z0-9]{16,}", "sk-SECRET");
        mask("\\bsk-[A-Za-z0-9]{2,8}(?=…|\\.\\.\\.|&hellip;|<|,| →|\")", "sk-BEGIN");
        mask("(<svg class=\"qr\"[^>]*>)<path d=\"[^\"]+\"/>", "$1<path d=\"PICTURE\"/>");
        mask("secret=[A-Z2-7]{32}", "secret=SECRET");
        mask("(id=\"secret\">)[A-Z2-7 ]+", "$1SECRET");
        mask("(?: ?\\b[a-z0-9]{4}(?:-[a-z0-9]{4}){3}\\b){10}", "CODES");
        mask("(?<=: )[0-9a-f]{16}\\b", "MARK");
        mask("\\bwh_[0-9a-f]{20}\\b", "wh_ID");
        mask("\\bsig_[0-9a-f]{16}\\b", "sig_SIGNER");
        mask("\\b[A-Z0-9]{5}(-[A-Z0-9]{5}){3}\\b", "VOUCHER");
        mask(
                "(<code class=\"wrap\">)(?:[^<]*/channels\\d+\\.yaml|\\d{4,5})(?=</code><span class=\"badge\">argument)",
                "$1OWN");
        mask("\\bbatch_(?!20261121110{8})[0-9A-Za-z]{31}", "batch_ID");
        mask("\\bfile-(?!0{20})[0-9a-f]{32}\\b", "file-ID");
        mask("\\b[0-9a-f]{64}\\b", "SHA256");
        mask("(<dt>(?:All tables|Growth|Room beside the books)</dt> ?<dd>)[^<]+", "$1MEASURED");
        mask(
                "(The last mail was sent on )[^.<]+",
                "$1DAY"); // on a slow machine a round of notices comes before the page
    }

    private static void mask(String pattern, String by) {
        MASKS.put(Pattern.compile(pattern), by);
    }

    private PageText() {}

    /** @param names stable names by the ids that differ from run to run; other ids are numbered by their first place on the page */
    public static String of(String html, Map<String, String> names) {
        StringJoiner words = new StringJoiner(" ");
        new StringTokenizer(html).asIterator().forEachRemaining(word -> words.add((String) word));
        String text = words.toString();
        for (Map.Entry<Pattern, String> mask : MASKS.entrySet()) {
            text = mask.getKey().matcher(text).replaceAll(mask.getValue());
        }
        Map<String, String> numbered = new HashMap<>();
        text = ID.matcher(text).replaceAll(id -> Matcher.quoteReplacement(name(id, names, numbered)));
        text = BLOCK.matcher(text)
                .replaceAll("\n$0\n")
                .replaceAll(" ?\n[\n ]*", "\n")
                .strip();
        return INNERMOST
                .matcher(text)
                .replaceAll(block -> Matcher.quoteReplacement(
                        block.group(1) + Objects.requireNonNullElse(block.group(3), "") + block.group(4)));
    }

    private static String name(MatchResult id, Map<String, String> names, Map<String, String> numbered) {
        String known = names.get(id.group());
        String kind = id.group(1) == null ? "chatcmpl" : id.group(1);
        return known != null ? known : numbered.computeIfAbsent(id.group(), each -> kind + "-" + (numbered.size() + 1));
    }
}
