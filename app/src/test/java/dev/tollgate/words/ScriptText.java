package dev.tollgate.words;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the texts of a script: the first arguments of {@code word('…')}, and the texts outside. */
final class ScriptText {

    /** A comment, a string, or a regular expression, which begins after a sign. */
    private static final Pattern PIECE = Pattern.compile(
            "(?s)//[^\\n]*|/\\*.*?\\*/|(\\bword\\()?('(?:\\\\.|[^'\\\\\\n])*'|\"(?:\\\\.|[^\"\\\\\\n])*\""
                    + "|`(?:\\\\.|[^`\\\\])*`)|(?<=[(=,:!&|?] ?)/(?:\\\\.|\\[(?:\\\\.|[^\\]\\\\\\n])*]|[^/\\\\\\n])+/");

    /** A call of the function with anything but a string. */
    private static final Pattern NO_LITERAL = Pattern.compile("(?<![.\\w])word\\((?!['\"`])");

    final List<Sentences.Use> uses = new ArrayList<>();
    final List<String> faults = new ArrayList<>();
    final List<Sentences.Loose> loose = new ArrayList<>();

    static ScriptText of(String file, String source) {
        ScriptText found = new ScriptText();
        Matcher piece = PIECE.matcher(source);
        while (piece.find()) {
            String quoted = piece.group(2);
            if (quoted == null) {
                continue;
            }
            long line = 1
                    + source.substring(0, piece.start())
                            .chars()
                            .filter(it -> it == '\n')
                            .count();
            String text = quoted.substring(1, quoted.length() - 1).replaceAll("\\\\(['\"`\\\\])", "$1");
            if (piece.group(1) == null) {
                if (Sentences.isText(text.replaceAll("\\$\\{[^}]*}", "1"))) {
                    found.loose.add(new Sentences.Loose(text, line));
                }
            } else if (quoted.startsWith("`")) {
                found.faults.add(file + ":" + line + ": word has no literal as its first argument");
            } else {
                Shape.of(text).faults().forEach(it -> found.faults.add(file + ":" + line + ": '" + text + "' " + it));
                found.uses.add(new Sentences.Use(text, "word", line));
            }
        }
        Matcher wrong = NO_LITERAL.matcher(source);
        while (wrong.find()) {
            if (!source.startsWith("const word = (", Math.max(0, wrong.start() - 6))) {
                found.faults.add(file + ": word has no literal as its first argument");
            }
        }
        return found;
    }
}
