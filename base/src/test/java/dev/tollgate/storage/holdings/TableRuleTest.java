package dev.tollgate.storage.holdings;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.holdings.TableRule.Goes;
import dev.tollgate.testing.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The list of what is kept agrees with the tables of both databases, and with what customers read (C38). */
class TableRuleTest {

    private static final String COLUMNS_SQLITE = """
            SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
            WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'""";
    private static final String COLUMNS_POSTGRESQL =
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()";
    private static final String KEYS_SQLITE = """
            SELECT m.name, l.seq || ' ' || l.name, i.name FROM sqlite_master m, pragma_index_list(m.name) l, pragma_index_info(l.name) i
            WHERE m.type = 'table' AND l."unique" = 1 AND l.partial = 0 ORDER BY l.seq, i.seqno""";

    @TempDir
    Path folder;

    private Map<String, List<String>> columns(Stores stores) {
        try (Database database = stores.openBare(folder)) {
            Map<String, List<String>> columns = new TreeMap<>();
            String sql = stores == Stores.SQLITE ? COLUMNS_SQLITE : COLUMNS_POSTGRESQL;
            database.read(
                    reads -> reads.list(sql, row -> columns.computeIfAbsent(row.getString(1), _ -> new ArrayList<>())
                            .add(row.getString(2))));
            return columns;
        }
    }

    @ParameterizedTest
    @EnumSource
    void each_table_has_one_rule(Stores stores) {
        List<String> tables = TableRule.all().stream().map(TableRule::table).toList();
        assertThat(tables)
                .isEqualTo(new ArrayList<>(new TreeSet<>(columns(stores).keySet())));
    }

    @ParameterizedTest
    @EnumSource
    void rules_name_columns_of_their_tables(Stores stores) {
        Map<String, List<String>> columns = columns(stores);
        for (TableRule rule : TableRule.all()) {
            assertThat(columns.get(rule.table())).containsAll(rule.once()).containsAll(rule.emptied());
            assertThat(rule.emptied().isEmpty() || !rule.once().isEmpty())
                    .as(rule.table())
                    .isTrue();
        }
    }

    @Test
    void a_row_that_is_written_once_is_found_by_a_unique_key() {
        Map<String, Map<String, List<String>>> keys = new TreeMap<>();
        try (Database database = Stores.SQLITE.openBare(folder)) {
            database.read(
                    reads -> reads.list(KEYS_SQLITE, row -> keys.computeIfAbsent(row.getString(1), _ -> new TreeMap<>())
                            .computeIfAbsent(row.getString(2), _ -> new ArrayList<>())
                            .add(row.getString(3))));
        }
        for (TableRule rule : TableRule.all()) {
            if (!rule.once().isEmpty()) {
                assertThat(keys.get(rule.table()).values()).as(rule.table()).contains(rule.once());
                assertThat(rule.goes()).as(rule.table()).isEqualTo(Goes.NEVER);
            }
        }
    }

    @Test
    void customers_read_of_each_rule() throws IOException {
        Map<String, String> kept = new TreeMap<>();
        Files.readAllLines(Path.of("docs", "data.md")).stream()
                .dropWhile(line -> !line.startsWith("| Data "))
                .skip(2)
                .takeWhile(line -> line.startsWith("| "))
                .map(line -> line.split("\\|"))
                .forEach(cells -> kept.put(cells[1].strip(), cells[2].strip()));
        for (TableRule rule : TableRule.all()) {
            if (!rule.data().isEmpty()) {
                List<String> found = kept.entrySet().stream()
                        .filter(line -> line.getKey().startsWith(rule.data()))
                        .map(Map.Entry::getValue)
                        .toList();
                assertThat(found).as("lines of %s", rule.table()).hasSize(1);
                assertThat(found.getFirst()).as(rule.table()).contains(rule.period());
            }
        }
    }

    @Test
    void a_time_is_named_where_rows_go_by_it() {
        for (TableRule rule : TableRule.all()) {
            assertThat(!rule.period().isEmpty()).as(rule.table()).isEqualTo(rule.goes() == Goes.TIME);
        }
    }
}
