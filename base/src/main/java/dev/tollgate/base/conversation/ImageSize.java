package dev.tollgate.base.conversation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A size class of images, the smallest first. A model's row in the catalogue says which of them it makes, and the tokens of each: a class is added here and
 * there.
 */
public enum ImageSize {
    HALF_K("512", 640, "0.5k"),
    ONE_K("1K", 1_600),
    TWO_K("2K", 3_000),
    FOUR_K("4K", Integer.MAX_VALUE);

    /** The words of all, the smallest first. */
    public static final List<String> WORDS =
            Arrays.stream(values()).map(ImageSize::word).toList();

    private final String word;
    private final int sideMax;
    private final List<String> others;

    /**
     * @param sideMax the most pixels of the longer side of an image that is asked for in pixels and gets this size
     * @param others other words of callers, in lower case
     */
    ImageSize(String word, int sideMax, String... others) {
        this.word = word;
        this.sideMax = sideMax;
        this.others = List.of(others);
    }

    /** Returns the word for it in catalogues and in Google's requests. */
    public String word() {
        return word;
    }

    /** Returns the size of a caller's word, in either case; null for a word that is none. */
    public static @Nullable ImageSize of(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        for (ImageSize size : values()) {
            if (size.word.toLowerCase(Locale.ROOT).equals(lower) || size.others.contains(lower)) {
                return size;
            }
        }
        return null;
    }

    /** Returns the size for an image in pixels. @param side the longer one */
    public static ImageSize ofPixels(int side) {
        return Arrays.stream(values())
                .filter(size -> side <= size.sideMax)
                .findFirst()
                .orElseThrow();
    }
}
