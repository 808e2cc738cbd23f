package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFilesTest {
    private static final LoadResult LOAD = new LoadResult(10, 0, 10, 1_000, 1, 2, 3, 4, 5);

    @TempDir
    private Path folder;

    @Test
    void lines_of_an_older_run_get_empty_cells_for_columns_that_came_since() throws IOException {
        String older = Measurement.HEADER.replaceFirst(",max_nanos.*", "");
        Files.writeString(measurements(), older + "\nold,1,gateway,call,64,1,2,3,4,5,6,7,8,9,10,11,12\n");

        append(20_000);
        append(-1);

        assertThat(Files.readAllLines(measurements()))
                .containsExactly(
                        Measurement.HEADER,
                        "old,1,gateway,call,64,1,2,3,4,5,6,7,8,9,10,11,12,,,,",
                        "new,1,gateway,call,64,40,50,4.00,4.00,10,0,10,1000,1,2,3,4,5,20000,2000,2000",
                        "new,1,gateway,call,64,40,50,4.00,4.00,10,0,10,1000,1,2,3,4,5,,,");
    }

    @Test
    void columns_are_only_appended_to() {
        assertThat(Measurement.HEADER)
                .startsWith("run,round,server,kind,connections,cpu_micros,resident_kib,cpu_micros_per_call,"
                        + "cpu_micros_per_event,calls,errors,events,micros,p50_nanos,p99_nanos,first_p50_nanos,first_p99_nanos,"
                        + "max_nanos,allocated_bytes,allocated_bytes_per_call,allocated_bytes_per_event");
    }

    @Test
    void a_file_of_other_columns_is_left_as_it_is() throws IOException {
        Files.writeString(measurements(), "run,weather\n1,rain\n");

        assertThatThrownBy(() -> append(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("--results");
        assertThat(measurements()).hasContent("run,weather\n1,rain\n");
    }

    private Path measurements() {
        return folder.resolve("measurements.csv");
    }

    private void append(long allocatedBytes) throws IOException {
        Measurement measurement = new Measurement(1, "gateway", Kind.CALL, 64, LOAD, 40, 50, allocatedBytes);
        new ResultFiles(folder).append("new", Map.of("commit", "abc"), List.of(measurement));
    }
}
