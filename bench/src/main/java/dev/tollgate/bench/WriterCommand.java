package dev.tollgate.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.sqlite.SQLiteConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Compares the rows that a call leaves in the books with one row, on both databases: the statements alone, without a gateway. The forms alternate in each
 * round. Exits 0 if all was measured.
 */
@Command(
        name = "writer",
        mixinStandardHelpOptions = true,
        description = "Measures what the rows of a call cost the database: today's, and one row in several forms.")
final class WriterCommand implements Callable<Integer> {

    private static final int READS = 200;

    private static final int SQLITE_CACHE_KIB = 8 * 1024;

    @Option(names = "--calls", defaultValue = "100000", description = "of each form, default ${DEFAULT-VALUE}")
    private int calls;

    @Option(
            names = "--accounts",
            split = ",",
            defaultValue = "8,5000",
            description = "that make the calls, default ${DEFAULT-VALUE}")
    private List<Integer> accounts = List.of();

    @Option(names = "--rounds", defaultValue = "3", description = "default ${DEFAULT-VALUE}")
    private int rounds;

    @Option(
            names = "--databases",
            split = ",",
            defaultValue = "sqlite,postgresql",
            description = "default ${DEFAULT-VALUE}")
    private List<String> databases = List.of();

    @Option(
            names = "--reads",
            description = "also reads lists, single calls and all calls; a limit of memory is set from outside")
    private boolean reads;

    private static Map<String, Supplier<CallRows>> forms() {
        Map<String, Supplier<CallRows>> forms = new LinkedHashMap<>();
        forms.put("today", TodaysRows::new);
        for (OneRow.Form form : OneRow.Form.values()) {
            forms.put("one row, " + form.name().toLowerCase(java.util.Locale.ROOT), () -> new OneRow(form));
        }
        return forms;
    }

    @Override
    public Integer call() throws Exception {
        Path folder = RunCommand.freshDirectory();
        System.out.println(
                "database   accounts form                  writer us/call  server us/call  written B/call  kept B/call");
        for (int round = 0; round < rounds; round++) {
            for (String database : databases) {
                for (int count : accounts) {
                    for (Map.Entry<String, Supplier<CallRows>> form : forms().entrySet()) {
                        Path place = Files.createDirectories(folder.resolve("writer-" + round + "-" + count + "-"
                                + form.getKey().replaceAll("\\W+", "-")));
                        if (database.equals("sqlite")) {
                            onSqlite(
                                    place, count, form.getKey(), form.getValue().get());
                        } else {
                            onPostgres(
                                    place,
                                    folder.resolve("postgres.log"),
                                    count,
                                    form.getKey(),
                                    form.getValue().get());
                        }
                        delete(place);
                    }
                }
            }
        }
        return 0;
    }

    private void onSqlite(Path place, int count, String name, CallRows rows) throws SQLException, IOException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setCacheSize(-SQLITE_CACHE_KIB);
        Path file = place.resolve("books.db");
        try (WriterTrial trial = new WriterTrial(config.createConnection("jdbc:sqlite:" + file), true, rows, count)) {
            measure("sqlite", count, name, trial, () -> 0L, () -> Files.size(file));
        }
    }

    private void onPostgres(Path place, Path log, int count, String name, CallRows rows)
            throws SQLException, IOException {
        try (OwnPostgres server = OwnPostgres.start(place.resolve("postgres"), log);
                Connection connection = DriverManager.getConnection(server.url());
                WriterTrial trial = new WriterTrial(connection, false, rows, count)) {
            measure("postgresql", count, name, trial, server::cpuMicros, () -> databaseBytes(server.url()));
        }
    }

    private static long databaseBytes(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
            try (ResultSet row = statement.executeQuery("SELECT pg_database_size(current_database())")) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** A figure that is asked when it is needed. */
    private interface Figure {
        long now() throws IOException, SQLException;
    }

    /** Measures the last four fifths of the calls; before that the JVM compiles and the tables grow. */
    private void measure(String database, int count, String name, WriterTrial trial, Figure serverMicros, Figure bytes)
            throws IOException, SQLException {
        trial.write(calls / 5);
        long writtenBefore = written();
        long bytesBefore = bytes.now();
        long serverBefore = serverMicros.now();
        long threadBefore = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        int measured = calls - calls / 5;
        trial.write(measured);
        long thread = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - threadBefore;
        long server = serverMicros.now() - serverBefore;
        System.out.printf(
                "%-10s %8d %-21s %14.1f %15.1f %15d %12d%n",
                database,
                count,
                name,
                thread / 1e3 / measured,
                (double) server / measured,
                (written() - writtenBefore) / measured,
                (bytes.now() - bytesBefore) / measured);
        if (reads) {
            read(database, count, name, trial);
        }
    }

    private static void read(String database, int count, String name, WriterTrial trial) throws SQLException {
        CallRows rows = trial.rows();
        List<String> figures = new ArrayList<>();
        figures.add("page " + micros(READS, i -> trial.read(rows.page(), trial.account(i))));
        figures.add("2,000 rows "
                + micros(READS, i -> trial.read(rows.filtered(), trial.account(i), EndedCall.KEY + "10")));
        figures.add("an account " + micros(Math.min(count, READS), i -> trial.read(rows.all(), trial.account(i))));
        System.out.printf("%-10s %8d %-21s reads, us each: %s%n", database, count, name, String.join(", ", figures));
    }

    /** A read with the number of its turn. */
    private interface Read {
        int run(int turn) throws SQLException;
    }

    private static long micros(int times, Read read) throws SQLException {
        long before = System.nanoTime();
        for (int i = 0; i < times; i++) {
            read.run(i);
        }
        return (System.nanoTime() - before) / 1_000 / times;
    }

    /** Returns the bytes that this process has written to disks; SQLite runs in it. */
    private static long written() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/io")).stream()
                .filter(line -> line.startsWith("write_bytes:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring("write_bytes:".length()).strip()))
                .findFirst()
                .orElse(0);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
