package dev.tollgate.pages.frame;

import java.math.BigInteger;
import java.util.Arrays;

/** A small line of a figure by day or hour, as paths of an SVG of {@value #WIDTH} by {@value #HEIGHT}. */
public record Spark(String line, String area) {

    public static final int WIDTH = 100;
    public static final int HEIGHT = 24;

    /** The least distance of the line from the top and the bottom. */
    private static final int EDGE = 1;

    /** @param values from the oldest on; what is below zero is drawn as zero */
    public static Spark of(long... values) {
        long most = Math.max(1, Arrays.stream(values).max().orElse(1));
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            long x = values.length == 1 ? 0 : (long) i * WIDTH * 10 / (values.length - 1);
            long height = BigInteger.valueOf(Math.max(0, values[i]))
                    .multiply(BigInteger.valueOf((HEIGHT - 2 * EDGE) * 10L))
                    .divide(BigInteger.valueOf(most))
                    .longValue();
            long y = (HEIGHT - EDGE) * 10L - height;
            line.append(i == 0 ? 'M' : 'L').append(tenths(x)).append(' ').append(tenths(y));
        }
        if (values.length == 1) {
            line.append('H').append(WIDTH);
        }
        String path = line.toString();
        return new Spark(path, path.isEmpty() ? "" : path + "V" + HEIGHT + "H0Z");
    }

    private static String tenths(long tenths) {
        return tenths % 10 == 0 ? Long.toString(tenths / 10) : tenths / 10 + "." + tenths % 10;
    }
}
