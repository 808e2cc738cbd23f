package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What Prometheus would see of a gateway: each series with its value, as {@code name{label="value",…}}. */
public record Scrape(String text, Map<String, Double> series) {

    private static final long LOOK_NANOS = 25_000_000;

    /** Scrapes now; values may be a moment old. */
    public static Scrape of(RunningServer gateway) {
        RunningServer.Reply reply =
                gateway.send(java.net.http.HttpRequest.newBuilder(java.net.URI.create(gateway.url() + "/metrics")));
        assertThat(reply.status()).isEqualTo(200);
        Map<String, Double> series = new LinkedHashMap<>();
        reply.text().lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int value = line.lastIndexOf(' ');
            series.put(
                    line.substring(0, value),
                    Double.valueOf(line.substring(value + 1).replace("Inf", "Infinity")));
        });
        return new Scrape(reply.text(), series);
    }

    /** One that was made after this was asked for. */
    public static Scrape fresh(RunningServer gateway) {
        String before = of(gateway).text();
        return awaited(gateway, scrape -> !scrape.text().equals(before)); // the process's time goes on
    }

    /** The first that is so. */
    public static Scrape awaited(RunningServer gateway, Predicate<Scrape> isSo) {
        long end = System.nanoTime() + 60_000_000_000L;
        Scrape scrape = of(gateway);
        while (!isSo.test(scrape)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain; it is " + scrape.text());
            }
            LockSupport.parkNanos(LOOK_NANOS);
            scrape = of(gateway);
        }
        return scrape;
    }

    /** Returns the sum of all series of a name with these labels, as in {@code door="chat"}. */
    public long sum(String name, String... labels) {
        return Math.round(total(name, labels));
    }

    private double total(String name, String... labels) {
        return series.entrySet().stream()
                .filter(it -> it.getKey().equals(name) || it.getKey().startsWith(name + "{"))
                .filter(it -> java.util.Arrays.stream(labels).allMatch(it.getKey()::contains))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** By how much that has grown. */
    public long since(Scrape before, String name, String... labels) {
        return sum(name, labels) - before.sum(name, labels);
    }

    /** Returns the mean of a histogram's values since that scrape; NaN if there are none. */
    public double meanSince(Scrape before, String name, String... labels) {
        return (total(name + "_sum", labels) - before.total(name + "_sum", labels))
                / (total(name + "_count", labels) - before.total(name + "_count", labels));
    }

    /** Returns the names of the program's own series, without the metrics library's, which depend on the machine. */
    public Set<String> ours() {
        return series.keySet().stream()
                .filter(name -> name.startsWith("tollgate_") || name.startsWith("gen_ai_"))
                .collect(Collectors.toSet());
    }
}
