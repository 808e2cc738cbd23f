package dev.tollgate.books.rollups;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LabelSweepTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void usage_of_labels_ends_after_four_hundred_days_and_the_last_number_stays(Stores stores) {
        try (BooksFixture store = stores.open(folder, BooksFixture::new)) {
            store.account("acc_1", 1_000_000);
            Instant today = store.now().truncatedTo(ChronoUnit.DAYS);
            long old = today.minus(Duration.ofDays(401)).toEpochMilli();
            long kept = today.minus(Duration.ofDays(400)).toEpochMilli();
            // More than one step deletes.
            String numbers = " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= "
                    + LabelSweep.ROWS_MAX + ")";
            store.execute("INSERT INTO label (account_id, number, name, value, proof, created_day, used_day)" + numbers
                    + " SELECT 'acc_1', i, 'feature', 'v' || i, 0, " + old + ", " + old + " FROM n");
            store.execute("INSERT INTO usage_label (account_id, day, number, model, calls)" + numbers
                    + " SELECT 'acc_1', " + old + ", i, 'm', 1 FROM n");
            label(store, LabelSweep.ROWS_MAX + 2, kept);
            label(store, LabelSweep.ROWS_MAX + 3, old);

            new LabelSweep(store.database, store.writer, store::now).sweep();

            assertThat(store.number("SELECT COUNT(*) FROM usage_label")).isEqualTo(1);
            assertThat(store.number("SELECT COUNT(*) FROM usage_label WHERE day = " + kept))
                    .isEqualTo(1);
            assertThat(store.number("SELECT MIN(number) FROM label")).isEqualTo(LabelSweep.ROWS_MAX + 2);
            assertThat(store.number("SELECT MAX(number) FROM label")).isEqualTo(LabelSweep.ROWS_MAX + 3);
            assertThat(store.number("SELECT COUNT(*) FROM label WHERE value = ''"))
                    .isEqualTo(1);
            assertThat(store.number("SELECT labels_from FROM account WHERE id = 'acc_1'"))
                    .isEqualTo(kept);
        }
    }

    private static void label(BooksFixture store, int number, long day) {
        store.execute(
                "INSERT INTO label (account_id, number, name, value, proof, created_day, used_day) VALUES ('acc_1', "
                        + number + ", 'feature', 'v" + number + "', 0, " + day + ", " + day + ")");
        store.execute("INSERT INTO usage_label (account_id, day, number, model, calls) VALUES ('acc_1', " + day + ", "
                + number + ", 'm', 1)");
    }
}
