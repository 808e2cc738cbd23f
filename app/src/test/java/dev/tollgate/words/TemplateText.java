package dev.tollgate.words;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a template's fixed parts: the text between its elements, and the attributes that people read, without its expressions. What stands in
 * {@code <pre>}, {@code <code>} and {@code <kbd>} is left out.
 */
final class TemplateText {

    private static final Set<String> READ_BY_PEOPLE = Set.of("aria-label", "placeholder", "title", "alt");
    private static final Set<String> NO_PROSE = Set.of("pre", "code", "kbd", "script", "style");
    private static final Pattern CALL = Pattern.compile("@(?:if|elseif|for|template\\.[\\w.-]+)\\(");
    private static final Pattern WORD = Pattern.compile("@(?:else|endif|endfor|raw|endraw)\\b");
    private static final Pattern HEAD = Pattern.compile("@(?:import|param) .*");
    private static final Pattern TAG = Pattern.compile("</?([A-Za-z][\\w-]*)");
    private static final Pattern ATTRIBUTE = Pattern.compile("([\\w-]+)=\"");

    private final String source;
    private final List<Text> found = new ArrayList<>();
    private int at;

    /** The place in the HTML, which an expression leaves as it was. */
    private String attribute = "";

    private boolean isInTag;
    private int silent;
    private StringBuilder run = new StringBuilder();

    /** @param attribute its name; empty for text between elements */
    record Text(int line, String attribute, String text) {}

    private TemplateText(String source) {
        this.source = source;
    }

    /** Returns the texts with letters that stand outside expressions. */
    static List<Text> of(String source) {
        TemplateText reader = new TemplateText(source);
        reader.readText(false);
        return reader.found;
    }

    private void readText(boolean isNested) {
        while (at < source.length()) {
            if (isNested && source.charAt(at) == '`') {
                break;
            }
            if (!isSkipped()) {
                readHtml();
            }
        }
        end();
        at++;
    }

    /** Passes over what is no HTML: a comment, an expression, a keyword of the template. */
    private boolean isSkipped() {
        for (String comment : List.of("<%--", "<!--", "<!")) {
            if (source.startsWith(comment, at)) {
                end();
                String close = comment.equals("<%--") ? "--%>" : comment.equals("<!--") ? "-->" : ">";
                at = Math.max(source.indexOf(close, at), at) + close.length();
                return true;
            }
        }
        for (String opener : List.of("${", "!{", "$unsafe{")) {
            if (source.startsWith(opener, at)) {
                end();
                at += opener.length();
                readJava();
                return true;
            }
        }
        boolean isStart = at == 0 || source.charAt(at - 1) == '\n';
        if (source.charAt(at) != '@') {
            return false;
        }
        if (isAt(CALL) != null) {
            readJava();
            return true;
        }
        return isAt(WORD) != null || isStart && isAt(HEAD) != null;
    }

    private @Nullable Matcher isAt(Pattern pattern) {
        Matcher matcher = pattern.matcher(source).region(at, source.length());
        if (!matcher.lookingAt()) {
            return null;
        }
        end();
        at = matcher.end();
        return matcher;
    }

    private void readHtml() {
        char c = source.charAt(at);
        if (!attribute.isEmpty()) {
            if (c == '"') {
                end();
                attribute = "";
            } else {
                run.append(c);
            }
            at++;
        } else if (isInTag) {
            Matcher begun = isAt(ATTRIBUTE);
            if (begun != null) {
                attribute = begun.group(1);
                return;
            }
            isInTag = c != '>';
            at++;
        } else {
            Matcher tag = c == '<' ? isAt(TAG) : null;
            if (tag != null) {
                isInTag = true;
                if (NO_PROSE.contains(tag.group(1).toLowerCase(Locale.ROOT))) {
                    silent = Math.max(0, silent + (tag.group().startsWith("</") ? -1 : 1));
                }
                return;
            }
            run.append(c);
            at++;
        }
    }

    /** Reads an expression to the bracket that ends it, and what HTML it has between back ticks. */
    private void readJava() {
        int depth = 0;
        while (at < source.length()) {
            char c = source.charAt(at++);
            if (c == '"' || c == '\'') {
                passString(c);
            } else if (c == '@' && at < source.length() && source.charAt(at) == '`') {
                at++;
                readNested();
            } else if ("({[".indexOf(c) >= 0) {
                depth++;
            } else if (")}]".indexOf(c) >= 0 && depth-- == 0) {
                return;
            }
        }
    }

    private void readNested() {
        String outerAttribute = attribute;
        boolean outerTag = isInTag;
        int outerSilent = silent;
        attribute = "";
        isInTag = false;
        silent = 0;
        readText(true);
        attribute = outerAttribute;
        isInTag = outerTag;
        silent = outerSilent;
    }

    private void passString(char quote) {
        while (at < source.length() && source.charAt(at) != quote) {
            at += source.charAt(at) == '\\' ? 2 : 1;
        }
        at++;
    }

    /** Ends a run of text. */
    private void end() {
        String text = run.toString();
        run = new StringBuilder();
        boolean isRead = attribute.isEmpty() ? !isInTag && silent == 0 : READ_BY_PEOPLE.contains(attribute);
        if (isRead && text.replaceAll("&#?\\w+;", "").chars().anyMatch(Character::isLetter)) {
            int line = 1
                    + (int) source.substring(0, Math.min(at, source.length()))
                            .chars()
                            .filter(it -> it == '\n')
                            .count();
            found.add(new Text(line, attribute, text.strip()));
        }
    }
}
