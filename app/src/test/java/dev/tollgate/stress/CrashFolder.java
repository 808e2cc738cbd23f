package dev.tollgate.stress;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.Program;
import dev.tollgate.testing.Stores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One database, the data folders of its gateways, and the trials that follow each other in them. The mortal gateway is killed again
 * and again; the neighbour shares the database where there is one. One thread.
 */
final class CrashFolder implements AutoCloseable {

    /** A folder has a few trials, of a few seconds each: in most of them a grant expires. */
    private static final int[] EXPIRING_SECONDS = {6, 9, 12, 15, 18, 22, 26, 30};

    private static final long EXPIRING_MICROS = 2_000_000;
    private static final Map<CallPlan.Wallet, Long> CREDITS_MICROS = Map.of(
            CallPlan.Wallet.RICH, 1_000_000_000_000L,
            CallPlan.Wallet.POOR, 6_000_000L,
            CallPlan.Wallet.LIMITED, 1_000_000_000L);
    private static final long LIMIT_MICROS = 8_000_000;

    /** So that a copy takes as long as some calls. */
    private static final int COPIED_MEGABYTES = 30;

    /** The smallest budget under which some calls of a trial find no room. */
    private static final long TIGHT_MICROS = 1_000_000;

    /** What has to go even where the trials are ended from outside. */
    private static final Set<Path> FOLDERS = ConcurrentHashMap.newKeySet();

    private final CrashFarSide farSide;
    private final Path data = made("tollgate-crash");
    private final CrashDatabase database;
    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, Map<CallPlan.KeyOwner, String>> keys = new HashMap<>();
    private Running mortal;
    private Running neighbour;
    private int trials;
    private final @Nullable CrashCopies copies;
    private boolean keeps;

    /** @param node its id, where it is one of several */
    private record Running(GatewayProcess process, Set<String> node) {}

    /** @param most so many trials will follow each other here @param withCopies whether each start of the mortal one makes a copy of the books */
    CrashFolder(Stores stores, CrashFarSide farSide, int most, boolean withCopies) {
        this.farSide = farSide;
        this.database = CrashDatabase.fresh(stores, data);
        this.copies = withCopies ? new CrashCopies(made("tollgate-crash")) : null;
        try (KeysFixture store = database.open()) {
            for (int trial = 0; trial < most; trial++) {
                prepare(store, trial);
            }
        }
        if (withCopies) {
            CrashCopies.makeLarge(database.url(), COPIED_MEGABYTES);
        }
        startMortal();
    }

    static Path made(String prefix) {
        try {
            Path folder = Files.createTempDirectory(prefix);
            FOLDERS.add(folder);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void delete(Path folder) {
        FOLDERS.remove(folder);
        Program.delete(folder);
    }

    static void deleteAll() {
        FOLDERS.forEach(CrashFolder::delete);
    }

    private void prepare(KeysFixture store, int trial) {
        accounts(trial).forEach((wallet, account) -> {
            store.account(account, CREDITS_MICROS.get(wallet) / 2);
            grants(store, account, CREDITS_MICROS.get(wallet) / 2);
            CrashBudgets company = new CrashBudgets(store, account);
            boolean isLimited = wallet == CallPlan.Wallet.LIMITED;
            SpendLimits limits = isLimited ? new SpendLimits(LIMIT_MICROS, null, 2 * LIMIT_MICROS) : SpendLimits.NONE;
            keys.put(account, company.keys(limits));
            if (wallet != CallPlan.Wallet.POOR) {
                company.setBudgets(isLimited ? TIGHT_MICROS : CREDITS_MICROS.get(wallet));
            }
        });
    }

    /** Gives credits that pay for some models alone, in parts of which some expire while calls run, and the last ones never. */
    private static void grants(KeysFixture store, String account, long micros) {
        for (int part = 0; part < EXPIRING_SECONDS.length; part++) {
            GrantTerms expiring =
                    GrantTerms.of(Kind.GIFT, ModelPatterns.of(""), Instant.now().plusSeconds(EXPIRING_SECONDS[part]));
            grant(store, account, "part-" + part, Math.min(micros / 10, EXPIRING_MICROS), expiring);
        }
        grant(store, account, "lasting", micros, GrantTerms.of(Kind.GIFT, ModelPatterns.of("gemini-* google/*"), null));
    }

    private static void grant(KeysFixture store, String account, String id, long micros, GrantTerms terms) {
        Grant grant = new Grant(account, micros, "a trial", RequestId.ofOperator(id + "-" + account), Instant.now())
                .under(terms);
        store.writer.commitAndWait(Unit.of(grant));
        grant.outcome().orThrow();
    }

    static Map<CallPlan.Wallet, String> accounts(int trial) {
        Map<CallPlan.Wallet, String> accounts = new EnumMap<>(CallPlan.Wallet.class);
        for (CallPlan.Wallet wallet : CallPlan.Wallet.values()) {
            accounts.put(wallet, "acc_" + wallet + trial);
        }
        return accounts;
    }

    /** The next trial's number in this folder. */
    int nextTrial() {
        return trials++;
    }

    String key(String account, CallPlan.KeyOwner owner) {
        return keys.get(account).get(owner);
    }

    CrashDatabase database() {
        return database;
    }

    CrashFarSide farSide() {
        return farSide;
    }

    int mortalPort() {
        return mortal.process.port();
    }

    int neighbourPort() {
        return neighbour.process.port();
    }

    /** Whether the neighbour has the spool of that call. */
    boolean neighbourKeeps(String taskId) {
        return Files.exists(neighbourData().resolve("spool").resolve(taskId));
    }

    private Path neighbourData() {
        return data.resolve("neighbour");
    }

    // ---- life and death ----

    private GatewayProcess begin(Path folder) {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.putAll(GatewayProcess.upstream(farSide.url()));
        if (copies == null) {
            return GatewayProcess.begin(Program.command(), folder, environment);
        }
        copies.moveAway();
        return GatewayProcess.begin(Program.command(), folder, environment, copies.with(GatewayProcess.USUAL));
    }

    /** What is wrong with the copies that were made until the last start. */
    List<String> problemsOfCopies() {
        return copies == null ? List.of() : copies.problems();
    }

    /** The number of copies that were restored, checked and served. */
    int copies() {
        return copies == null ? 0 : copies.judged();
    }

    private Running start(Path folder) {
        Set<String> before = nodes();
        GatewayProcess process = begin(folder).awaitReady(client);
        Set<String> node = nodes();
        node.removeAll(before);
        return new Running(process, node);
    }

    private Set<String> nodes() {
        return database.isShared() ? database.nodes() : new HashSet<>();
    }

    void startMortal() {
        mortal = start(data);
    }

    void killMortal() {
        mortal.process.kill();
    }

    /** Begins to start it and does not let it get there. */
    void startMortalInVain(long millis) {
        try (GatewayProcess begun = begin(data)) {
            CrashTrial.pause(millis);
        }
    }

    /** Has a neighbour, or none. */
    void setNeighbour(boolean wanted) {
        if (wanted && neighbour == null) {
            try {
                neighbour = start(Files.createDirectories(neighbourData()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        } else if (!wanted && neighbour != null) {
            neighbour.process.stop();
            neighbour = null;
        }
    }

    /** Those who live while the mortal one is dead. */
    Set<String> survivors() {
        return neighbour == null ? Set.of() : neighbour.node;
    }

    Set<String> living() {
        Set<String> living = new HashSet<>(survivors());
        living.addAll(mortal.node);
        return living;
    }

    // ---- the end ----

    /** @return where everything can be looked at afterwards */
    Path keep() {
        if (!keeps) {
            keeps = true;
            FOLDERS.remove(data);
            database.keep(data);
        }
        return data;
    }

    @Override
    public void close() {
        if (mortal != null) {
            mortal.process.kill();
        }
        if (neighbour != null) {
            neighbour.process.kill();
        }
        client.close();
        database.drop();
        if (!keeps) {
            delete(data);
            if (copies != null) {
                copies.close();
            }
        }
    }
}
