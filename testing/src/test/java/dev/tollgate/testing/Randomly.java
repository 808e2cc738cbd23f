package dev.tollgate.testing;

import java.util.Random;
import java.util.function.Consumer;

/** Random tests that can be run again: the seed is printed, and {@code -Dtest.seed} sets it. */
public final class Randomly {

    private Randomly() {}

    public static void run(int rounds, Consumer<Random> test) {
        long first = Effort.seed("test.seed");
        System.out.println("test.seed=" + first);
        for (int i = 0; i < rounds; i++) {
            long seed = first + i;
            try {
                test.accept(new Random(seed));
            } catch (Throwable e) {
                throw new AssertionError("with -Dtest.seed=" + seed, e);
            }
        }
    }

    /** ASCII, controls, accents, CJK, emoji; {@code isBroken} adds halves of surrogate pairs. */
    public static String text(Random random, int lengthMax, boolean isBroken) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(lengthMax + 1); left > 0; left--) {
            switch (random.nextInt(isBroken ? 7 : 6)) {
                case 0 -> text.append((char) random.nextInt(0x20));
                case 1 -> text.append("\"\\/\u007f\u2028\u2029".charAt(random.nextInt(6)));
                case 2 -> text.append((char) (0x80 + random.nextInt(0x800)));
                case 3 -> text.append((char) (0x4E00 + random.nextInt(0x2000)));
                case 4 -> text.appendCodePoint(0x1F300 + random.nextInt(0x400));
                case 6 -> text.append((char) (0xD800 + random.nextInt(0x800)));
                default -> text.append((char) (0x20 + random.nextInt(0x5F)));
            }
        }
        return text.toString();
    }
}
