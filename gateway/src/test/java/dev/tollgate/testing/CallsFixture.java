package dev.tollgate.testing;

import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.allowances.FreeAnswers;
import dev.tollgate.books.allowances.PaidAccounts;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.metering.FreeEnds;
import dev.tollgate.calls.replay.Answers;
import dev.tollgate.jobs.JobEvents;
import dev.tollgate.jobs.JobParts;
import dev.tollgate.keys.Keys;
import dev.tollgate.models.routing.RoutedModels;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.WritePart;
import dev.tollgate.upstreams.media.KeptFiles;
import dev.tollgate.upstreams.signatures.Signatures;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

/** The stores of calls over a real database, without the customers', connected as the program connects them, with a clock that the test moves. */
public final class CallsFixture extends KeysFixture {

    /** An account's share for kept answers. */
    public static final long ANSWERS_BYTES_MAX = 1_000;

    /** An account's share for thought signatures. */
    public static final long SIGNATURES_KIB_MAX = 100;

    /** An account's share for kept responses. */
    public static final long RESPONSES_BYTES_MAX = 400_000;

    /** The room for the kept responses of all accounts. */
    public static final long RESPONSES_STORE_BYTES = 1_000_000;

    /** The room for the files of all accounts. */
    public static final long FILES_BYTES = 8L << 30;

    /** Tells whose payments have arrived, as the half that takes payments does. */
    static final PaidAccounts PAID =
            (sql, account) -> sql.has("SELECT 1 FROM payment WHERE account_id = ? AND state = 'paid'", account);

    public final Answers answers;
    public final RoutedModels routed;
    public final Signatures signatures;
    public final KeptResponses responses;
    public final FileStore files;

    /** Over a SQLite file. */
    public CallsFixture(Path folder) {
        this(file(folder));
    }

    public CallsFixture(Supplier<Database> opener) {
        this(new Core(opener, false));
    }

    /** One node of several over a PostgreSQL, with the rights of a program. */
    public static CallsFixture shared(String url) {
        return new CallsFixture(server(url));
    }

    private CallsFixture(Core core) {
        Keys made = new Keys(core.database, core);
        Answers kept = new Answers(core.database, ANSWERS_BYTES_MAX);
        answers = kept;
        RoutedModels routing = new RoutedModels();
        routed = routing;
        super(
                core,
                made,
                List.of(
                        made.statePart(),
                        kept.claimPart(),
                        JobParts.claims(),
                        Allowances.part(),
                        core.ledger.part(made::forgetAccount, core::nodeId, core.labels),
                        made.changesPart(),
                        Rollups.part(core::nodeId, core.labels),
                        core.labels,
                        Signatures.part(SIGNATURES_KIB_MAX),
                        KeptResponses.part(RESPONSES_BYTES_MAX),
                        FileStore.part(),
                        kept.part(),
                        routing.part(),
                        JobParts.changes(JobEvents.NONE),
                        new WritePart<>(Execute.class),
                        AuditLog.part(),
                        Allowances.lastPart()));
        signatures = new Signatures(database, writer, SECRETS, KeptFiles.NONE, core);
        responses = new KeptResponses(database, writer, SECRETS, core, true, RESPONSES_STORE_BYTES, Long.MAX_VALUE);
        files = new FileStore(
                database,
                writer,
                SECRETS,
                core,
                new SecureRandom(),
                new Allowances(database, SECRETS, this::now),
                PAID,
                FILES_BYTES);
    }

    /** The limit on free ends. */
    public FreeEnds freeEnds() {
        return freeEnds(this::now);
    }

    public FreeEnds freeEnds(InstantSource clock) {
        return new FreeEnds(new FreeAnswers(database), new Allowances(database, SECRETS, this::now), clock);
    }

    @Override
    public CallsFixture reopened() {
        return reopened(false);
    }

    @Override
    public CallsFixture reopened(boolean isReal) {
        return new CallsFixture(again(isReal));
    }
}
