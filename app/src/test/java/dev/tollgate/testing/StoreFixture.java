package dev.tollgate.testing;

import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.allowances.FreeAnswers;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.metering.FreeEnds;
import dev.tollgate.calls.replay.Answers;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.organizations.Organizations;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.rejections.RefusalBooks;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.CountedChanges;
import dev.tollgate.customers.teams.Teams;
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

/** The stores over a real database, connected as the program connects them, with a clock that the test moves. */
public final class StoreFixture extends KeysFixture {

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

    public final Answers answers;
    public final RoutedModels routed;
    public final Signatures signatures;
    public final KeptResponses responses;
    public final FileStore files;

    /** Over a SQLite file. */
    public StoreFixture(Path folder) {
        this(file(folder));
    }

    public StoreFixture(Supplier<Database> opener) {
        this(new Core(opener, false));
    }

    /** One node of several over a PostgreSQL, with the rights of a program. */
    public static StoreFixture shared(String url) {
        return new StoreFixture(server(url));
    }

    private StoreFixture(Core core) {
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
                        Payments.part(),
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
                        Teams.part(made),
                        Members.part(),
                        Organizations.part(),
                        new WritePart<>(Execute.class),
                        AccountLog.part(),
                        AuditLog.part(),
                        Allowances.lastPart(),
                        RefusalBooks.part()));
        signatures = new Signatures(database, writer, SECRETS, KeptFiles.NONE, core);
        responses = new KeptResponses(database, writer, SECRETS, core, true, RESPONSES_STORE_BYTES, Long.MAX_VALUE);
        files = new FileStore(
                database,
                writer,
                SECRETS,
                core,
                new SecureRandom(),
                new Allowances(database, SECRETS, this::now),
                Payments::hasPaid,
                FILES_BYTES);
    }

    public FreeEnds freeEnds() {
        return freeEnds(this::now);
    }

    public FreeEnds freeEnds(InstantSource clock) {
        return new FreeEnds(new FreeAnswers(database), new Allowances(database, SECRETS, this::now), clock);
    }

    @Override
    public StoreFixture reopened() {
        return reopened(false);
    }

    @Override
    public StoreFixture reopened(boolean isReal) {
        return new StoreFixture(again(isReal));
    }

    /** Returns what commits the changes that an organization makes of itself. */
    public CountedChanges counted() {
        return new CountedChanges(writer, new Allowances(database, SECRETS, this::now));
    }
}
