package dev.tollgate.calls.files;

import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Finds the Markdown images of a text that have an address of this server, the last one first. Callers write the text, so whatever stands in it, each of its characters is looked at
 * a few times at most: only what ends like an address is read backwards, and no two of these readings overlap. Not thread-safe.
 */
final class MarkdownImages {

    private static final int HOST_CHARS_MAX = 512;
    private static final int WORDS_CHARS_MAX = 200;

    /** An id, a dot and four letters. */
    private static final int NAME_CHARS_MAX = 37;

    private static final int LINE_ENDS_MAX = 2;

    private final String text;
    private int before;

    /**
     * An image in the text.
     *
     * @param from the place of its first character, with the line ends that were written around it
     * @param to the place behind it
     * @param url its address
     * @param id of the file that the address names
     */
    record Found(int from, int to, String url, String id) {}

    MarkdownImages(String text) {
        this.text = text;
        this.before = text.length();
    }

    /** Returns the image before those that were returned; null if there is none. */
    @Nullable
    Found previous() {
        while (before > 0) {
            before = text.lastIndexOf(FileAddresses.PATH, before - 1);
            Found found = before < 0 ? null : at(before);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Returns the image whose address has its path at a place; null if there is none. */
    private @Nullable Found at(int path) {
        int name = path + FileAddresses.PATH.length();
        Matcher its = FileAddresses.NAME.matcher(text).region(name, Math.min(text.length(), name + NAME_CHARS_MAX));
        if (!its.lookingAt() || !text.startsWith(")", its.end())) {
            return null;
        }
        int url = startOfUrl(path);
        int mark = url < 0 ? -1 : mark(url - 2);
        return mark < 0
                ? null
                : new Found(
                        mark - lineEndsBefore(mark), behind(its.end()), text.substring(url, its.end()), its.group(1));
    }

    /** Returns where the address begins, behind its bracket; -1 if it is none. */
    private int startOfUrl(int path) {
        int at = path;
        int least = Math.max(0, path - HOST_CHARS_MAX - "https://".length() - 1);
        while (at > least && isOfHost(text.charAt(at - 1))) {
            at--;
        }
        int scheme = text.startsWith("https://", at) ? 8 : text.startsWith("http://", at) ? 7 : 0;
        int host = path - at - scheme;
        return scheme > 0 && host >= 1 && host <= HOST_CHARS_MAX && at >= 2 && text.startsWith("](", at - 2) ? at : -1;
    }

    private static boolean isOfHost(char its) {
        return its > ' ' && its != '?' && its != '#' && its != '(' && its != ')';
    }

    /** Returns where the image begins whose words end at a place; -1 without a beginning. */
    private int mark(int end) {
        int least = Math.max(0, end - WORDS_CHARS_MAX - 2);
        for (int at = end - 1; at >= least && text.charAt(at) != ']' && text.charAt(at) != '\n'; at--) {
            if (text.startsWith("![", at)) {
                return at;
            }
        }
        return -1;
    }

    private int lineEndsBefore(int place) {
        int count = 0;
        while (count < LINE_ENDS_MAX && count < place && text.charAt(place - count - 1) == '\n') {
            count++;
        }
        return count;
    }

    /** Returns the place behind the closing bracket at a place and the line ends that follow it. */
    private int behind(int bracket) {
        int at = bracket + 1;
        while (at <= bracket + LINE_ENDS_MAX && text.startsWith("\n", at)) {
            at++;
        }
        return at;
    }
}
