package dev.tollgate.stress;

import dev.tollgate.storage.Database;
import dev.tollgate.testing.AccountsServer;
import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Program;
import dev.tollgate.testing.RunningServer;
import dev.tollgate.testing.Stores;
import dev.tollgate.verification.Audit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@link MovedServer}s: one over a file, or two over a PostgreSQL, whose books are copied and restored. Requests by any thread, all else by one. */
final class MovedServers implements AutoCloseable {

    private static final Duration ANSWER = Duration.ofSeconds(60);

    private final Stores stores;
    private final Map<String, String> environment;
    private final Path folder = CrashFolder.made("tollgate-moved");
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final List<Node> nodes = new ArrayList<>();
    private volatile Instant now;
    private @Nullable String url;
    private @Nullable String copyUrl;
    private @Nullable Instant copiedAt;
    private int restores = 1;

    /** A response, with status 0 if none came. */
    record Reply(int status, String text) {

        boolean isDone() {
            return status == 200;
        }
    }

    private final class Node {

        private final Path data;
        private volatile @Nullable Process process;
        private volatile int port;
        private volatile int door;

        Node(Path data) {
            this.data = data;
        }

        void start() {
            begin();
            awaitPorts();
        }

        /** Starts the process and returns. */
        void begin() {
            List<String> command = Program.aroundIt(MovedServer.class);
            command.addAll(List.of(data.toString(), Long.toString(now.toEpochMilli())));
            environment.forEach((name, value) -> command.addAll(List.of(name, value)));
            if (url != null) {
                command.addAll(List.of("TOLLGATE_DATABASE_URL", url));
            }
            try {
                Files.createDirectories(data);
                process = new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.appendTo(
                                folder.resolve("server.log").toFile()))
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Returns once it listens. */
        void awaitPorts() {
            BufferedReader out = Objects.requireNonNull(process).inputReader();
            String[] ports = out.lines()
                    .filter(line -> line.startsWith(MovedServer.PORTS))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("it did not start, see " + folder))
                    .substring(MovedServer.PORTS.length())
                    .split(" ");
            port = Integer.parseInt(ports[0]);
            door = Integer.parseInt(ports[1]);
        }

        void kill() {
            Process its = process;
            process = null;
            if (its != null) {
                its.destroyForcibly();
                try {
                    its.waitFor(60, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /** @param environment names and values, and settings as in {@code stripe.url} */
    MovedServers(Stores stores, Map<String, String> environment, Instant now) {
        this.stores = stores;
        this.now = now;
        this.environment = new HashMap<>(environment);
        this.environment.put("TOLLGATE_SECRET_KEY", RunningServer.SECRET_KEY);
        this.environment.put("TOLLGATE_ADMIN_KEY", AccountsServer.ADMIN_KEY);
        if (stores == Stores.SQLITE) {
            nodes.add(new Node(Migrated.in(folder.resolve("books"))));
        } else {
            url = Postgres.migrated();
            nodes.add(new Node(folder.resolve("one")));
            nodes.add(new Node(folder.resolve("other")));
        }
    }

    int size() {
        return nodes.size();
    }

    Path folder() {
        return folder;
    }

    // ---- life and death ----

    void start() {
        nodes.forEach(Node::begin);
        nodes.forEach(Node::awaitPorts);
    }

    /** Sends SIGKILL. */
    void kill(int node) {
        nodes.get(node).kill();
    }

    void start(int node) {
        nodes.get(node).start();
    }

    /** Moves the clocks of all. */
    void setNow(Instant at) {
        now = at;
        for (int node = 0; node < nodes.size(); node++) {
            if (!ask(node, "at/" + at.toEpochMilli()).isDone()) {
                throw new IllegalStateException("a server has died by itself, see " + folder);
            }
        }
    }

    /** Copies the books while servers run, in the place of the copy before. */
    void copy() {
        try {
            if (url != null) {
                String before = copyUrl;
                copyUrl = Postgres.copied(url, "UPDATE node SET lease_until = 0");
                if (before != null) {
                    Postgres.drop(before);
                }
            } else {
                Files.deleteIfExists(folder.resolve("copy.db"));
                try (Database reading = Database.openReading(nodes.getFirst().data)) {
                    reading.backupTo(folder.resolve("copy.db"));
                }
            }
            copiedAt = now;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills all and puts the copy in the place of the books, with the row of a restore (C32). @return the time of the copy */
    Instant restore() {
        Instant from = Objects.requireNonNull(copiedAt);
        nodes.forEach(Node::kill);
        try {
            if (url != null) {
                Postgres.drop(url);
                url = copyUrl;
                copyUrl = null;
            } else {
                Path data = nodes.getFirst().data;
                for (String rest : List.of("tollgate.db-wal", "tollgate.db-shm", "tollgate.mark")) {
                    Files.deleteIfExists(data.resolve(rest));
                }
                Files.move(folder.resolve("copy.db"), data.resolve("tollgate.db"), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        execute("INSERT INTO installation (name, value) VALUES ('restored #" + ++restores + "', '" + from + "/" + now
                + "')");
        copiedAt = null;
        start();
        return from;
    }

    boolean hasCopy() {
        return copiedAt != null;
    }

    // ---- requests ----

    /** Asks for what a customer does on a page. */
    Reply ask(int node, String words) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + nodes.get(node).door + "/" + words)));
    }

    /** Posts to a server. */
    Reply post(int node, String path, String body, String... headers) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + nodes.get(node).port + path))
                .header("content-type", "application/json")
                .headers(headers)
                .POST(BodyPublishers.ofString(body)));
    }

    /** Asks as the operator. */
    Reply admin(int node, String method, String path, String members) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + nodes.get(node).port + "/admin" + path))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + AccountsServer.ADMIN_KEY)
                .method(method, BodyPublishers.ofString("{" + members + ",\"reason\":\"a trial\"}")));
    }

    private Reply send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> reply = client.send(request.timeout(ANSWER).build(), BodyHandlers.ofString());
            return new Reply(reply.statusCode(), reply.body());
        } catch (IOException e) {
            return new Reply(0, "");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Reply(0, "");
        }
    }

    // ---- the books ----

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                url == null ? "jdbc:sqlite:" + nodes.getFirst().data.resolve("tollgate.db") : url);
    }

    void execute(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Returns all rows, each as its columns. */
    List<String[]> rows(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            int columns = row.getMetaData().getColumnCount();
            List<String[]> rows = new ArrayList<>();
            while (row.next()) {
                String[] values = new String[columns];
                for (int i = 0; i < columns; i++) {
                    values[i] = row.getString(i + 1);
                }
                rows.add(values);
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    long number(String sql) {
        return Long.parseLong(rows(sql).getFirst()[0]);
    }

    /** Returns what {@code ledger verify} finds. */
    List<String> differences() {
        List<String> found = new ArrayList<>();
        try (Database reading = url == null ? Database.openReading(nodes.getFirst().data) : Database.openReading(url)) {
            new Audit(reading).run(found::add, found::add, (subject, rows) -> {});
        }
        return found;
    }

    /** Ends all, and forgets the books. @param keeps whether they can be looked at */
    void end(boolean keeps) {
        nodes.forEach(Node::kill);
        if (keeps) {
            if (url != null) {
                try (Database reading = Database.openReading(url)) {
                    reading.backupTo(folder.resolve("copy-of-" + stores + ".db"));
                }
            }
            System.out.println("kept: " + folder);
        }
        for (String each : new String[] {url, copyUrl}) {
            if (each != null) {
                Postgres.drop(each);
            }
        }
        url = null;
        copyUrl = null;
        if (!keeps) {
            CrashFolder.delete(folder);
        }
    }

    @Override
    public void close() {
        nodes.forEach(Node::kill);
        client.close();
    }
}
