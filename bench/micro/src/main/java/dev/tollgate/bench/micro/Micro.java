package dev.tollgate.bench.micro;

import java.util.Collection;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs all, and says whether the bounds are kept: exit code 0, else 1. */
public final class Micro {

    private static final double NANOS_MAX = 1_500;
    private static final double BYTES_MAX = 0.5;

    private Micro() {}

    public static void main(String[] arguments) throws Exception {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .parent(new CommandLineOptions(arguments))
                        .include(CallCost.class.getSimpleName())
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
        boolean kept = !results.isEmpty();
        for (RunResult result : results) {
            double nanos = result.getPrimaryResult().getScore();
            Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
            double bytes = allocated == null ? Double.NaN : allocated.getScore();
            boolean good = nanos <= NANOS_MAX && bytes <= BYTES_MAX;
            kept &= good;
            System.out.printf(
                    "%s: %.0f ns, %.2f bytes a call: %s%n",
                    result.getPrimaryResult().getLabel(), nanos, bytes, good ? "kept" : "ABOVE 1,500 ns or 0 bytes");
        }
        System.exit(kept ? 0 : 1);
    }
}
