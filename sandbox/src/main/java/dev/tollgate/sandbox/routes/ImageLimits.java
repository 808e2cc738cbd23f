package dev.tollgate.sandbox.routes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The limits of a model for images, which it may make or only read (ai.google.dev/gemini-api/docs/image-generation, seen 28 November
 * 2026). Immutable.
 *
 * @param tokens of an image by its size; empty for a model that makes none
 * @param shapes the aspect ratios, of which the first is used unless one is asked for
 * @param searches whether it takes Google Search; only looked at if it makes images
 * @param wantsSignatures whether its images in a history need their thought signatures
 */
public record ImageLimits(
        Map<String, Integer> tokens,
        List<Shape> shapes,
        boolean searches,
        boolean wantsSignatures,
        int inputTokensMax,
        int outputTokensMax) {

    /** An aspect ratio with its pixels at size 1K; 2K and 4K have twice and four times as many in each direction. */
    public record Shape(String ratio, int width, int height) {}

    /** The images that a request may contain. */
    public static final int INPUTS_MAX = 14;

    private static final String SMALLEST = "1K";

    /** The pixels of a square's side at size 1K. */
    private static final int SIDE = 1_024;

    private static final List<Shape> TEN_SHAPES = List.of(
            new Shape("1:1", 1_024, 1_024),
            new Shape("2:3", 848, 1_264),
            new Shape("3:2", 1_264, 848),
            new Shape("3:4", 896, 1_200),
            new Shape("4:3", 1_200, 896),
            new Shape("4:5", 928, 1_152),
            new Shape("5:4", 1_152, 928),
            new Shape("9:16", 768, 1_376),
            new Shape("16:9", 1_376, 768),
            new Shape("21:9", 1_584, 672));
    private static final List<Shape> LONG_SHAPES = List.of(
            new Shape("1:4", 512, 2_048),
            new Shape("4:1", 2_048, 512),
            new Shape("1:8", 384, 3_072),
            new Shape("8:1", 3_072, 384));

    static final ImageLimits NONE =
            new ImageLimits(Map.of(), List.of(), true, false, SandboxModel.INPUT_TOKENS_MAX, 65_536);
    static final ImageLimits BANANA = new ImageLimits(
            Map.of(SMALLEST, 1_120, "2K", 1_680, "4K", 3_780), fourteenShapes(), true, false, 131_072, 32_768);
    static final ImageLimits PRO =
            new ImageLimits(Map.of(SMALLEST, 1_120, "2K", 1_120, "4K", 2_000), TEN_SHAPES, true, true, 65_536, 32_768);
    static final ImageLimits LITE =
            new ImageLimits(Map.of(SMALLEST, 1_120), fourteenShapes(), false, false, 65_536, 4_096);

    /** A model of speech makes no images either, and has limits of its own. */
    static final ImageLimits SPEECH = new ImageLimits(Map.of(), List.of(), false, false, 8_192, 16_384);

    private static List<Shape> fourteenShapes() {
        List<Shape> all = new ArrayList<>(TEN_SHAPES);
        all.addAll(LONG_SHAPES);
        return List.copyOf(all);
    }

    public boolean makesImages() {
        return !tokens.isEmpty();
    }

    /** Returns the sizes from small to large. */
    public List<String> sizes() {
        return tokens.keySet().stream().sorted().toList();
    }

    /** Returns the shape with its pixels, or nothing if the model has not this size or ratio; an empty text is Google's default. */
    public Optional<Shape> shape(String size, String ratio) {
        if (!size.isEmpty() && !tokens.containsKey(size)) {
            return Optional.empty();
        }
        int pixels = size.isEmpty() ? SIDE : pixels(size);
        return shapes.stream()
                .filter(shape -> ratio.isEmpty() || shape.ratio().equals(ratio))
                .map(shape -> new Shape(shape.ratio(), shape.width() * pixels / SIDE, shape.height() * pixels / SIDE))
                .findFirst();
    }

    /** Returns the pixels of a square's side: a size is their number, in thousands if {@code K} follows. */
    private static int pixels(String size) {
        int number = Integer.parseInt(size.replace("K", ""));
        return size.endsWith("K") ? number * SIDE : number;
    }

    /** Returns the tokens of an image of a size that the model has. */
    public int tokensOf(String size) {
        return tokens.getOrDefault(size.isEmpty() ? SMALLEST : size, 0);
    }
}
