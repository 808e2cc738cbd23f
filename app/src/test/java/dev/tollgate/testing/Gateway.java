package dev.tollgate.testing;

import dev.tollgate.app.App;
import dev.tollgate.operator.admin.actions.Administration;
import dev.tollgate.portal.MoneyModule;
import dev.tollgate.portal.PeopleModule;
import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.serving.CallsModule;
import dev.tollgate.serving.Surroundings;
import dev.tollgate.serving.UpstreamsModule;
import dev.tollgate.upstreams.media.Resolver;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** The whole program, started as an operator would start it, on a free port over a fresh data folder, in front of its sandbox. */
public final class Gateway extends AccountsServer implements SandboxServer {

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
        Surroundings all = CallServer.ofTests(surroundings);
        if (all.passwordKibibytes() == null) {
            all = all.with(it -> it.passwordKibibytes = PASSWORD_KIBIBYTES);
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
        return new Gateway(launchOfCopy(), surroundings);
    }

    /** A second one with the same settings over a SQLite file in another folder, which goes when it is closed. */
    public Gateway over(Path folder) {
        return new Gateway(launch().over(folder, null), surroundings);
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
        app.refusals().counts().flush();
    }

    @Override
    public Sandbox sandbox() {
        return Objects.requireNonNull(app.sandbox(), "no sandbox answers here");
    }

    @Override
    public void script(String yaml) {
        SandboxServer.super.script(yaml);
    }

    @Override
    public CallsModule calls() {
        return app.calls();
    }

    @Override
    public UpstreamsModule upstreams() {
        return app.upstreams();
    }

    @Override
    public long requestBytes() {
        return app.front().requestBytes();
    }

    @Override
    public int openExchanges() {
        return app.front().openExchanges();
    }
}
