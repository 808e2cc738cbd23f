package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.ImageWish;
import dev.tollgate.base.conversation.ImageWish.Said;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.models.Model;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.pool.ImagesAsked;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A caller's wish for images as one model can fulfil it (Y1, Y12, Y18).
 *
 * @param others the ids of the models that make images
 */
public record ImageRequests(ImageWish wish, Model model, Supplier<List<String>> others) {

    /** Other words for size classes, in lower case. */
    private static final Map<String, String> SIZES = Map.of("0.5k", "512", "1k", "1K", "2k", "2K", "4k", "4K");

    /** Returns what is asked of the model: images and text unless the caller says otherwise; null for text alone. */
    public @Nullable ImagesAsked asked() {
        UpstreamModel.Images rules = model.upstream().images();
        if (rules == null || wish.isText()) {
            return null;
        }
        String size = wish.size() == null ? null : size(wish.size(), rules);
        return new ImagesAsked(
                wish.isAlone(),
                wish.ratio() == null ? null : wish.ratio().value(),
                size,
                rules.tokens(size == null ? rules.size() : size),
                model.imagesMax(),
                1);
    }

    /** @throws ApiException a 400 that names the field, what it has, and what is allowed */
    public void check() {
        UpstreamModel.Images rules = model.upstream().images();
        if (rules == null) {
            if (wish.wanted() != null) {
                throw refused(
                        wish.wanted(),
                        "image",
                        "text: model '" + model.id() + "' makes no images" + others("; ", " do"));
            }
            return;
        }
        if (wish.ratio() != null && !rules.ratios().contains(wish.ratio().value())) {
            throw refused(wish.ratio(), "one of " + String.join(", ", rules.ratios()));
        }
        if (wish.size() != null && !rules.sizes().containsKey(size(wish.size(), rules))) {
            throw refused(
                    wish.size(), "one of " + String.join(", ", rules.sizes().keySet()));
        }
    }

    /** Returns what is asked with a size of OpenAI's. @param size null for none */
    public ImageRequests fit(@Nullable Size size) {
        UpstreamModel.Images rules = model.upstream().images();
        return size == null || rules == null ? this : new ImageRequests(size.in(wish, rules), model, others);
    }

    /** Refuses a model that makes images at a door that has no place for them. @throws ApiException a 400 that names the model */
    public void refuse(String instead) {
        if (model.makesImages()) {
            throw ApiError.invalid(
                            "model",
                            "'model' must be a model of text here, '" + model.id() + "' makes images. Use " + instead
                                    + ".")
                    .asException();
        }
    }

    /** Returns how images are to come, {@code url} or {@code markdown}; null inline, or if there are none. */
    public @Nullable String delivery() {
        Said its = wish.delivery();
        return its == null || wish.isText() || !model.makesImages() ? null : its.value();
    }

    /** Returns the fields without effect, behind those that are known. */
    public List<String> ignored(List<String> known) {
        UpstreamModel.Images rules = model.upstream().images();
        List<String> all = new ArrayList<>(known);
        boolean isLost = rules == null || wish.isText();
        if (wish.ratio() != null && isLost) {
            all.add(wish.ratio().field());
        }
        if (wish.size() != null
                && (rules == null || isLost || !size(wish.size(), rules).equals(word(wish.size())))) {
            all.add(wish.size().field());
        }
        if (wish.delivery() != null && delivery() == null) {
            all.add(wish.delivery().field());
        }
        return all.size() == known.size() ? known : all;
    }

    private static String word(ImageWish.Said said) {
        return word(said.value());
    }

    /** Returns the name of a size class for another word; a word that is none as it is. */
    public static String word(String said) {
        return SIZES.getOrDefault(said.toLowerCase(Locale.ROOT), said);
    }

    /** Returns a size class; the model's own for the smallest one, which callers of ended models ask for (Y1). */
    private static String size(ImageWish.Said said, UpstreamModel.Images rules) {
        String size = word(said);
        return size.equals("512") && !rules.sizes().containsKey(size) ? rules.size() : size;
    }

    private String others(String before, String after) {
        List<String> ids = others.get();
        return ids.isEmpty() ? "" : before + String.join(", ", ids) + after;
    }

    private static ApiException refused(ImageWish.Said said, String allowed) {
        return refused(said.field(), said.value(), allowed);
    }

    private static ApiException refused(String field, String value, String allowed) {
        return ApiError.invalid(field, "'" + field + "' must be " + allowed + ", got '" + value + "'.")
                .asException();
    }

    /**
     * OpenAI's field {@code size}: pixels, a ratio or a size class, which a model fits into what it has (Y20).
     *
     * @param ratio of width to height; null if the field has a size class alone
     * @param isNearest whether the model's nearest ratio will do: pixels say no ratio that a model could lack
     * @param size a class; null if the field has a ratio alone
     */
    public record Size(
            String field,
            @Nullable String ratio,
            boolean isNearest,
            @Nullable String size) {

        private static final Pattern PIXELS = Pattern.compile("([1-9][0-9]{0,3})[xX]([1-9][0-9]{0,3})");
        private static final Pattern RATIO = Pattern.compile("[1-9][0-9]?:[1-9][0-9]?");
        private static final int PIXELS_MAX = 8_192;
        private static final int CHARS_MAX = 32;

        /** Reads the field; null for {@code auto}. */
        public static @Nullable Size read(JsonBody json) {
            String text = json.string(CHARS_MAX);
            String size = word(text);
            Matcher pixels = PIXELS.matcher(text);
            if (text.equals("auto")) {
                return null;
            }
            if (RATIO.matcher(text).matches()) {
                return new Size(json.path(), text, false, null);
            }
            if (UpstreamModel.Images.SIZES.contains(size)) {
                return new Size(json.path(), null, false, size);
            }
            int most = pixels.matches() ? Math.max(number(pixels, 1), number(pixels, 2)) : Integer.MAX_VALUE;
            if (most > PIXELS_MAX) {
                throw json.refuse("auto, pixels up to 8192 like 1536x1024, a ratio like 3:2, or 512, 1K, 2K or 4K");
            }
            return new Size(json.path(), number(pixels, 1) + ":" + number(pixels, 2), true, ofPixels(most));
        }

        private static int number(Matcher found, int group) {
            return Integer.parseInt(found.group(group));
        }

        private static String ofPixels(int most) {
            return most <= 640 ? "512" : most <= 1_600 ? "1K" : most <= 3_000 ? "2K" : "4K";
        }

        /** Returns a wish with this size in the words of a model, where the wish says nothing itself. */
        private ImageWish in(ImageWish wish, UpstreamModel.Images rules) {
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
        public boolean isLost(ImageWish wish, UpstreamModel.Images rules) {
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
            return Math.log(
                    Double.parseDouble(ratio.substring(0, colon)) / Double.parseDouble(ratio.substring(colon + 1)));
        }

        private static String nearestSize(String size, UpstreamModel.Images rules) {
            List<String> all = UpstreamModel.Images.SIZES;
            return rules.sizes().keySet().stream()
                    .min(Comparator.comparingInt(it -> Math.abs(all.indexOf(it) - all.indexOf(size))))
                    .orElseThrow();
        }
    }
}
