package dev.tollgate.base.host;

import static dev.tollgate.testing.Asserts.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

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
    @EnabledOnOs(OS.LINUX)
    void a_file_that_is_opened_is_counted(@TempDir Path folder) throws IOException {
        long most = 0;
        for (int i = 0;
                i < 100 && most < 50;
                i++) { // other tests of this process open and close files at the same time
            long before = OpenFiles.open();
            List<InputStream> held = new ArrayList<>();
            Path file = Files.writeString(folder.resolve("file" + i), "");
            for (int k = 0; k < 100; k++) {
                held.add(Files.newInputStream(file));
            }
            most = Math.max(most, OpenFiles.open() - before);
            for (InputStream one : held) {
                one.close();
            }
        }
        assertThat(most).isGreaterThanOrEqualTo(50);
    }

    @Test
    void a_connection_needs_three_of_85_percent_of_free_files() {
        assertThat(OpenFiles.connectionsFor(256, 0)).isEqualTo(68);
        assertThat(OpenFiles.connectionsFor(256, 100)).isEqualTo(34);
        assertThat(OpenFiles.connectionsFor(1_024, 100)).isEqualTo(255);
        assertThat(OpenFiles.connectionsFor(65_536, 300)).isGreaterThanOrEqualTo(16_384);
        assertThat(OpenFiles.connectionsFor(128, 175)).isEqualTo(1);
        assertThat(OpenFiles.connectionsFor(1, 0)).isEqualTo(1);
        assertThat(OpenFiles.connectionsFor(Long.MAX_VALUE, 300)).isEqualTo(Integer.MAX_VALUE);
    }
}
