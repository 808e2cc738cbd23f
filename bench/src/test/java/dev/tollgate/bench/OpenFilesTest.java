package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class OpenFilesTest {
    private static final String HEADER =
            "Limit                     Soft Limit           Hard Limit           Units     \n";

    @Test
    void the_soft_limit_counts() {
        String limits = HEADER + "Max processes             95000                95000                processes \n"
                + "Max open files            1024                 524288               files     \n";

        assertThat(OpenFiles.allowed(limits)).isEqualTo(1_024);
    }

    @Test
    void no_limit_is_enough_for_all() {
        assertThat(OpenFiles.allowed(
                        HEADER + "Max open files            unlimited            unlimited            files\n"))
                .isGreaterThan(OpenFiles.needed(10_000));
    }

    @Test
    void this_process_has_some() throws IOException {
        assertThat(OpenFiles.allowed()).isGreaterThan(100);
    }

    @Test
    void a_stream_takes_one_file_to_the_caller_and_one_to_the_upstream() {
        assertThat(OpenFiles.needed(5_000)).isBetween(10_100, 12_000);
    }
}
