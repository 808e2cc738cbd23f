package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.ImageWish;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.models.Model;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.pool.ImagesAsked;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
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
}
