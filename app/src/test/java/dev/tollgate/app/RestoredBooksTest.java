package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.Database;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Today;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A start over books that were restored. */
class RestoredBooksTest {

    @TempDir
    Path folder;

    private static void replace(Path data, Path with, boolean isNewFolder) {
        try {
            for (String end : List.of("", "-wal", "-shm")) {
                Files.deleteIfExists(data.resolve("tollgate.db" + end));
            }
            if (isNewFolder) {
                Files.deleteIfExists(data.resolve("tollgate.mark"));
            }
            Files.copy(with, data.resolve("tollgate.db"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, true"})
    void a_restored_folder_says_once_when_its_newest_entry_was(boolean isCopy, boolean isNewFolder) {
        Instant entry = Today.instant().plusSeconds(3_600).truncatedTo(ChronoUnit.MILLIS);
        Path kept = folder.resolve("kept.db");
        try (Gateway gateway = Gateway.start();
                LogCapture log = new LogCapture()) {
            gateway.setNow(entry);
            gateway.customer("5");
            if (!isCopy) {
                try (Database database = Database.openReading(gateway.data())) {
                    database.backupTo(kept);
                }
            }
            gateway.restartAfter(() -> {
                if (isCopy) {
                    copy(gateway.data().resolve("tollgate.db"), kept);
                }
            });
            assertThat(log.text()).doesNotContain("restored");
            gateway.setNow(entry.plusSeconds(60));
            gateway.customer("7");
            gateway.restartAfter(() -> replace(gateway.data(), kept, isNewFolder));
            gateway.restart();
            assertThat(Pattern.compile("restored, and their newest entry is of " + entry + ":")
                            .matcher(log.text())
                            .results())
                    .hasSize(1);
        }
    }

    private static void copy(Path from, Path to) {
        try {
            Files.copy(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
