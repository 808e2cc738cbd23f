package dev.tollgate.bench;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What a phase gave. Latencies are of whole calls, from the request's write to the last byte (p50, p99), and to the first byte of the body (first); calls with
 * errors are in {@code errors} only. If callers leave their calls, p50, p99 and max are the time from the departure until the upstream's connection was closed,
 * and a call counts once it was. For many streams they are the time that a single event was under way from the mock.
 *
 * @param micros from the first request to the last answer
 * @param events as delivered to the client
 */
record LoadResult(
        long calls,
        long errors,
        long events,
        long micros,
        long p50Nanos,
        long p99Nanos,
        long firstP50Nanos,
        long firstP99Nanos,
        long maxNanos) {
    static final String HEADER =
            "calls,errors,events,micros,p50_nanos,p99_nanos,first_p50_nanos,first_p99_nanos,max_nanos";

    static LoadResult parse(String line) {
        long[] values =
                Arrays.stream(line.split(",")).mapToLong(Long::parseLong).toArray();
        if (values.length != 9) {
            throw new IllegalArgumentException("not a result of the load generator: " + line);
        }
        return new LoadResult(
                values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7], values[8]);
    }

    String csv() {
        return LongStream.of(calls, errors, events, micros, p50Nanos, p99Nanos, firstP50Nanos, firstP99Nanos, maxNanos)
                .mapToObj(Long::toString)
                .collect(Collectors.joining(","));
    }

    double callsPerSecond() {
        return micros == 0 ? 0 : calls * 1e6 / micros;
    }
}
