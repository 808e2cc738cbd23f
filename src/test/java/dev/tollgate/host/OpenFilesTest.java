package dev.tollgate.host;

import static dev.tollgate.testing.Asserts.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class OpenFilesTest {

    private static final String LIMITS = """
            Limit                     Soft Limit           Hard Limit           Units
            Max core file size        0                    unlimited            bytes
            Max open files            %s                   1048576              files
            Max locked memory         8388608              8388608              bytes
            """;

    @Test
    void the_limit_in_force_is_read() {
        assertThat(OpenFiles.max(LIMITS.formatted("256"))).isEqualTo(256);
        assertThat(OpenFiles.max(LIMITS.formatted("unlimited"))).isEqualTo(Long.MAX_VALUE);
        assertThat(OpenFiles.max("")).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void this_process_has_one() {
        assertThat(OpenFiles.max()).isBetween(100L, Long.MAX_VALUE - 1);
    }

    @Test
    void a_connection_may_need_three_files_of_85_percent() {
        assertThat(OpenFiles.connectionsFor(256)).isEqualTo(68);
        assertThat(OpenFiles.connectionsFor(1_024)).isEqualTo(289);
        assertThat(OpenFiles.connectionsFor(65_536)).isGreaterThanOrEqualTo(16_384);
        assertThat(OpenFiles.connectionsFor(1)).isEqualTo(1);
        assertThat(OpenFiles.connectionsFor(Long.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
    }
}
