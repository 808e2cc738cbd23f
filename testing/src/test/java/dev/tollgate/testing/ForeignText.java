package dev.tollgate.testing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a page in a test language whose sentences stand in ⟦…⟧. It expects what templates write: attributes in quotes, those that people read in double ones, elements closed but
 * for the void ones.
 */
public final class ForeignText {

    /** What is the same in each language: addresses, ids, models, names of products, zones, codes, initials, and what golden files have instead of secrets. */
    public static final String NAMES =
            "[\\w.+-]+@[\\w.-]+|https?://\\S+|Java-http-client/\\S+|^[A-Z]{1,2}$|/[\\w./{}-]+|(?:google/)?(?:gemini|imagen|veo)-[\\w.-]+|text-embedding-[\\w.-]+"
                    + "|\\b(?:acc|key|mem|per|pay|req|team|wh|sig|chatcmpl|account|person|task|payment)[_-][\\w…-]*|\\bsk-[\\w…-]*|\\b[A-Z]{4,}\\b|[\\w-]+\\.[\\w.-]+"
                    + "|\\b(?:Tollgate|Gemini|OpenAI|Anthropic|Google|Stripe|Acme ID|Python|JavaScript|Java|curl|[A-Z][A-Za-z]+/[\\w/+-]+|UTC|API|CSV|PDF|JSON|ZIP|VAT|SDK|URL)\\b"
                    + "|\\b[a-z]+:(?:read|write)\\b|\\b[a-z]+(?:_[a-z]+)+\\b";

    private static final Pattern PIECE = Pattern.compile(
            "(?s)<!--.*?-->|<!.*?>|<(/?)([A-Za-z][\\w-]*)((?:\\s+[\\w:-]+(?:=\"[^\"]*\"|='[^']*')?)*)\\s*/?>|[^<]+|<");
    private static final Pattern ATTRIBUTE = Pattern.compile("([\\w:-]+)(?:=\"([^\"]*)\")?");
    private static final Set<String> READ_BY_PEOPLE = Set.of("title", "aria-label", "placeholder", "alt");
    private static final Set<String> VOID = Set.of(
            "meta", "link", "input", "br", "hr", "img", "wbr", "rect", "path", "circle", "line", "use", "polyline");

    /** Elements whose text is no sentence: code, and what no person reads. */
    private static final Set<String> NO_SENTENCE = Set.of("code", "pre", "kbd", "script", "style", "textarea");

    /** Two sentences with nothing but a blank between them: one that was written in pieces. */
    private static final Pattern PIECES = Pattern.compile("⟧ ⟦");

    private static final Pattern ENTITY = Pattern.compile("&#?\\w+;");

    private final Pattern names;
    private final List<String> found = new ArrayList<>();
    private final Deque<Open> open = new ArrayDeque<>();
    private final StringBuilder text = new StringBuilder();
    private int depth;

    private record Open(String name, boolean isSilent) {}

    private ForeignText(Pattern names) {
        this.names = names;
    }

    /**
     * Returns the texts with letters outside ⟦⟧, and sentences in pieces.
     *
     * @param names texts that are the same in each language, as {@link #NAMES} are
     */
    public static List<String> in(String html, Pattern names) {
        ForeignText reader = new ForeignText(names);
        reader.read(html);
        return reader.found;
    }

    private void read(String html) {
        Matcher piece = PIECE.matcher(html);
        while (piece.find()) {
            if (piece.group(2) != null) {
                tag(!piece.group(1).isEmpty(), piece.group(2).toLowerCase(Locale.ROOT), piece.group(3), piece.group());
            } else if (!piece.group().startsWith("<!") && !isSilent()) {
                text.append(outside(piece.group()));
            }
        }
        end();
    }

    private boolean isSilent() {
        return !open.isEmpty() && open.peek().isSilent();
    }

    private void tag(boolean closes, String name, String attributes, String tag) {
        if (depth == 0) {
            end();
        }
        if (closes) {
            while (!open.isEmpty() && !open.pop().name().equals(name)) {
                continue;
            }
            return;
        }
        boolean silent = isSilent() || NO_SENTENCE.contains(name);
        Matcher attribute = ATTRIBUTE.matcher(attributes);
        List<String> read = new ArrayList<>();
        while (attribute.find()) {
            String value = attribute.group(2) == null ? "" : attribute.group(2);
            silent |= attribute.group(1).equals("lang") && value.equals("en") && !name.equals("html")
                    || attribute.group(1).equals("translate") && value.equals("no");
            if (READ_BY_PEOPLE.contains(attribute.group(1))) {
                read.add(value);
            }
        }
        if (!silent) {
            for (String value : read) {
                int outer = depth;
                depth = 0;
                check(outside(value));
                depth = outer;
            }
        }
        if (!VOID.contains(name) && !tag.endsWith("/>")) {
            open.push(new Open(name, silent));
        }
    }

    /** Returns what stands outside ⟦⟧, with a ⟦⟧ for each sentence. */
    private String outside(String piece) {
        StringBuilder rest = new StringBuilder();
        piece.chars().forEach(c -> {
            if (c == '⟦') {
                depth++;
            }
            if (depth == 0 || c == '⟦' && depth == 1 || c == '⟧' && depth == 1) {
                rest.append((char) c);
            }
            if (c == '⟧') {
                depth = Math.max(0, depth - 1);
            }
        });
        return rest.toString();
    }

    private void end() {
        check(text.toString());
        text.setLength(0);
    }

    private void check(String outside) {
        String plain = outside.replaceAll("\\s+", " ").strip();
        String rest = names.matcher(ENTITY.matcher(plain).replaceAll(" ")).replaceAll(" ");
        if (rest.chars().anyMatch(Character::isLetter) || PIECES.matcher(plain).find()) {
            found.add(plain);
        }
    }
}
