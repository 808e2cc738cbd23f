package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code systemctl reload} sends the signal that closing a terminal sends. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class ReloadedServiceTest {

    @TempDir
    Path folder;

    @Test
    void a_service_without_a_channels_file_lives_through_a_reload() throws Exception {
        Path errors = folder.resolve("errors");
        try (ServerProcess server = ServerProcess.serve("022", Migrated.in(folder.resolve("data")), errors, Map.of())) {
            new ProcessBuilder("kill", "-HUP", Long.toString(server.process().pid()))
                    .start()
                    .waitFor();
            Gateway.await("the reload", () -> said(errors).contains("channels file reloaded"));
            assertThat(server.process().isAlive()).isTrue();
        }
    }

    private static String said(Path errors) {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
