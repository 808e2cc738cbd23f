package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableTest {
    private static final int STREAMS = 5_000;

    private final List<Measurement> measurements = new ArrayList<>();
    private final List<GatewayStart> starts = new ArrayList<>();

    @TempDir
    private Path folder;

    @Test
    void a_goal_for_the_ratio_is_held_by_the_median_of_the_rounds_ratios() {
        cpuOfCall(1, "gateway", 40);
        cpuOfCall(1, "nginx", 10);
        cpuOfCall(2, "gateway", 90);
        cpuOfCall(2, "nginx", 10);
        cpuOfCall(3, "gateway", 48);
        cpuOfCall(3, "nginx", 10);

        Table.Row row = row("CPU µs a call", "nginx");
        assertThat(row.figure()).isEqualTo(48);
        assertThat(row.ratio()).isEqualTo(4.8);
        assertThat(row.verdict()).isEqualTo("met");
    }

    @Test
    void a_ratio_just_beyond_its_goal_misses_it() {
        cpuOfCall(1, "gateway", 481);
        cpuOfCall(1, "nginx", 100);

        assertThat(row("CPU µs a call", "nginx").verdict()).isEqualTo("MISSED");
    }

    @Test
    void who_costs_as_much_as_spring_cloud_gateway_is_not_below_it() {
        cpuOfCall(1, "gateway", 100);
        cpuOfCall(1, Contestants.SPRING, 100);
        assertThat(row("CPU µs a call", Contestants.SPRING).verdict()).isEqualTo("MISSED");

        cpuOfCall(2, "gateway", 98);
        cpuOfCall(2, Contestants.SPRING, 100);
        assertThat(row("CPU µs a call", Contestants.SPRING).verdict()).isEqualTo("met");
    }

    @Test
    void what_was_left_out_is_neither_met_nor_missed() {
        cpuOfCall(1, "gateway", 40);

        assertThat(row("CPU µs a call", "nginx").verdict()).isEqualTo("not measured");
        assertThat(row("CPU µs a call", Contestants.SPRING).verdict()).isEqualTo("not measured");
        assertThat(row("calls/s on the core", Contestants.PORTKEY).verdict()).isEqualTo("not measured");
        assertThat(row("bytes allocated a call", "").verdict()).isEqualTo("not measured");
        assertThat(row("resident MB, idle", "").verdict()).isEqualTo("not measured");
    }

    @Test
    void the_disks_own_sync_stands_beside_what_nginx_adds_and_is_nobodys_to_meet() throws Exception {
        measure(1, "direct", Kind.CALL, 1, load(1_000, 0, 50_000), 0);
        measure(1, "nginx", Kind.CALL, 1, load(1_000, 0, 150_000), 0);
        measurements.add(new DiskSync(folder).measure(1));
        Table.Row sync = row("of it the disk's own sync, p50 ms", "nginx");
        assertThat(sync.figure()).isPositive();
        assertThat(sync.ratio()).isCloseTo(sync.figure() / 0.1, within(1e-9));
        assertThat(sync.verdict()).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void more_calls_a_second_are_better() {
        measure(1, "gateway", Kind.CALL, 64, load(900, 0, 1), 0);
        measure(1, Contestants.PORTKEY, Kind.CALL, 64, load(100, 0, 1), 0);

        Table.Row row = row("calls/s on the core", Contestants.PORTKEY);
        assertThat(row.ratio()).isEqualTo(9);
        assertThat(row.verdict()).isEqualTo("met");
    }

    @Test
    void figures_of_starts_are_medians_of_the_starts() {
        starts.add(new GatewayStart(1, 700, 900, 150 * 1024, 10_000, 17_000_000));
        starts.add(new GatewayStart(2, 700, 800, 151 * 1024, 10_000, 16_000_000));
        starts.add(new GatewayStart(3, 700, 2_000, 149 * 1024, 10_000, 15_000_000));

        assertThat(row("s, second start to the first billed answer", "").figure())
                .isEqualTo(0.9);
        assertThat(row("CPU s, start to the first 10,000 calls", "").figure()).isEqualTo(16);
        assertThat(row("resident MB, idle", "").figure()).isEqualTo(150);
    }

    @Test
    void a_stream_that_did_not_complete_in_any_round_misses_the_goal() {
        measure(1, "gateway", Kind.CROWD, STREAMS, load(STREAMS, 0, 1), 0);
        assertThat(row("5000 streams, an event every 250 ms: complete", "").verdict())
                .isEqualTo("met");

        measure(2, "gateway", Kind.CROWD, STREAMS, load(STREAMS - 1, 1, 1), 0);
        assertThat(row("5000 streams, an event every 250 ms: complete", "").verdict())
                .isEqualTo("MISSED");
    }

    @Test
    void an_events_delay_is_above_the_same_rounds_delay_through_nothing() {
        measure(1, "gateway", Kind.CROWD, STREAMS, load(STREAMS, 0, 29_000_000), 0);
        measure(1, "direct", Kind.CROWD, STREAMS, load(STREAMS, 0, 9_000_000), 0);

        Table.Row row = row("5000 streams, an event every 250 ms: added p99 ms", "nginx");
        assertThat(row.figure()).isEqualTo(20);
        assertThat(row.verdict()).isEqualTo("met");
    }

    @Test
    void memory_under_load_is_the_most_of_any_phase_but_the_crowds() {
        measure(1, "gateway", Kind.CALL, 64, load(1, 0, 1), 250 * 1024);
        measure(2, "gateway", Kind.BURST, 64, load(1, 0, 1), 281 * 1024);
        measure(1, "gateway", Kind.CROWD, STREAMS, load(1, 0, 1), 500 * 1024);

        assertThat(row("resident MB, under load", "").figure()).isEqualTo(281);
        assertThat(row("resident MB, under load", "").verdict()).isEqualTo("MISSED");
        assertThat(row("5000 streams, an event every 250 ms: resident MB", "nginx")
                        .verdict())
                .isEqualTo("met");
    }

    @Test
    void a_long_prompt_is_judged_by_its_bound_and_shows_its_aim() {
        cpu(Kind.TALK_43, "gateway", 451);
        cpu(Kind.TALK_43, "nginx", 300);
        cpu(Kind.TALK_43, Contestants.PORTKEY, 1_500);

        Table.Row row = row("CPU µs a call, 31 messages, 43 KB", "nginx");
        assertThat(row.verdict()).isEqualTo("MISSED");
        assertThat(row.csv("run")).contains("≤ 450 (aim 1.5 × nginx + 100)");
        assertThat(row("CPU µs a call, 31 messages, 43 KB", Contestants.PORTKEY).ratio())
                .isEqualTo(451 / 1_500.0);
        assertThat(row("CPU µs a call, 31 messages, 3 KB", "nginx").verdict()).isEqualTo("not measured");
    }

    @Test
    void a_line_of_the_csv_has_a_cell_for_each_column() {
        cpuOfCall(1, "gateway", 40);

        for (Table.Row row : table().rows()) {
            assertThat(row.csv("run").split(",", -1)).hasSameSizeAs(Table.Row.HEADER.split(","));
        }
    }

    private void cpuOfCall(int round, String server, long micros) {
        measurements.add(new Measurement(round, server, Kind.CALL, 64, load(1_000, 0, 1), micros * 1_000, 0, -1));
    }

    private void cpu(Kind kind, String server, long micros) {
        measurements.add(
                new Measurement(1, server, kind, kind.connections(64), load(1_000, 0, 1), micros * 1_000, 0, -1));
    }

    private void measure(int round, String server, Kind kind, int connections, LoadResult load, long residentKib) {
        measurements.add(new Measurement(round, server, kind, connections, load, 0, residentKib, -1));
    }

    private static LoadResult load(long calls, long errors, long p99Nanos) {
        return new LoadResult(calls, errors, calls, 1_000_000, p99Nanos, p99Nanos, p99Nanos, p99Nanos, p99Nanos);
    }

    private Table.Row row(String what, String beside) {
        return table().rows().stream()
                .filter(row -> row.what().equals(what) && row.beside().equals(beside))
                .findFirst()
                .orElseThrow();
    }

    private Table table() {
        return new Table(measurements, starts, 64, STREAMS);
    }
}
