package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private final List<Measurement> measurements = new ArrayList<>();

    @Test
    void the_ratio_is_the_median_of_the_rounds_own_ratios() {
        call(1, "gateway", 64, 20_000, 0);
        call(1, "nginx", 64, 10_000, 0);
        call(2, "gateway", 64, 90_000, 0);
        call(2, "nginx", 64, 30_000, 0);
        call(3, "gateway", 64, 28_000, 0);
        call(3, "nginx", 64, 7_000, 0);

        assertThat(row("CPU µs per call")).containsExactly("28.0", "10.0", "3.00");
    }

    @Test
    void added_latency_is_above_the_same_rounds_direct_call() {
        call(1, "gateway", 1, 0, 500_000);
        call(1, "nginx", 1, 0, 200_000);
        call(1, "direct", 1, 0, 100_000);

        assertThat(row("added p50 ms, call")).containsExactly("0.400", "0.100", "4.00");
    }

    @Test
    void without_nginx_its_columns_are_empty() {
        call(1, "gateway", 64, 20_000, 0);

        assertThat(row("CPU µs per call")).containsExactly("20.0");
    }

    @Test
    void a_median_of_an_even_count_lies_between_the_middle_two() {
        assertThat(Figures.median(DoubleStream.of(4, Double.NaN, 1, 3, 2))).isEqualTo(2.5);
        assertThat(Figures.median(DoubleStream.empty())).isNaN();
    }

    @Test
    void cpu_time_is_read_behind_a_name_with_blanks_and_parentheses() {
        String stat = "42 (a ) b) S 1 1 1 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 1 0 100 1000 200";

        assertThat(ProcessFigures.cpuMicros(stat)).isEqualTo(2_000_000);
    }

    @Test
    void figures_of_this_process_are_there() {
        long pid = ProcessHandle.current().pid();

        assertThat(ProcessFigures.cpuMicros(pid)).isPositive();
        assertThat(ProcessFigures.residentKib(pid)).isGreaterThan(10_000);
    }

    private void call(int round, String server, int connections, long cpuMicros, long latencyNanos) {
        LoadResult load =
                new LoadResult(1_000, 0, 1_000, 1_000_000, latencyNanos, latencyNanos, latencyNanos, latencyNanos);
        measurements.add(new Measurement(round, server, Kind.CALL, connections, load, cpuMicros, 1024));
    }

    private List<String> row(String name) {
        return new Summary(measurements, 64)
                .table()
                .lines()
                .filter(line -> line.startsWith(name + ", "))
                .map(line ->
                        List.of(line.replaceFirst(".*connections?", "").trim().split(" +")))
                .findFirst()
                .orElseThrow();
    }
}
