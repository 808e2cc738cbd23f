package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Stores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that one statement takes, by the number that a batch happens to have. */
@Timeout(120)
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class RowStatementTest {

    private static final RowStatement INSERT = RowStatement.insert(
            "entry",
            "account_id text",
            "number bigint",
            "created_at bigint",
            "kind utf8",
            "amount_micros bigint",
            "balance_after_micros bigint",
            "reason text");

    private static final RowStatement RENAME = RowStatement.of(
            "UPDATE account SET name = ? WHERE id = ?",
            "UPDATE account SET name = r.name FROM unnest(?, ?) AS r (name, id) WHERE account.id = r.id",
            "text",
            "text");

    /** More than two groups. */
    private static final int ROWS_MAX = 9;

    /** Its rows are the entries of the account of its name. */
    private static final class Rowful extends Decision<String> {

        final String account;
        final List<Long> amounts;

        Rowful(String account, List<Long> amounts) {
            this.account = account;
            this.amounts = amounts;
        }
    }

    private static final class RowfulPart implements Part<Rowful> {

        @Override
        public Class<Rowful> type() {
            return Rowful.class;
        }

        @Override
        public void write(Statements statements, List<Rowful> changes) throws SQLException {
            for (Rowful change : changes) {
                statements
                        .of("INSERT INTO account (id, name, created_at) VALUES ('%s', '', 0)".formatted(change.account))
                        .executeUpdate();
                Rows rows = INSERT.on(statements);
                for (int i = 0; i < change.amounts.size(); i++) {
                    rows.text(change.account)
                            .number(i + 1)
                            .number((Long) (long) i)
                            .utf8("top_up".getBytes(StandardCharsets.UTF_8))
                            .number(change.amounts.get(i))
                            .number(0)
                            .text(i % 2 == 0 ? null : "reason " + i)
                            .next();
                }
                rows.finish();
                change.decide("written");
            }
        }
    }

    /** Gives accounts another name, each of which is to be there. */
    private static final class Renaming extends Decision<String> {

        final List<String> accounts;

        Renaming(String... accounts) {
            this.accounts = List.of(accounts);
        }
    }

    private static final class RenamingPart implements Part<Renaming> {

        @Override
        public Class<Renaming> type() {
            return Renaming.class;
        }

        @Override
        public void write(Statements statements, List<Renaming> changes) throws SQLException {
            Rows rows = RENAME.on(statements);
            for (Renaming change : changes) {
                for (String account : change.accounts) {
                    rows.text("renamed").text(account).next();
                }
                change.decide("renamed");
            }
            rows.finishEach();
        }
    }

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    Database database;
    Writer writer;

    @BeforeEach
    void open() {
        database = stores.openBare(folder);
        writer = database.startWriter(List.of(new RowfulPart(), new RenamingPart()));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void every_row_is_written_however_many_there_are() {
        for (int rows = 0; rows <= ROWS_MAX; rows++) {
            String account = "of " + rows;
            writer.commitAndWait(Unit.of(new Rowful(account, amounts(rows, i -> 100L + i))));
            assertThat(written(account))
                    .isEqualTo(IntStream.range(0, rows)
                            .mapToObj(i ->
                                    (i + 1) + " " + i + " " + (100 + i) + " " + (i % 2 == 0 ? null : "reason " + i))
                            .toList());
        }
    }

    @Test
    void where_one_row_is_refused_none_of_the_batch_stays() {
        for (int refused = 0; refused < ROWS_MAX; refused++) {
            String account = "without " + refused;
            int bad = refused;
            Rowful change = new Rowful(account, amounts(ROWS_MAX, i -> i == bad ? 0L : 1L)); // nothing moves: refused
            assertThatThrownBy(() -> writer.commitAndWait(Unit.of(change))).isInstanceOf(StoreException.class);
            assertThat(written(account)).isEmpty();
        }
        assertThat(read("SELECT id FROM account")).isEmpty();
    }

    @Test
    void an_update_that_does_not_meet_each_of_its_rows_fails_the_batch() {
        writer.commitAndWait(Unit.of(new Rowful("one", List.of()), new Rowful("two", List.of())));
        assertThatThrownBy(() -> writer.commitAndWait(Unit.of(new Renaming("one", "nobody", "two"))))
                .cause()
                .hasMessageContaining("rows to be updated");
        assertThat(read("SELECT name FROM account")).containsExactly("", "");
        writer.commitAndWait(Unit.of(new Renaming("one", "two")));
        assertThat(read("SELECT name FROM account")).containsExactly("renamed", "renamed");
    }

    private static List<Long> amounts(int rows, IntFunction<Long> amount) {
        return IntStream.range(0, rows).mapToObj(amount).toList();
    }

    private List<String> written(String account) {
        return read("""
                SELECT number || ' ' || created_at || ' ' || amount_micros || ' ' || COALESCE(reason, 'null') FROM entry
                WHERE account_id = '%s' ORDER BY number""".formatted(account));
    }

    private List<String> read(String sql) {
        return database.read(reads -> reads.list(sql, row -> row.getString(1)));
    }
}
