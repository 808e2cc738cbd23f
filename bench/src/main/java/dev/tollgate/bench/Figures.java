package dev.tollgate.bench;

import java.util.Locale;
import java.util.stream.DoubleStream;

/** Medians, and figures as they are printed. */
final class Figures {
    private Figures() {}

    /** Returns the median of the numbers; NaN if there is none. With an even count the mean of the middle two. */
    static double median(DoubleStream values) {
        double[] sorted = values.filter(Double::isFinite).sorted().toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Three significant digits below 100, none behind the point from there on; empty for what is not a number. */
    static String plain(double value) {
        if (!Double.isFinite(value)) {
            return "";
        }
        double size = Math.abs(value);
        int digits = 3;
        if (size >= 100) {
            digits = 0;
        } else if (size >= 1) {
            digits = size >= 10 ? 1 : 2;
        }
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
