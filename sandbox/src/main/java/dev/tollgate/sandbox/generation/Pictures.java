package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.routes.ImageLimits;
import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.scripting.KnobSettings;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import tools.jackson.databind.node.ObjectNode;

/**
 * The images of an answer, as parts without signatures: real PNGs of the size asked for, of two colours and a pattern that the request
 * decides. Each has the same length, so that knobs can say how long it is to be. Written by hand, since java.desktop is large.
 *
 * @param thoughts drafts among the thoughts
 * @param shown drafts that are not marked, then the images
 * @param drafts how many are drafts, which have no tokens of their own
 * @param tokens of each image
 */
record Pictures(List<ObjectNode> thoughts, List<ObjectNode> shown, int drafts, int tokens) {

    static final Pictures NONE = new Pictures(List.of(), List.of(), 0, 0);

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int CELLS = 8;
    private static final int CHUNK_BYTES = 12; // length, type and checksum

    /** The images that a request asks for. @param seed of their colours and patterns */
    static Pictures of(GoogleRequest ask, long seed) {
        if (!ask.answersIn("IMAGE")) {
            return NONE;
        }
        ImageLimits limits = ask.model().images();
        ImageLimits.Shape shape =
                limits.shape(ask.imageSize(), ask.aspectRatio()).orElseThrow();
        KnobSettings knobs = ask.terms().knobs();
        int images = knobs.number(Knob.IMAGES, 1);
        int drafts = images == 0 ? 0 : knobs.number(Knob.DRAFT_IMAGES, 0);
        List<ObjectNode> thoughts = images == 0 || !ask.includeThoughts()
                ? List.of()
                : List.of(part(shape, seed + images + drafts).put("thought", true));
        List<ObjectNode> shown = IntStream.range(0, drafts + images)
                .map(i -> drafts > 1 && i == drafts - 1 ? drafts : i)
                .mapToObj(i -> part(shape, seed + i))
                .toList();
        return new Pictures(thoughts, shown, drafts, limits.tokensOf(ask.imageSize()));
    }

    private static ObjectNode part(ImageLimits.Shape shape, long seed) {
        ObjectNode part = JsonTrees.object();
        part.putObject("inlineData")
                .put("mimeType", "image/png")
                .put("data", Base64.getEncoder().encodeToString(png(shape.width(), shape.height(), seed)));
        return part;
    }

    /** @param width in pixels, a multiple of eight */
    static byte[] png(int width, int height, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] colours = new byte[6];
        random.nextBytes(colours);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(Knob.IMAGE_BYTES_MIN);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(SIGNATURE);
            ByteArrayOutputStream header = new ByteArrayOutputStream();
            DataOutputStream numbers = new DataOutputStream(header);
            numbers.writeInt(width);
            numbers.writeInt(height);
            numbers.write(new byte[] {1, 3, 0, 0, 0}); // one bit a pixel, from a palette
            chunk(out, "IHDR", header.toByteArray());
            chunk(out, "PLTE", colours);
            chunk(out, "IDAT", rows(width, height, random.nextLong()));
            chunk(out, "fiLl", new byte[Knob.IMAGE_BYTES_MIN - bytes.size() - 2 * CHUNK_BYTES]);
            chunk(out, "IEND", new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException("memory has no I/O errors", e);
        }
        return bytes.toByteArray();
    }

    private static byte[] rows(int width, int height, long pattern) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(packed)) {
            byte[] row = new byte[1 + width / Byte.SIZE]; // without a filter
            byte[] again = new byte[row.length];
            again[0] = 2; // differs from the row above by nothing
            int above = -1;
            for (int y = 0; y < height; y++) {
                int cell = y * CELLS / height;
                for (int column = 0; column < CELLS && cell != above; column++) {
                    byte pixels = (byte) -(pattern >>> cell * CELLS + column & 1);
                    Arrays.fill(row, at(column, row), at(column + 1, row), pixels);
                }
                out.write(cell == above ? again : row);
                above = cell;
            }
        }
        return packed.toByteArray();
    }

    private static int at(int column, byte[] row) {
        return 1 + column * (row.length - 1) / CELLS;
    }

    private static void chunk(DataOutputStream out, String type, byte[] data) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 checksum = new CRC32();
        checksum.update(name);
        checksum.update(data);
        out.writeInt(data.length);
        out.write(name);
        out.write(data);
        out.writeInt((int) checksum.getValue());
    }
}
