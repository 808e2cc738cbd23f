package dev.tollgate.testing;

import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.SettingsLoader;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.DatabaseClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The whole program, or one of its halves, on a free port over a fresh data folder or a PostgreSQL: a client of few words, and its database, read without the
 * program. Used by one thread; requests and reads by any.
 */
public abstract class RunningServer implements AutoCloseable {

    /** The key of the demo account. */
    public static final String DEMO_KEY = "sk-demo-key-for-tests-0123456789abcdef";

    /** The secret key of all tests that have to name one. */
    public static final String SECRET_KEY = "5e".repeat(32);

    protected static final String DATABASE_URL = "TOLLGATE_DATABASE_URL";

    private static final JsonMapper JSON = new JsonMapper();

    /** One for all of them, each has a port of its own: a client comes with a selector and threads. */
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Launch launch;
    private final @Nullable InstantSource ownClock;
    private Connection shared;
    private volatile Instant standsAt;
    private volatile String front;

    /** @param ownClock the test's; null: the time as the tests have it, which {@link #setNow} stops */
    protected RunningServer(Launch launch, @Nullable InstantSource ownClock) {
        this.launch = launch;
        this.ownClock = ownClock;
    }

    /**
     * What a server is started with, as an operator writes it.
     *
     * @param arguments of the command line, by the settings' names
     */
    protected record Launch(Path data, Map<String, String> arguments, Map<String, String> environment) {

        /** @param settings names and values in turn, as in {@code http.trusted-hops}, {@code 1} */
        public static Launch of(Map<String, String> environment, String... settings) {
            Map<String, String> arguments = new HashMap<>(Map.of("port", "0"));
            for (int i = 0; i < settings.length; i += 2) {
                arguments.put(settings[i], settings[i + 1]);
            }
            Map<String, String> variables = new HashMap<>(Map.of("TOLLGATE_DEMO_KEY", DEMO_KEY));
            variables.putAll(environment);
            try {
                Path data = arguments.containsKey("data")
                        ? Path.of(arguments.get("data"))
                        : Files.createTempDirectory("tollgate-test");
                arguments.put("data", data.toString());
                if (!variables.containsKey(DATABASE_URL) && !Files.exists(data.resolve("tollgate.db"))) {
                    Migrated.in(data);
                }
                return new Launch(data, arguments, variables);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Returns the same over another folder, and a PostgreSQL or none. */
        public Launch over(Path folder, @Nullable String databaseUrl) {
            Map<String, String> chosen = new HashMap<>(arguments);
            chosen.put("data", folder.toString());
            Map<String, String> variables = new HashMap<>(environment);
            variables.remove(DATABASE_URL);
            if (databaseUrl != null) {
                variables.put(DATABASE_URL, databaseUrl);
            }
            return new Launch(folder, chosen, variables);
        }

        /** Returns the settings; over a PostgreSQL the server has only the rights of a program. */
        public Settings settings() {
            Map<String, String> variables = new HashMap<>(environment);
            variables.computeIfPresent(DATABASE_URL, (name, url) -> Postgres.served(url));
            return SettingsLoader.load(arguments, variables);
        }
    }

    /** Returns the environment of a node over a PostgreSQL that others may share. */
    protected static Map<String, String> sharing(String databaseUrl, Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(environment);
        all.put(DATABASE_URL, databaseUrl);
        all.putIfAbsent("TOLLGATE_SECRET_KEY", SECRET_KEY);
        return all;
    }

    /** Starts the server over its data. */
    protected abstract void begin();

    /** Stops the server; its data stay. */
    protected abstract void end();

    public abstract int port();

    /**
     * Copies the present data and returns the start over them: the state that a crash at this moment would leave behind, once a lease has run out.
     * This server must not write during the copy.
     */
    protected Launch launchOfCopy() {
        try {
            Path copy = Files.createTempDirectory("tollgate-test");
            copy(data().resolve("spool"), Files.createDirectory(copy.resolve("spool")));
            String url = databaseUrl();
            if (url != null) {
                return launch.over(copy, Postgres.copied(url, "UPDATE node SET lease_until = 0"));
            }
            for (String name : List.of("tollgate.db", "tollgate.db-wal", "secret.key")) {
                Files.copy(data().resolve(name), copy.resolve(name));
            }
            return launch.over(copy, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    protected Launch launch() {
        return launch;
    }

    /** Stops and starts over the same data. */
    public void restart() {
        restartAfter(() -> {});
    }

    /** Stops the server, runs {@code done}, and starts the server over the same data. */
    public void restartAfter(Runnable done) {
        leaveDatabase(); // the last that closes a file puts it in order, which is the program's
        end();
        try {
            done.run();
        } finally {
            leaveDatabase();
            begin();
        }
    }

    /** From now on its clock stands still there, until it is set again. */
    public void setNow(Instant instant) {
        standsAt = instant;
    }

    public Instant now() {
        Instant set = standsAt;
        if (ownClock == null && databaseUrl() != null && isMeasured()) {
            return Instant.now();
        }
        return set != null ? set : ownClock != null ? ownClock.instant() : Today.instant();
    }

    /** PostgreSQL's clock goes on: compared with a clock that stands, each renewal of the lease would move the time of prices. */
    private static boolean isMeasured() {
        return StackWalker.getInstance().walk(frames -> frames.limit(4)
                .anyMatch(frame -> frame.getClassName().equals(DatabaseClock.class.getName())
                        && frame.getMethodName().equals("measured")));
    }

    public Path data() {
        return launch.data();
    }

    /** Returns the environment of this server, for a command that runs at the same time. */
    public Map<String, String> environment() {
        return launch.environment();
    }

    /** Returns the address of the PostgreSQL that holds the data; null for a file. */
    protected @Nullable String databaseUrl() {
        return environment().get(DATABASE_URL);
    }

    public String url() {
        return front == null ? "http://127.0.0.1:" + port() : front;
    }

    /** From now on its address is a proxy's in front of it. */
    public void standBehind(String url) {
        front = url;
    }

    // ---- the database, read without the program ----

    /** The first column of the first row. */
    public long number(String sql) {
        return query(sql, row -> row.getLong(1));
    }

    /** The first column of the first row. */
    public String text(String sql) {
        return query(sql, row -> row.getString(1));
    }

    /** Changes the database behind the program's back. */
    public void execute(String sql) {
        query(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    /** From now on the database refuses this change of a row where the condition holds, which may speak of {@code NEW}. */
    public Fault fault(String change, String table, String condition) {
        String name = "broken_" + table;
        if (databaseUrl() == null) {
            execute("CREATE TRIGGER " + name + " BEFORE " + change + " ON " + table + " WHEN " + condition
                    + " BEGIN SELECT RAISE(ABORT, 'disk on fire'); END");
            return () -> execute("DROP TRIGGER " + name);
        }
        execute("CREATE FUNCTION " + name + "() RETURNS trigger LANGUAGE plpgsql AS" + " $$ BEGIN IF " + condition
                + " THEN RAISE 'disk on fire'; END IF; RETURN NEW; END $$");
        execute("CREATE TRIGGER " + name + " BEFORE " + change + " ON " + table + " FOR EACH ROW EXECUTE FUNCTION "
                + name + "()");
        return () -> execute("DROP FUNCTION " + name + " CASCADE");
    }

    /** Whatever is to be written waits. Not for longer than the store is patient. */
    public Fault nothingIsCommitted() {
        try {
            Connection connection = connect();
            try (Statement statement = connection.createStatement()) {
                if (databaseUrl() == null) {
                    statement.execute("BEGIN IMMEDIATE");
                } else {
                    connection.setAutoCommit(false);
                    statement.execute(
                            "LOCK TABLE open_hold, call, entry IN SHARE MODE"); // in the order of their writes
                }
            }
            return () -> disconnect(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Whatever moves money waits within its COMMIT; in an embedded database, which has no such moment, before it is written. Not for
     * longer than the store is patient.
     */
    public Fault commitsWait() {
        if (databaseUrl() == null) {
            return nothingIsCommitted();
        }
        execute("CREATE FUNCTION wait_to_commit() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$");
        for (String moved : List.of("INSERT OR UPDATE ON open_hold", "INSERT ON call", "INSERT ON entry")) {
            execute("CREATE CONSTRAINT TRIGGER wait_to_commit AFTER " + moved + " DEFERRABLE INITIALLY DEFERRED"
                    + " FOR EACH ROW EXECUTE FUNCTION wait_to_commit()");
        }
        HeldRows held = new HeldRows(databaseUrl(), "SELECT pg_advisory_xact_lock(1)");
        return () -> {
            held.close();
            for (String table : List.of(
                    "open_hold",
                    "call",
                    "entry")) { // one by one: all in one transaction could deadlock with the writer
                execute("DROP TRIGGER IF EXISTS wait_to_commit ON " + table);
            }
            execute("DROP FUNCTION IF EXISTS wait_to_commit");
        };
    }

    /** Returns whether a commit waits for another node's lock; false for an embedded database, which cannot show it. */
    public boolean hasWaitingCommit() {
        return databaseUrl() == null
                || number("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                                + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
                        > 0;
    }

    /** Is over when it is closed. */
    public interface Fault extends AutoCloseable {
        @Override
        void close();
    }

    /** Returns all stored bytes, as a thief of the disk would read them. */
    public Map<String, String> atRest() throws IOException {
        Map<String, String> all = new HashMap<>();
        try (Stream<Path> files = Files.walk(data())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.put(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        if (databaseUrl() != null) {
            all.put("the database", Postgres.dump(databaseUrl()));
        }
        return all;
    }

    /** Reads over a connection. */
    protected interface Reading<T> {
        T of(Connection connection) throws SQLException;
    }

    private interface Column<T> {
        T of(ResultSet row) throws SQLException;
    }

    private <T> T query(String sql, Column<T> column) {
        return query(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                return row.next() ? column.of(row) : null;
            }
        });
    }

    /** Over one connection, since many are asked in a loop, and opening one costs more than they do. */
    protected final synchronized <T> T query(Reading<T> reading) {
        try {
            if (databaseUrl() != null) {
                return PostgresSessions.use(databaseUrl(), reading::of);
            }
            if (shared == null) {
                shared = connect();
                try (Statement statement = shared.createStatement()) {
                    statement.execute("PRAGMA busy_timeout = 5000");
                }
            }
            return reading.of(shared);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized void leaveDatabase() {
        disconnect(shared);
        shared = null;
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                databaseUrl() == null ? "jdbc:sqlite:" + data().resolve("tollgate.db") : databaseUrl());
    }

    private static void disconnect(Connection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Opens the database for reads of the program's own classes. */
    public Database reading() {
        return databaseUrl() == null ? Database.openReading(data()) : Database.openReading(databaseUrl());
    }

    /** Looks until it is so; for what the program does by itself after an answer. */
    public static void await(String what, BooleanSupplier isSo) {
        Await.until(what, isSo);
    }
    // ---- a client of few words ----

    public Reply get(String path) {
        return send(request(path).GET());
    }

    public Reply get(String path, String key) {
        return send(HttpRequest.newBuilder(URI.create(url() + path)).header("Authorization", "Bearer " + key));
    }

    public Reply post(String path, String body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    public Reply post(String path, String body, String key) {
        return send("POST", path, body, key);
    }

    public Reply send(String method, String path, @Nullable String body, String key) {
        return send(request(method, path, body, key));
    }

    /** A request with a key, for more headers. */
    public HttpRequest.Builder request(String method, String path, @Nullable String body, String key) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url() + path)).header("Authorization", "Bearer " + key);
        return body == null
                ? request.method(method, HttpRequest.BodyPublishers.noBody())
                : request.header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body));
    }

    public Reply chat(String body) {
        return post("/v1/chat/completions", body);
    }

    /** Sends the request and returns without waiting for the response. */
    public CompletableFuture<Reply> sendAside(HttpRequest.Builder request) {
        return CLIENT.sendAsync(named(request), HttpResponse.BodyHandlers.ofString())
                .thenApply(Reply::new);
    }

    /** A request with the demo key. */
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url() + path)).header("Authorization", "Bearer " + DEMO_KEY);
    }

    public Reply send(HttpRequest.Builder request) {
        try {
            return new Reply(CLIENT.send(named(request), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The name of Java's own client would ask for JSON (D1); unless a test names another, nothing is said of streams. */
    private static HttpRequest named(HttpRequest.Builder request) {
        HttpRequest built = request.build();
        return built.headers().firstValue("user-agent").isPresent()
                ? built
                : request.setHeader("User-Agent", "test").build();
    }

    @Override
    public void close() {
        leaveDatabase();
        end();
        leaveDatabase();
        try (Stream<Path> files = Files.walk(data())) {
            files.sorted(Comparator.reverseOrder()).forEach(RunningServer::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An answer, whole. */
    public record Reply(HttpResponse<String> response) {

        private static final String COMPLETIONS = "/chat/completions";
        private static final String MESSAGES = "/messages";
        private static final String RESPONSES = "/responses";

        /** The paths of a response, made or kept. */
        private static final Pattern RESPONSE = Pattern.compile("/responses(/resp_[^/]+)?$");

        /** What is not as it should be there is no error of who asks. */
        private static final String PROBES = "/health/";

        /** The paths of all vendors' clients. */
        private static final Pattern SHARED = Pattern.compile("/models|/files");

        /** The paths whose errors have Google's shape (D23). */
        private static final Pattern GOOGLE_SHAPED =
                Pattern.compile("/v1alpha|/v1beta|/gemini|^/upload/|^/v1/(interactions|cachedContents)|:[A-Za-z]*$");

        /** Every answer of a model, and every error, fits its schema, whatever is being tested. */
        public Reply(HttpResponse<String> response) {
            this.response = response;
            String type = response.headers().firstValue("content-type").orElse("");
            String path = response.uri().getPath();
            if (type.startsWith("text/event-stream")) {
                checkStream(path, response.body());
            } else if (response.statusCode() == 200 && path.endsWith(COMPLETIONS)) {
                OutgoingSchema.COMPLETION.check(JSON.readTree(response.body()));
            } else if (type.startsWith("application/json") && path.contains(MESSAGES)) {
                OutgoingSchema.MESSAGES.check(JSON.readTree(response.body()));
            } else if (response.statusCode() == 200
                    && RESPONSE.matcher(path).find()
                    && !response.request().method().equals("DELETE")) {
                checkResponse(JSON.readTree(response.body()));
            } else if (response.statusCode() >= 400 && isOfAnthropicsClient(path)) {
                OutgoingSchema.MESSAGES.check(JSON.readTree(response.body()));
            } else if (response.statusCode() >= 400
                    && type.startsWith("application/json")
                    && !isGoogleShaped(path)
                    && !path.startsWith(PROBES)) {
                OutgoingSchema.ERROR.check(JSON.readTree(response.body()));
            }
        }

        /** By its path, or at the paths of all vendors' clients by the header of the key (D51). */
        private boolean isGoogleShaped(String path) {
            HttpHeaders asked = response.request().headers();
            return GOOGLE_SHAPED.matcher(path).find()
                    || (SHARED.matcher(path).find()
                            && asked.firstValue("x-goog-api-key").isPresent()
                            && asked.firstValue("authorization").isEmpty());
        }

        private boolean isOfAnthropicsClient(String path) {
            return SHARED.matcher(path).find()
                    && response.request()
                            .headers()
                            .firstValue("anthropic-version")
                            .isPresent();
        }

        private static void checkStream(String path, String body) {
            Stream<JsonNode> events = body.lines()
                    .filter(line -> line.startsWith("data: ") && !line.equals("data: [DONE]"))
                    .map(line -> JSON.readTree(line.substring(6)));
            if (path.endsWith(COMPLETIONS)) {
                events.forEach(
                        chunk -> (chunk.has("error") ? OutgoingSchema.ERROR : OutgoingSchema.CHUNK).check(chunk));
            } else if (path.endsWith(MESSAGES)) {
                events.forEach(OutgoingSchema.MESSAGES::check);
            } else if (path.endsWith(RESPONSES)) {
                events.forEach(Reply::checkResponse);
            }
        }

        private static void checkResponse(JsonNode node) {
            OutgoingSchema.RESPONSES.check(node);
            OutgoingSchema.OPENRESPONSES.check(node);
        }

        public int status() {
            return response.statusCode();
        }

        public String text() {
            return response.body();
        }

        public String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        public JsonNode json() {
            return JSON.readTree(response.body());
        }

        public JsonNode error() {
            return json().get("error");
        }

        /** The data of each event of a stream, {@code [DONE]} included. */
        public List<String> data() {
            return text().lines()
                    .filter(line -> line.startsWith("data: "))
                    .map(line -> line.substring(6))
                    .toList();
        }

        /** The chunks of a stream, {@code [DONE]} left out. */
        public List<JsonNode> chunks() {
            return data().stream()
                    .filter(data -> !data.equals("[DONE]"))
                    .map(data -> (JsonNode) JSON.readTree(data))
                    .toList();
        }

        /** The text of choice 0, put together from the deltas. */
        public String content() {
            StringBuilder text = new StringBuilder();
            for (JsonNode chunk : chunks()) {
                for (JsonNode choice : chunk.path("choices")) {
                    if (choice.get("index").asInt() == 0) {
                        text.append(choice.path("delta").path("content").asString(""));
                    }
                }
            }
            return text.toString();
        }
    }
}
