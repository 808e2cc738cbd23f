package dev.tollgate.base.host;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Texts that people write and others read: names, reasons, notes. Control characters (U+0000 to U+001F, U+007F to U+009F), marks of the writing direction and halves of
 * characters are refused. Joiners (U+200C, U+200D) stay, since scripts and emoji need them. Pages show any other invisible character as an
 * escape like {@code \u200b}.
 */
public final class WrittenText {

    private static final int NON_JOINER = 0x200c;
    private static final int JOINER = 0x200d;

    private WrittenText() {}

    public static boolean isClean(String text) {
        return complaint(text) == null;
    }

    /** @return what is wrong, to follow the field's name, as in {@code has a control character, U+0000}; null if nothing is */
    public static @Nullable Sentence complaint(String text) {
        return complaint(text, character -> false);
    }

    /** Returns what is wrong with a text of several lines, as above. */
    public static @Nullable Sentence complaintOfLines(String text) {
        return complaint(text, WrittenText::isBreak);
    }

    /** Returns what is wrong with a text that the program only compares; it may have marks of the writing direction. */
    public static @Nullable Sentence complaintOfSecret(String text) {
        return complaint(text, character -> isBreak(character) || isDirection(character));
    }

    private static @Nullable Sentence complaint(String text, IntPredicate isAllowed) {
        for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
            int character = text.codePointAt(at);
            Sentence kind = isAllowed.test(character) ? null : kind(character);
            if (kind != null) {
                return sentence("has {kind}, {code}", kind, "U+%04X".formatted(character));
            }
        }
        return null;
    }

    private static boolean isBreak(int character) {
        return character == '\n' || character == '\r' || character == '\t';
    }

    private static @Nullable Sentence kind(int character) {
        if (Character.isISOControl(character)) {
            return sentence("a control character");
        }
        if (isDirection(character)) {
            return sentence("a mark of the writing direction");
        }
        return Character.getType(character) == Character.SURROGATE ? sentence("half of a character") : null;
    }

    private static boolean isDirection(int character) {
        return character == 0x61c
                || character == 0x200e
                || character == 0x200f
                || (character >= 0x202a && character <= 0x202e)
                || (character >= 0x2066 && character <= 0x2069);
    }

    /** Returns an external text without the characters that are refused. */
    public static String cleaned(String text) {
        return isClean(text)
                ? text
                : text.codePoints()
                        .filter(character -> kind(character) == null)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
    }

    /** The text as a page shows it; line breaks and tabs stay. */
    public static String shown(String text) {
        int at = 0;
        while (at < text.length() && shows(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(character -> {
            if (shows(character)) {
                shown.appendCodePoint(character);
            } else {
                shown.append(Printable.escape(character));
            }
        });
        return shown.toString();
    }

    private static boolean shows(int character) {
        if (character >= ' ' && character < 0x7f) {
            return true;
        }
        return switch (Character.getType(character)) {
            case Character.CONTROL -> isBreak(character);
            case Character.FORMAT -> character == NON_JOINER || character == JOINER;
            case Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> !isBlankLetter(character);
        };
    }

    /** Letters and signs without a shape. */
    private static boolean isBlankLetter(int character) {
        return switch (character) {
            case 0x34f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0 -> true;
            default -> false;
        };
    }
}
