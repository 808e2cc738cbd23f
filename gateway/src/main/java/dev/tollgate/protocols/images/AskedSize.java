package dev.tollgate.protocols.images;

import dev.tollgate.base.conversation.ImageWish;
import dev.tollgate.base.conversation.ImageWish.Said;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.protocols.door.ImageRequests;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's field {@code size}: pixels, a ratio or a size class, which a model fits into what it has (Y20).
 *
 * @param ratio of width to height; null if the field has a size class alone
 * @param isNearest whether the model's nearest ratio will do: pixels say no ratio that a model could lack
 * @param size a class; null if the field has a ratio alone
 */
record AskedSize(
        String field,
        @Nullable String ratio,
        boolean isNearest,
        @Nullable String size) {

    private static final Pattern PIXELS = Pattern.compile("([1-9][0-9]{0,3})[xX]([1-9][0-9]{0,3})");
    private static final Pattern RATIO = Pattern.compile("[1-9][0-9]?:[1-9][0-9]?");
    private static final int PIXELS_MAX = 8_192;
    private static final int CHARS_MAX = 32;

    /** Reads the field; null for {@code auto}. */
    static @Nullable AskedSize read(JsonBody json) {
        String text = json.string(CHARS_MAX);
        String size = ImageRequests.word(text);
        Matcher pixels = PIXELS.matcher(text);
        if (text.equals("auto")) {
            return null;
        }
        if (RATIO.matcher(text).matches()) {
            return new AskedSize(json.path(), text, false, null);
        }
        if (UpstreamModel.Images.SIZES.contains(size)) {
            return new AskedSize(json.path(), null, false, size);
        }
        int most = pixels.matches() ? Math.max(number(pixels, 1), number(pixels, 2)) : Integer.MAX_VALUE;
        if (most > PIXELS_MAX) {
            throw json.refuse("auto, pixels up to 8192 like 1536x1024, a ratio like 3:2, or 512, 1K, 2K or 4K");
        }
        return new AskedSize(json.path(), number(pixels, 1) + ":" + number(pixels, 2), true, ofPixels(most));
    }

    private static int number(Matcher found, int group) {
        return Integer.parseInt(found.group(group));
    }

    private static String ofPixels(int most) {
        return most <= 640 ? "512" : most <= 1_600 ? "1K" : most <= 3_000 ? "2K" : "4K";
    }

    /** Returns a wish with this size in the words of a model, where the wish says nothing itself. */
    ImageWish in(ImageWish wish, UpstreamModel.Images rules) {
        ImageWish fitted = wish;
        if (ratio != null && wish.ratio() == null) {
            fitted = fitted.withRatio(new Said(field, isNearest ? nearestRatio(ratio, rules) : ratio));
        }
        if (size != null && wish.size() == null) {
            fitted = fitted.withSize(new Said(field, nearestSize(size, rules)));
        }
        return fitted;
    }

    /** Returns whether a part of it has no effect on a model: a class that the model lacks, or what other fields say otherwise. */
    boolean isLost(ImageWish wish, UpstreamModel.Images rules) {
        return ratio != null && wish.ratio() != null
                || size != null && (wish.size() != null || !rules.sizes().containsKey(size));
    }

    private static String nearestRatio(String pixels, UpstreamModel.Images rules) {
        double wanted = log(pixels);
        return rules.ratios().stream()
                .min(Comparator.comparingDouble(it -> Math.abs(log(it) - wanted)))
                .orElseThrow();
    }

    private static double log(String ratio) {
        int colon = ratio.indexOf(':');
        return Math.log(Double.parseDouble(ratio.substring(0, colon)) / Double.parseDouble(ratio.substring(colon + 1)));
    }

    private static String nearestSize(String size, UpstreamModel.Images rules) {
        List<String> all = UpstreamModel.Images.SIZES;
        return rules.sizes().keySet().stream()
                .min(Comparator.comparingInt(it -> Math.abs(all.indexOf(it) - all.indexOf(size))))
                .orElseThrow();
    }
}
