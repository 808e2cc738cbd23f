package dev.tollgate.books;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.calls.CallRows;
import dev.tollgate.books.receipts.OneReceipt;
import dev.tollgate.books.receipts.OneReceipt.Checked;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.books.tasks.Task;
import dev.tollgate.books.tasks.TaskJson;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.CallFilter;
import dev.tollgate.customers.figures.CsvExport;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Golden;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.YearMonth;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The rows of an earlier release (B1). What is guaranteed is that a later release reads a call of this form and prints the same: its task, its receipt
 * and its lines of CSV. The file with the rows is never edited. A new form of {@code call} gets a new file; the rows of an old one are then inserted
 * into the schema that they were written for, which the later migrations change.
 */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class FrozenCallTest {

    private static final Path FOLDER = Path.of("app/src/test/resources/golden/frozen");
    private static final String ACCOUNT = "acc_frozen";

    /** Columns that are newer than the rows, and null in them. */
    private static final Set<String> NULL_BEFORE = Set.of("c.paid_by");

    /** As the migration to origins fills such rows. */
    private static final String ORIGINS =
            "UPDATE entry SET origin = CASE WHEN kind = 'refund' THEN 'call' WHEN number = 1 THEN 'start' ELSE 'gift' END;\n";

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private CustomersFixture store;

    @BeforeEach
    void insert() throws IOException {
        String rows = Files.readString(FOLDER.resolve("call-1.sql")) + ORIGINS;
        if (stores == Stores.SQLITE) {
            store = new CustomersFixture(folder); // whose start has set a signing key
            Stream.of(("DELETE FROM signing_key;\n" + rows).split(";\n")).forEach(store::execute);
        } else {
            String url = Postgres.migrated();
            Postgres.execute(url, rows.replace("X'", "'\\x")); // a blob is a text there
            store = CustomersFixture.shared(url);
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void a_frozen_call_prints_the_same_task() {
        check("tasks.json", calls().flatMap(this::task));
    }

    private Stream<String> task(Task task) {
        byte[] json = TaskJson.render(task, store.ledger.entries(ACCOUNT, task.id()));
        return Stream.of(new String(json, StandardCharsets.UTF_8), task.courseJson(), task.costsJson())
                .map(String::valueOf);
    }

    @Test
    void a_frozen_charge_prints_the_same_receipt_under_its_hash() {
        calls().filter(task -> task.chargeMicros() > 0).forEach(task -> {
            OneReceipt receipt =
                    OneReceipt.find(store.receipts, ACCOUNT, task.id()).orElseThrow();
            assertThat(receipt.check(store.receipts, ACCOUNT, task.chargeMicros())) // with the hash of its row
                    .isEqualTo(new Checked(true, true, true));
        });
        check("receipts.json", store.receipts.page(ACCOUNT, 0, Receipts.PAGE_MAX).sign().stream());
    }

    @Test
    void a_frozen_account_exports_the_same_lines() {
        CsvExport export =
                new CsvExport(new AccountHistory(store.database, Duration.ofHours(1), () -> CustomersFixture.NOON));
        check("calls.csv", lines(pieces -> export.calls(ACCOUNT, CallFilter.ALL, pieces)));
        check("statement.csv", lines(pieces -> export.statement(ACCOUNT, YearMonth.of(2026, 11), pieces)));
    }

    private static Stream<String> lines(Consumer<Predicate<String>> export) {
        StringBuilder csv = new StringBuilder();
        export.accept(piece -> csv.append(piece) != null);
        return csv.toString().lines();
    }

    @Test
    void frozen_rows_have_every_column_of_a_call() {
        for (String column : CallRows.SELECTED.split(", ")) {
            if (NULL_BEFORE.contains(column)) {
                continue;
            }
            assertThat(store.number("SELECT COUNT(" + column + ") FROM call c"))
                    .as(column)
                    .isPositive();
        }
    }

    private Stream<Task> calls() {
        List<String> ids = store.database.read(reads -> reads.list(
                "SELECT id FROM call WHERE account_id = ? ORDER BY number", row -> row.getString(1), ACCOUNT));
        return ids.stream().map(id -> store.tasks.find(ACCOUNT, id).orElseThrow());
    }

    private static void check(String ending, Stream<String> lines) {
        Path file = FOLDER.resolve("call-1." + ending);
        new Golden(file, file).check(lines.collect(Collectors.joining("\n")));
    }
}
