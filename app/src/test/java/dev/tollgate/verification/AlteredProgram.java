package dev.tollgate.verification;

import dev.tollgate.storage.Database;
import dev.tollgate.testing.AlteredBooks;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Books that the whole program has filled, on each database, in which one row is altered. Alterations name by braces what differs from books to books. */
final class AlteredProgram implements AutoCloseable {

    private final Map<Stores, AlteredBooks> books = new EnumMap<>(Stores.class);
    private final Map<Stores, Map<String, String>> names = new EnumMap<>(Stores.class);

    /**
     * @param history fills the books, and returns the names in alterations with what they stand for
     * @param check what finds differences in a database, made while the program runs
     */
    AlteredProgram(
            Path folder,
            Map<String, String> environment,
            Function<Gateway, Map<String, String>> history,
            Function<Gateway, Function<Database, List<String>>> check)
            throws IOException {
        for (Stores stores : Stores.values()) {
            boolean isFile = stores == Stores.SQLITE;
            String url = isFile ? "jdbc:sqlite:" + folder.resolve("tollgate.db") : Postgres.untouched();
            Function<Database, List<String>> differences;
            try (Gateway gateway = isFile ? Gateway.start(environment) : Gateway.startOn(url, environment)) {
                names.put(stores, history.apply(gateway));
                gateway.assertBooksAreClosed();
                differences = check.apply(gateway);
                if (isFile) {
                    try (Database reading = gateway.reading()) {
                        reading.backupTo(folder.resolve("tollgate.db"));
                    }
                }
            }
            Database reading = isFile ? Database.openReading(folder) : Database.openReading(url);
            books.put(stores, new AlteredBooks(url, reading, differences, differences.apply(reading)));
        }
    }

    List<String> atFirst(Stores stores) {
        return books.get(stores).atFirst();
    }

    List<String> found(Stores stores, String alteration) throws SQLException {
        String named = alteration;
        for (Map.Entry<String, String> name : names.get(stores).entrySet()) {
            named = named.replace(name.getKey(), name.getValue());
        }
        return books.get(stores).found(named);
    }

    @Override
    public void close() {
        books.values().forEach(AlteredBooks::close);
    }
}
