package dev.tollgate.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Fuzzing without a fuzzer: all seeds as they are, then damaged ones at random; so many in every run of the tests, for so long in the long
 * ones. The same seeds and targets are Jazzer's, which follows the branches of the code and is run by hand (CONTRIBUTING.md). What is found
 * becomes a seed.
 */
public final class Fuzz {

    /** In the long tests, and wherever {@code fuzz.minutes} is set. */
    private static final Duration LASTS = Duration.ofMinutes(Long.getLong("fuzz.minutes", Effort.of(0, 10)));

    private static final int ROUNDS = 10_000;
    private static final int INPUT_BYTES_MAX = 64 * 1024;
    private static final String STRUCTURE = "{}[]\",:\\";

    private final List<byte[]> seeds;
    private final List<String> words;

    /** What is tried; throws where it finds something. */
    public interface Target {
        void take(byte[] input);
    }

    /**
     * @param folder the folder of the seeds, under {@code /fuzz}
     * @param words words that make a difference to the target
     */
    public Fuzz(String folder, String... words) {
        this.seeds = seeds(folder);
        this.words = List.of(words);
    }

    public static List<byte[]> seeds(String folder) {
        try (Stream<Path> files =
                Files.list(Path.of(Objects.requireNonNull(Fuzz.class.getResource("/fuzz/" + folder), folder)
                        .toURI()))) {
            return files.sorted().map(Fuzz::bytes).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code -Dtest.seed} sets where it begins, {@code -Dfuzz.minutes} how long it goes on. */
    public void run(Target target) {
        for (byte[] seed : seeds) {
            tried(target, seed, "as it is");
        }
        long first = Effort.seed("test.seed");
        System.out.println("test.seed=" + first);
        long end = System.nanoTime() + LASTS.toNanos();
        for (long round = 0; round < ROUNDS || System.nanoTime() - end < 0; round++) {
            tried(target, damaged(new Random(first + round)), "-Dtest.seed=" + (first + round));
        }
    }

    private static void tried(Target target, byte[] input, String how) {
        try {
            target.take(input);
        } catch (Throwable found) {
            throw new AssertionError(
                    how + ": " + HexFormat.of().formatHex(input) + "\n" + new String(input, StandardCharsets.UTF_8),
                    found);
        }
    }

    private byte[] damaged(Random random) {
        byte[] input = seeds.get(random.nextInt(seeds.size())).clone();
        for (int left = 1 << random.nextInt(5); left > 0; left--) {
            input = damagedOnce(input, random);
        }
        return input.length > INPUT_BYTES_MAX ? Arrays.copyOf(input, INPUT_BYTES_MAX) : input;
    }

    private byte[] damagedOnce(byte[] input, Random random) {
        int at = random.nextInt(input.length + 1);
        return switch (random.nextInt(8)) {
            case 0 -> replaced(input, at, 1, new byte[] {(byte) random.nextInt(256)});
            case 1 ->
                replaced(
                        input,
                        at,
                        1,
                        ascii(STRUCTURE.substring(random.nextInt(8)).substring(0, 1)));
            case 2 -> replaced(input, at, random.nextInt(16), new byte[0]);
            case 3 -> replaced(input, at, random.nextInt(8), ascii(words.get(random.nextInt(words.size()))));
            case 4 -> replaced(input, at, 0, piece(input, random));
            case 5 -> replaced(input, at, 0, piece(seeds.get(random.nextInt(seeds.size())), random));
            case 6 -> Arrays.copyOf(input, at);
            default -> replaced(input, at, random.nextInt(4), ascii(number(random)));
        };
    }

    private static String number(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> "-1";
            case 1 -> random.nextBoolean() ? "1e999999999" : "-1.5e99999999999";
            case 2 -> Long.toString(random.nextLong());
            case 3 -> Integer.toString(random.nextInt());
            case 4 -> "0." + random.nextInt(1_000_000_000);
            default -> Integer.toString(random.nextInt(100));
        };
    }

    private static byte[] piece(byte[] from, Random random) {
        int at = random.nextInt(from.length + 1);
        return Arrays.copyOfRange(from, at, Math.min(from.length, at + random.nextInt(200)));
    }

    private static byte[] replaced(byte[] input, int at, int length, byte[] by) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(input.length + by.length);
        out.write(input, 0, at);
        out.writeBytes(by);
        int rest = Math.min(input.length, at + length);
        out.write(input, rest, input.length - rest);
        return out.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
