package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.app.App;
import dev.tollgate.app.Surroundings;
import dev.tollgate.customers.people.Passwords;
import dev.tollgate.http.EdgeLimits;
import dev.tollgate.keys.RequestCount;
import dev.tollgate.operator.admin.Administration;
import dev.tollgate.portal.MoneyModule;
import dev.tollgate.portal.PeopleModule;
import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.sandbox.SandboxRequest;
import dev.tollgate.sandbox.scripting.Script;
import dev.tollgate.upstreams.media.Resolver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The whole program, started as an operator would start it, on a free port over a fresh data folder, in front of its sandbox. */
public final class Gateway extends AccountsServer {

    private static final int REQUESTS_KEPT = 1_000;

    /** How much memory the hash of a password fills. */
    private static final int PASSWORD_KIBIBYTES = 64;

    private final Surroundings surroundings;
    private App app;

    private Gateway(Launch launch, Surroundings surroundings) {
        super(launch, surroundings.clock() == Surroundings.REAL.clock() ? null : surroundings.clock());
        this.surroundings = surroundings;
        begin();
    }

    @Override
    protected void begin() {
        app = App.start(launch().settings(), surroundings.with(it -> it.clock = this::now));
    }

    @Override
    protected void end() {
        app.close();
    }

    @Override
    public int port() {
        return app.port();
    }

    public static Gateway start(String... settings) {
        return start(Map.of(), settings);
    }

    /**
     * @param environment variables in addition to the demo key
     * @param settings names and values in turn, as in {@code http.trusted-hops}, {@code 1}
     */
    public static Gateway start(Map<String, String> environment, String... settings) {
        return start(Surroundings.REAL.with(it -> it.environment = environment::get), environment, settings);
    }

    /** @param resolver finds the hosts that media are downloaded from */
    public static Gateway start(Resolver resolver, String... settings) {
        return start(Surroundings.REAL.with(it -> it.resolver = resolver), Map.of(), settings);
    }

    /** Starts a gateway in surroundings of the test's own. */
    public static Gateway start(Surroundings surroundings, Map<String, String> environment, String... settings) {
        Launch launch = Launch.of(environment, settings);
        // They change the database behind the program's back.
        Surroundings all =
                surroundings.with(it -> it.sandboxRequestsMax = REQUESTS_KEPT).with(it -> it.foreignWrites = true);
        if (all.passwordKibibytes() == Passwords.MEMORY_KIB) {
            all = all.with(it -> it.passwordKibibytes = PASSWORD_KIBIBYTES);
        }
        if (all.waits().halfClose().equals(EdgeLimits.HALF_CLOSE)) {
            all = all.with(it -> it.waits = it.waits.withHalfClose(Duration.ZERO)); // tests leave as soon as they can
        }
        return new Gateway(launch, all);
    }

    /** A node over a PostgreSQL that others may share. */
    public static Gateway startOn(String databaseUrl, String... settings) {
        return startOn(databaseUrl, Map.of(), settings);
    }

    /** Starts a node over a PostgreSQL, with more variables in its environment. */
    public static Gateway startOn(String databaseUrl, Map<String, String> environment, String... settings) {
        return start(sharing(databaseUrl, environment), settings);
    }

    /** As the program starts by itself, or over a fresh PostgreSQL. */
    public static Gateway startOn(Stores stores, String... settings) {
        return startOn(stores, Map.of(), settings);
    }

    /** Starts such a gateway with more variables in its environment. */
    public static Gateway startOn(Stores stores, Map<String, String> environment, String... settings) {
        return stores == Stores.SQLITE
                ? start(environment, settings)
                : startOn(Postgres.migrated(), environment, settings);
    }

    /**
     * Starts a second gateway over a copy of the present data: the state that a crash at this moment would leave behind, once a lease has run
     * out. This gateway must not write during the copy.
     */
    public Gateway crashed() {
        try {
            Path copy = Files.createTempDirectory("tollgate-test");
            copy(data().resolve("spool"), Files.createDirectory(copy.resolve("spool")));
            if (databaseUrl() != null) {
                return over(copy, Postgres.copied(databaseUrl(), "UPDATE node SET lease_until = 0"));
            }
            for (String name : List.of("tollgate.db", "tollgate.db-wal", "secret.key")) {
                Files.copy(data().resolve(name), copy.resolve(name));
            }
            return over(copy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A second one with the same settings over a SQLite file in another folder, which goes when it is closed. */
    public Gateway over(Path folder) {
        return over(folder, null);
    }

    private Gateway over(Path folder, String databaseUrl) {
        return new Gateway(launch().over(folder, databaseUrl), surroundings);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    public App app() {
        return app;
    }

    @Override
    public Administration administration() {
        return app.administration();
    }

    @Override
    public PeopleModule people() {
        return app.people();
    }

    @Override
    public MoneyModule money() {
        return app.money();
    }

    @Override
    protected int openCalls() {
        return app.calls().open();
    }

    @Override
    public void writeRefusals() {
        app.calls().refusals().flush();
    }

    public Sandbox sandbox() {
        return Objects.requireNonNull(app.upstreams().sandbox(), "no sandbox answers here");
    }

    /** From now on the upstream answers as the YAML list says. */
    @Override
    public void script(String yaml) {
        sandbox().script(Script.parse(yaml));
    }

    /** What the upstream was asked, oldest first. */
    public List<SandboxRequest> asked() {
        return sandbox().requests();
    }

    /** What the upstream was asked last. */
    public JsonNode lastAsked() {
        return asked().getLast().body();
    }

    /** Returns how much free work an account has left of this minute. */
    public long freeWork(Customer customer) {
        return Objects.requireNonNull(app.calls()
                        .meter()
                        .quotas()
                        .standing(RequestCount.freeWork(customer.account()))
                        .requests())
                .remaining();
    }

    /** Checks that ten requests use so much of it each, of which ten a second come back. */
    public void assertFreeWork(Customer customer, int each, Runnable request) {
        Await.until("earlier work has come back", () -> freeWork(customer) == 600);
        long begun = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            request.run();
        }
        long back = (System.nanoTime() - begun) / 100_000_000 + 1;
        assertThat(freeWork(customer)).isLessThanOrEqualTo(600 - 10L * each + back);
    }
}
