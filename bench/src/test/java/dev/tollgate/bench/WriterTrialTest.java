package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WriterTrialTest {

    @TempDir
    private Path folder;

    static List<CallRows> forms() {
        return Stream.concat(
                        Stream.of(new TodaysRows()),
                        Stream.of(OneRow.Form.values()).map(OneRow::new))
                .map(CallRows.class::cast)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("forms")
    void each_form_finds_the_calls_that_it_has_written(CallRows rows) throws Exception {
        String url = "jdbc:sqlite:" + folder.resolve("books.db");
        try (WriterTrial trial = new WriterTrial(DriverManager.getConnection(url), true, rows, 1)) {
            trial.write(150); // the last batch of 50 stays open
            int calls = trial.read(rows.all(), trial.account(0)) / (rows instanceof TodaysRows ? 3 : 1);

            assertThat(calls).isEqualTo(100);
            assertThat(trial.read(rows.page(), trial.account(0))).isEqualTo(50);
            assertThat(trial.read(rows.filtered(), trial.account(0), EndedCall.KEY + "10"))
                    .isEqualTo(100);
        }
    }
}
