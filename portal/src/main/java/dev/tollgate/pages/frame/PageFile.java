package dev.tollgate.pages.frame;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A file for download, written piece by piece.
 *
 * @param name proposed file name; letters, digits, dots, hyphens and underscores
 * @param shown the same name in any script
 * @param pieces calls its argument with whole pieces in order; the call waits until there is room and returns false if no more pieces are
 *     needed. May block and throw
 */
public record PageFile(String name, String shown, String contentType, Consumer<Predicate<byte[]>> pieces) {

    private static final String CSV = "text/csv; charset=utf-8";

    public PageFile {
        if (!name.matches("[A-Za-z0-9._-]{1,100}")) {
            throw new IllegalArgumentException("not a name for a file: " + name);
        }
    }

    public PageFile(String name, String contentType, Consumer<Predicate<byte[]>> pieces) {
        this(name, name, contentType, pieces);
    }

    /** Returns a file of texts in UTF-8. */
    private static PageFile text(String name, String contentType, Consumer<Predicate<String>> pieces) {
        return new PageFile(
                name,
                name,
                contentType,
                taker -> pieces.accept(piece -> taker.test(piece.getBytes(StandardCharsets.UTF_8))));
    }

    /** Returns this file with a name in any script, for programs that read it. */
    public PageFile shownAs(String whole) {
        return new PageFile(name, whole, contentType, pieces);
    }

    /** Returns the value of {@code content-disposition}. */
    String disposition() {
        String plain = "attachment; filename=\"" + name;
        return shown.equals(name)
                ? plain + "\""
                : plain + "\"; filename*=UTF-8''"
                        + URLEncoder.encode(shown, StandardCharsets.UTF_8).replace("+", "%20");
    }

    public static PageFile csv(String name, Consumer<Predicate<String>> pieces) {
        return text(name, CSV, pieces);
    }

    public static PageFile csv(String name, String text) {
        return of(name, CSV, text);
    }

    /** Returns a file of a single piece. */
    public static PageFile of(String name, String contentType, String text) {
        return text(name, contentType, pieces -> {
            boolean unused = pieces.test(text); // it is the last one
        });
    }
}
