package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Modules;
import dev.tollgate.testing.OurClasses;
import dev.tollgate.testing.Postgres;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** PostgreSQL reads the SQL of the program, also of stores whose tests run on SQLite alone at each change. */
@Timeout(120)
class PreparedSqlTest {

    private static final int STATEMENTS_LEAST = 400;
    private static final Pattern STATEMENT =
            Pattern.compile("(?s)\\s*(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\\s.*");

    /** A text with places that another is put into, with arrays, which say no type here, without a table, or that ends within a statement. */
    private static final Pattern PART = Pattern.compile(
            "(?s).*(?:[\\x01\\x02%]|unnest\\(\\?).*|\\s*SELECT\\s(?!.*\\sFROM\\s).*|.*(?:\\b(?:FROM|WHERE|UNION ALL|SET|DO)|\\()\\s*");

    private static final Pattern OF_SQLITE = Pattern.compile(
            "(?s).*(?:\\bjson_(?:each|extract)\\(|\\b(?:sqlite_schema|filled_page|pragma_page_count)\\b).*");

    @Test
    void postgresql_reads_each_whole_statement() throws Exception {
        Map<String, String> statements = new TreeMap<>();
        texts((text, place) -> {
            if (STATEMENT.matcher(text).matches()
                    && !PART.matcher(text).matches()
                    && !OF_SQLITE.matcher(text).matches()) {
                statements.put(text, place);
            }
        });
        Map<String, String> refused = new TreeMap<>();
        try (Connection connection = DriverManager.getConnection(Postgres.served(Postgres.migrated()))) {
            statements.forEach((text, place) -> {
                try (PreparedStatement statement = connection.prepareStatement(text)) {
                    statement.getParameterMetaData(); // has the server read it
                } catch (SQLException e) {
                    refused.put(place + ": " + text, e.getMessage());
                }
            });
        }
        assertThat(statements).hasSizeGreaterThan(STATEMENTS_LEAST);
        assertThat(refused).isEmpty();
    }

    /** Finds the constant texts of all classes, and what static fields are put together of. */
    private static void texts(BiConsumer<String, String> found) throws IOException {
        for (Path folder : OurClasses.FOLDERS) {
            texts(folder.resolve("dev/tollgate"), found);
        }
    }

    private static void texts(Path root, BiConsumer<String, String> found) throws IOException {
        for (Path file : Modules.files(root, ".class")) {
            String place = root.relativize(file).toString().replace(".class", "");
            boolean hasSql = false;
            for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
                if (entry instanceof StringEntry text) {
                    found.accept(text.stringValue(), place);
                    hasSql |= text.stringValue().matches("(?s)\\W*(SELECT|INSERT|UPDATE|DELETE|WITH)\\b.*");
                }
            }
            if (hasSql) {
                fields(place, found);
            }
        }
    }

    private static void fields(String place, BiConsumer<String, String> found) {
        try {
            for (Field field :
                    Class.forName("dev.tollgate." + place.replace('/', '.')).getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) && field.getType() == String.class) {
                    field.setAccessible(true);
                    found.accept((String) field.get(null), place + "." + field.getName());
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(place, e);
        }
    }
}
