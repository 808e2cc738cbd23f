package dev.tollgate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a large database and measures pages over it. Exits 0 if each was within its budget, 1 if one was not. Loopback only. */
@Command(
        name = "pages",
        mixinStandardHelpOptions = true,
        description =
                "Makes a database of millions of calls, and measures how long pages take over it while calls are made.")
final class PagesCommand implements Callable<Integer> {

    private static final long SQLITE_CALLS = 10_000_000;
    private static final long POSTGRES_CALLS = 2_000_000;
    private static final long CALLS_MAX = 99_999_999;

    @Option(names = "--calls", description = "in the database; default 10000000 on SQLite, 2000000 on PostgreSQL")
    private long calls;

    @Option(names = "--accounts", defaultValue = "200", description = "beside the large one, default ${DEFAULT-VALUE}")
    private int accounts;

    @Option(
            names = "--days",
            defaultValue = "120",
            description = "that the calls are spread over, default ${DEFAULT-VALUE}")
    private int days;

    @Option(names = "--postgres", description = "on a PostgreSQL that is started for it, in place of SQLite")
    private boolean postgres;

    @Option(names = "--looks", defaultValue = "300", description = "at each page, default ${DEFAULT-VALUE}")
    private int looks;

    @Option(
            names = "--rate",
            defaultValue = "200",
            description = "calls a second beside them, default ${DEFAULT-VALUE}")
    private int rate;

    @Option(
            names = "--only",
            defaultValue = "",
            description = "pages whose name contains this text, for example month; default all")
    private String only = "";

    @Option(
            names = "--folder",
            description = "for the database, default bench/target/pages; one that was begun there is gone on with")
    private @Nullable Path folder;

    @Option(names = "--keep", description = "the database, for another run; else it is deleted in the end")
    private boolean keep;

    @Option(names = "--verify", description = "let 'ledger verify' go through the database first")
    private boolean verify;

    @Option(names = "--jar", description = "a gateway to start by java -jar; default is ./tollgate serve")
    private @Nullable Path jar;

    @Option(names = "--results", description = "folder of the CSV files, default bench/results")
    private Path results = Main.home().resolve("results");

    @Option(names = "--note", defaultValue = "", description = "a remark for the results")
    private String note = "";

    @Override
    public Integer call() throws Exception {
        PagesRun.Size size = new PagesRun.Size(
                calls > 0 ? calls : postgres ? POSTGRES_CALLS : SQLITE_CALLS, accounts, days, looks, rate, only);
        if (size.calls() > CALLS_MAX) {
            throw new IllegalArgumentException("--calls is " + CALLS_MAX + " at most");
        }
        Path books =
                folder != null ? folder : Main.home().resolve("target/pages-" + (postgres ? "postgres" : "sqlite"));
        Files.createDirectories(books);
        RunOptions options = RunOptions.of(1, 1, 0, 1, jar, List.of(), results, note);
        boolean within = new PagesRun(
                        options, size, books, RunCommand.freshDirectory(), InstantSource.system(), System.out)
                .run(postgres, verify);
        if (!keep) {
            delete(books);
        }
        return within ? 0 : 1;
    }

    private static void delete(Path folder) throws IOException {
        try (java.util.stream.Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
