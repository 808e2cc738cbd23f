package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.SettingsLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {

    private static final String KEY = "sk-demo-key-for-training-0123456789";

    @TempDir
    Path data;

    /** Otherwise the cache lacks classes that later starts load, which shows only in the start's duration. */
    @Test
    void the_training_also_starts_over_books_that_are_there_and_has_a_call_billed_by_a_catalogue_from_a_file()
            throws Exception {
        Settings first = SettingsLoader.load(
                Map.of("data", data.toString(), "port", "0", "demo.key", KEY, "demo.credits", "1000"), Map.of());
        App.start(first).close();
        assertThat(charges()).isZero();
        Training.startAgain(data, KEY);
        assertThat(charges()).isEqualTo(1);
        assertThat(data.resolve("models.yaml")).isNotEmptyFile();
    }

    private long charges() throws SQLException {
        try (Connection books = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("tollgate.db"));
                Statement ask = books.createStatement();
                ResultSet row = ask.executeQuery("SELECT COUNT(*) FROM call WHERE receipt_hash IS NOT NULL")) {
            return row.getLong(1);
        }
    }
}
