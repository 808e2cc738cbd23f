package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.ImageSize;
import dev.tollgate.base.conversation.OutputWish;
import dev.tollgate.base.conversation.OutputWish.FieldValue;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.models.Model;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.pool.ImagesAsked;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A caller's wish for images, fitted to one model (Y1, Y12, Y18). Immutable. */
public final class FittedImages {

    private final Model model;
    private final @Nullable ImagesAsked asked;
    private final @Nullable ApiError refusal;
    private final @Nullable String delivery;
    private final List<String> lost;

    private FittedImages(
            Model model,
            @Nullable ImagesAsked asked,
            @Nullable ApiError refusal,
            @Nullable String delivery,
            List<String> lost) {
        this.model = model;
        this.asked = asked;
        this.refusal = refusal;
        this.delivery = delivery;
        this.lost = List.copyOf(lost);
    }

    /**
     * Fits a wish.
     *
     * @param size as OpenAI's field says it; null for none
     * @param others the ids of the models that make images
     */
    public static FittedImages of(OutputWish wish, @Nullable Size size, Model model, Supplier<List<String>> others) {
        UpstreamModel.Images rules = model.upstream().images();
        if (rules == null) {
            return ofText(wish, model, others);
        }
        return size == null
                ? fitted(wish, model, rules, null)
                : fitted(size.in(wish, rules), model, rules, size.isLost(wish, rules) ? size.field() : null);
    }

    private static FittedImages ofText(OutputWish wish, Model model, Supplier<List<String>> others) {
        ApiError refusal = wish.wanted() == null
                ? null
                : refused(
                        wish.wanted(),
                        "image",
                        "text: model '" + model.id() + "' makes no images" + others("; ", others.get(), " do"));
        List<String> lost = new ArrayList<>(0);
        add(lost, wish.ratio());
        add(lost, wish.size());
        add(lost, wish.delivery());
        return new FittedImages(model, null, refusal, null, lost);
    }

    /** @param lostSize OpenAI's field of the size, if a part of it has no effect; otherwise null */
    private static FittedImages fitted(
            OutputWish wish, Model model, UpstreamModel.Images rules, @Nullable String lostSize) {
        String ratio = wish.ratio() == null ? null : wish.ratio().value();
        String word = wish.size() == null ? null : word(wish.size().value());
        String size = word == null ? null : size(word, rules);
        List<String> lost = new ArrayList<>(0);
        if (wish.isText()) {
            add(lost, wish.ratio());
        }
        if (wish.isText() || !Objects.equals(word, size)) {
            add(lost, wish.size());
        }
        if (wish.isText()) {
            add(lost, wish.delivery());
        }
        if (lostSize != null) {
            lost.add(lostSize);
        }
        ApiError refusal = refusal(wish, size, rules);
        ImagesAsked asked = refusal != null || wish.isText()
                ? null
                : new ImagesAsked(
                        wish.isAlone(),
                        ratio,
                        size,
                        rules.tokens(size == null ? rules.size() : size),
                        model.imagesMax(),
                        1);
        String delivery = wish.delivery() == null || wish.isText()
                ? null
                : wish.delivery().value();
        return new FittedImages(model, asked, refusal, delivery, lost);
    }

    private static @Nullable ApiError refusal(OutputWish wish, @Nullable String size, UpstreamModel.Images rules) {
        if (wish.ratio() != null && !rules.ratios().contains(wish.ratio().value())) {
            return refused(wish.ratio(), "one of " + String.join(", ", rules.ratios()));
        }
        return wish.size() != null && !rules.sizes().containsKey(size)
                ? refused(
                        wish.size(), "one of " + String.join(", ", rules.sizes().keySet()))
                : null;
    }

    private static void add(List<String> fields, @Nullable FieldValue said) {
        if (said != null) {
            fields.add(said.field());
        }
    }

    /** Returns the name of a size class for another word; a word that is none as it is. */
    private static String word(String said) {
        ImageSize size = ImageSize.of(said);
        return size == null ? said : size.word();
    }

    /** Returns a size class; the model's own for the smallest one, which callers of ended models ask for (Y1). */
    private static String size(String word, UpstreamModel.Images rules) {
        return word.equals(ImageSize.WORDS.getFirst()) && !rules.sizes().containsKey(word) ? rules.size() : word;
    }

    private static String others(String before, List<String> ids, String after) {
        return ids.isEmpty() ? "" : before + String.join(", ", ids) + after;
    }

    private static ApiError refused(OutputWish.FieldValue said, String allowed) {
        return refused(said.field(), said.value(), allowed);
    }

    private static ApiError refused(String field, String value, String allowed) {
        return ApiError.invalid(field, "'" + field + "' must be " + allowed + ", got '" + value + "'.");
    }

    Model model() {
        return model;
    }

    /** Returns what is asked of the model: images and text unless the caller says otherwise; null for text alone, and for what is refused. */
    public @Nullable ImagesAsked asked() {
        return asked;
    }

    /** @throws dev.tollgate.base.error.ApiException a 400 that names the field, what it has, and what is allowed */
    public void check() {
        if (refusal != null) {
            throw refusal.asException();
        }
    }

    /** Returns how images are to come, {@code url} or {@code markdown}; null inline, or if there are none. */
    @Nullable
    String delivery() {
        return delivery;
    }

    /** Returns the fields without effect, behind those that are known. */
    public List<String> ignored(List<String> known) {
        if (lost.isEmpty()) {
            return known;
        }
        List<String> all = new ArrayList<>(known);
        all.addAll(lost);
        return all;
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
        private static final String ALLOWED =
                "auto, pixels up to " + PIXELS_MAX + " like 1536x1024, a ratio like 3:2, or "
                        + String.join(", ", ImageSize.WORDS.subList(0, ImageSize.WORDS.size() - 1)) + " or "
                        + ImageSize.WORDS.getLast();

        /** Reads the field; null for {@code auto}. */
        public static @Nullable Size read(JsonBody json) {
            String text = json.string(CHARS_MAX);
            ImageSize size = ImageSize.of(text);
            Matcher pixels = PIXELS.matcher(text);
            if (text.equals("auto")) {
                return null;
            }
            if (RATIO.matcher(text).matches()) {
                return new Size(json.path(), text, false, null);
            }
            if (size != null) {
                return new Size(json.path(), null, false, size.word());
            }
            int most = pixels.matches() ? Math.max(number(pixels, 1), number(pixels, 2)) : Integer.MAX_VALUE;
            if (most > PIXELS_MAX) {
                throw json.refuse(ALLOWED);
            }
            return new Size(
                    json.path(),
                    number(pixels, 1) + ":" + number(pixels, 2),
                    true,
                    ImageSize.ofPixels(most).word());
        }

        private static int number(Matcher found, int group) {
            return Integer.parseInt(found.group(group));
        }

        /** Returns a wish with this size in the words of a model, where the wish says nothing itself. */
        private OutputWish in(OutputWish wish, UpstreamModel.Images rules) {
            OutputWish fitted = wish;
            if (ratio != null && wish.ratio() == null) {
                fitted = fitted.withRatio(new FieldValue(field, isNearest ? nearestRatio(ratio, rules) : ratio));
            }
            if (size != null && wish.size() == null) {
                fitted = fitted.withSize(new FieldValue(field, nearestSize(size, rules)));
            }
            return fitted;
        }

        /** Returns whether a part of it has no effect on a model: a class that the model lacks, or what other fields say otherwise. */
        private boolean isLost(OutputWish wish, UpstreamModel.Images rules) {
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
            List<String> all = ImageSize.WORDS;
            return rules.sizes().keySet().stream()
                    .min(Comparator.comparingInt(it -> Math.abs(all.indexOf(it) - all.indexOf(size))))
                    .orElseThrow();
        }
    }
}
