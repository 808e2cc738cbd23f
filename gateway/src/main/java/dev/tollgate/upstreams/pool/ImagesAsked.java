package dev.tollgate.upstreams.pool;

import org.jspecify.annotations.Nullable;

/**
 * The images that an upstream is asked for, after the catalogue's decisions.
 *
 * @param isAlone whether no text is asked for
 * @param ratio of width to height; null leaves it to the model
 * @param size a size class; null leaves it to the model
 * @param tokens of an image of that size
 * @param most images that are charged
 * @param requests to the upstream that the call takes, each for one image of its own if there are several
 */
public record ImagesAsked(
        boolean isAlone, @Nullable String ratio, @Nullable String size, long tokens, int most, int requests) {

    /** Returns what is asked in so many requests, one image each. */
    public ImagesAsked each(int times) {
        return new ImagesAsked(isAlone, ratio, size, tokens, times, times);
    }
}
