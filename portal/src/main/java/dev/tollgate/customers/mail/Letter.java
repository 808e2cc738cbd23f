package dev.tollgate.customers.mail;

import dev.tollgate.base.host.WrittenText;
import java.util.regex.Pattern;

/**
 * A mail: text only. Checks itself, so that nothing in it can become a header or a second recipient.
 *
 * @param to one address in ASCII
 * @param subject of one line
 * @param text lines, without controls
 */
public record Letter(String to, String subject, String text) {

    private static final Pattern ADDRESS = Pattern.compile("[!#-'*+\\-./0-9=?A-Z^-~]{1,64}@[A-Za-z0-9.-]{1,189}");
    private static final int SUBJECT_CHARS_MAX = 150;
    private static final int TEXT_CHARS_MAX = 10_000;

    public Letter {
        if (!canReach(to)) {
            throw new IllegalArgumentException("a letter goes to one address in ASCII");
        }
        if (subject.isBlank()
                || subject.length() > SUBJECT_CHARS_MAX
                || subject.chars().anyMatch(Letter::breaks)) {
            throw new IllegalArgumentException("a subject is a line of 1 to " + SUBJECT_CHARS_MAX + " characters");
        }
        if (text.isBlank()
                || text.length() > TEXT_CHARS_MAX
                || text.chars().anyMatch(each -> each != '\n' && breaks(each))) {
            throw new IllegalArgumentException("a text has lines of 1 to " + TEXT_CHARS_MAX + " characters in all");
        }
    }

    /** Returns whether a mail can be sent to what was typed: other letters than ASCII's are not carried by every server. */
    public static boolean canReach(String address) {
        return ADDRESS.matcher(address).matches();
    }

    /** External words as a part of a line of a mail: without controls and line breaks, and not too long. */
    public static String inLine(String words, int charsMax) {
        StringBuilder line = new StringBuilder();
        WrittenText.shown(words)
                .codePoints()
                .map(each -> breaks(each) ? ' ' : each)
                .limit(charsMax)
                .forEach(line::appendCodePoint);
        return line.toString().strip();
    }

    /** Returns a subject, cut if long names leave it no room: they do in some languages. */
    static String subject(String words) {
        if (words.length() <= SUBJECT_CHARS_MAX) {
            return words;
        }
        int end = SUBJECT_CHARS_MAX - 1;
        return words.substring(0, Character.isHighSurrogate(words.charAt(end - 1)) ? end - 1 : end) + "…";
    }

    private static boolean breaks(int each) {
        return Character.isISOControl(each) || each == 0x2028 || each == 0x2029;
    }
}
