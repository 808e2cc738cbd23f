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
    void a_kind_that_was_not_measured_has_no_row() {
        LoadResult load = new LoadResult(10, 0, 10, 1_000_000, 1, 1, 1, 1, 1);
        measurements.add(new Measurement(1, "gateway", Kind.TALK_3, 8, load, 4_500, 1024, -1));

        assertThat(summary().table().lines().skip(1))
                .containsExactly(
                        line("CPU µs per call, talk-3, 8 connections", "450"),
                        line("bytes allocated per call, talk-3, 8 connections", ""));
    }

    private static String line(String name, String figure) {
        return String.format("%-60s %10s %10s %8s", name, figure, "", "");
    }

    @Test
    void bytes_are_shared_among_the_upstreams_events() {
        LoadResult load = new LoadResult(10, 0, 30, 1_000_000, 1, 1, 1, 1, 1);
        measurements.add(new Measurement(1, "gateway", Kind.BURST, 64, load, 0, 1024, 1_000_000));
        measurements.add(new Measurement(1, "nginx", Kind.BURST, 64, load, 0, 1024, -1));

        assertThat(row("bytes allocated per event, 50 in one write")).containsExactly("2000");
    }

    @Test
    void a_call_that_is_left_has_no_share_for_each_event() {
        leave(1, "gateway", 100, 0, 1_000_000);

        assertThat(measurements.getFirst().cpuMicrosPerEvent()).isNaN();
        assertThat(measurements.getFirst().allocatedBytesPerEvent()).isNaN();
    }

    @Test
    void the_slowest_cancel_is_of_all_rounds() {
        leave(1, "gateway", 100, 0, 2_000_000);
        leave(2, "gateway", 100, 0, 50_000_000);
        leave(3, "gateway", 100, 0, 3_000_000);
        leave(1, "nginx", 100, 0, 500_000);
        leave(2, "nginx", 100, 0, 200_000);

        assertThat(row("cancel max ms")).containsExactly("50.0", "0.500", "100");
        assertThat(summary().cancelling()).isEqualTo("cancel: 300 departures: the goal of 100 ms is met");
    }

    @Test
    void one_cancel_beyond_the_goal_misses_it() {
        leave(1, "gateway", 300, 0, 2_000_000);
        leave(2, "gateway", 300, 0, 100_100_000);

        assertThat(summary().cancelling()).endsWith("MISSED");
    }

    @Test
    void a_departure_that_the_upstream_never_heard_of_misses_the_goal() {
        leave(1, "gateway", 300, 1, 2_000_000);

        assertThat(summary().cancelling()).isEqualTo("cancel: 300 departures, 1 errors: the goal of 100 ms is MISSED");
    }

    @Test
    void a_few_departures_are_too_few() {
        leave(1, "gateway", 199, 0, 2_000_000);

        assertThat(summary().cancelling()).contains("too few");
    }

    @Test
    void a_goal_is_not_met_by_nobody_leaving() {
        leave(1, "gateway", 0, 0, 0);

        assertThat(summary().cancelling()).endsWith("MISSED");
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
                new LoadResult(1_000, 0, 1_000, 1_000_000, latencyNanos, latencyNanos, latencyNanos, latencyNanos, 0);
        measurements.add(new Measurement(round, server, Kind.CALL, connections, load, cpuMicros, 1024, -1));
    }

    private void leave(int round, String server, long calls, long errors, long maxNanos) {
        LoadResult load = new LoadResult(calls, errors, 25 * calls, 1_000_000, 1_000, 1_000, 1_000, 1_000, maxNanos);
        measurements.add(new Measurement(round, server, Kind.LEAVE, 64, load, 20_000, 1024, 1_000_000));
    }

    private Summary summary() {
        return new Summary(measurements, 64, "nginx");
    }

    private List<String> row(String name) {
        return summary()
                .table()
                .lines()
                .filter(line -> line.startsWith(name + ", "))
                .map(line ->
                        List.of(line.replaceFirst(".*connections?", "").trim().split(" +")))
                .findFirst()
                .orElseThrow();
    }
}
