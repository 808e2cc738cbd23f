package dev.tollgate.bench;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a run is to be done.
 *
 * @param rounds each measures every server once; 1 to 99
 * @param seconds of each phase; 1 to 300
 * @param warmupSeconds of the first phase before the rounds; the others get half
 * @param connections of the phases under load
 * @param gatewayCpus list for {@code taskset -c}, of the gateway and nginx
 * @param loadCpus the same list for mock and load generator
 * @param jar of the gateway; null where the launcher starts it
 * @param beside another gateway, measured in the same rounds instead of nginx; null for none
 * @param javaOptions for the gateway's JVM, in addition to the launcher's
 * @param allocation whether the gateway's JVM is asked what it allocates
 * @param others whether Spring Cloud Gateway and Portkey are measured too, for the table
 * @param kinds measured by a run without the table
 * @param streams at once, for the table; 0 to 10,000, 0 for none
 */
record RunOptions(
        int rounds,
        int seconds,
        int warmupSeconds,
        int connections,
        String gatewayCpus,
        String loadCpus,
        @Nullable Path jar,
        @Nullable Path beside,
        List<String> javaOptions,
        boolean nginx,
        boolean allocation,
        boolean others,
        List<Kind> kinds,
        int streams,
        Path results,
        String note) {
    RunOptions {
        requireBetween("--rounds", rounds, 1, 99);
        requireBetween("--seconds", seconds, 1, 300);
        requireBetween("--warmup", warmupSeconds, 0, 300);
        requireBetween("--connections", connections, 1, 1_024);
        requireBetween("--streams", streams, 0, 10_000);
        if (kinds.contains(Kind.CROWD)) {
            throw new IllegalArgumentException("--kinds: crowd is measured by --table only");
        }
        javaOptions = List.copyOf(javaOptions);
        kinds = List.copyOf(kinds);
    }

    /** Returns the options of a run of one gateway alone, on all cores. Parameters as above. */
    static RunOptions of(int rounds, int seconds, int warmupSeconds, int connections, @Nullable Path jar) {
        return of(rounds, seconds, warmupSeconds, connections, jar, List.of(), Main.home().resolve("results"), "");
    }

    /** Returns the options of such a run whose JVM or results are others than usual. Parameters as above. */
    static RunOptions of(
            int rounds,
            int seconds,
            int warmupSeconds,
            int connections,
            @Nullable Path jar,
            List<String> javaOptions,
            Path results,
            String note) {
        return new RunOptions(
                rounds,
                seconds,
                warmupSeconds,
                connections,
                "",
                "",
                jar,
                null,
                javaOptions,
                false,
                false,
                false,
                List.of(),
                0,
                results,
                note);
    }

    /** Returns these options for the gateway that is compared with this one. */
    RunOptions of(Path otherJar) {
        return new RunOptions(
                rounds,
                seconds,
                warmupSeconds,
                connections,
                gatewayCpus,
                loadCpus,
                otherJar,
                null,
                javaOptions,
                nginx,
                allocation,
                others,
                kinds,
                streams,
                results,
                note);
    }

    private static void requireBetween(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must be between " + min + " and " + max + ", not " + value);
        }
    }
}
