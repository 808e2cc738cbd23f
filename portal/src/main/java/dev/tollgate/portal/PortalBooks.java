package dev.tollgate.portal;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.labels.LabelNumbers;
import dev.tollgate.books.ledger.InstallationKind;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.plans.PlanSweep;
import dev.tollgate.books.plans.Plans;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.books.tasks.Tasks;
import dev.tollgate.customers.departure.Holdings;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.customers.people.Passwords;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.SecondFactor;
import dev.tollgate.customers.webhooks.WebhookSeal;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.jobs.SeenJobs;
import dev.tollgate.keys.Keys;
import dev.tollgate.models.prices.AccountPrices;
import dev.tollgate.models.prices.SetPrices;
import dev.tollgate.operator.settings.StoredSettings;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.DatabaseClock;
import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.copies.Copies;
import dev.tollgate.storage.secrets.SealedValues;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.secrets.SecretKeys;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The books as the portal has them: the database, its stores, and the one writer with the parts in their order.
 *
 * @param secrets encrypts secrets in the database and in files
 * @param sealed what is encrypted in the database, of both halves
 * @param kind whether the installation has a real upstream
 * @param history calls and money of an account, for its customers
 * @param holdings the data of accounts and people in all stores
 * @param sharedClock of all servers that share the books
 * @param isPutByHand whether a copy with money in it was put in place without {@code ./tollgate restore} before this start
 */
public record PortalBooks(
        Database database,
        SecretBox secrets,
        List<SealedValues> sealed,
        PortalStores stores,
        Writer writer,
        InstallationKind kind,
        People people,
        AccountHistory history,
        Holdings holdings,
        DatabaseClock sharedClock,
        boolean isPutByHand) {

    /**
     * The choice of how the books are opened.
     *
     * @param passwordKibibytes how much memory the hash of a password fills
     * @param callMax the longest time that a call may take
     * @param isReal whether this server has a real upstream
     */
    public record Choice(
            Settings settings,
            InstantSource clock,
            SecureRandom random,
            int passwordKibibytes,
            Duration callMax,
            boolean isReal) {}

    /**
     * Starts the writer over a database; its first unit of work is left to {@link #begin}.
     *
     * @param nodeId the id of this server among several, asked on the writer's thread
     * @param calls the stores of the half that answers calls
     */
    public static PortalBooks over(
            Database database,
            Choice choice,
            DatabaseClock sharedClock,
            Supplier<String> nodeId,
            PortalStores.OfCalls calls) {
        Settings settings = choice.settings();
        InstantSource clock = choice.clock();
        SecureRandom random = choice.random();
        Secret chosen = settings.find(ServerSettings.SECRET_KEY);
        SecretBox secrets = SecretKeys.of(chosen == null ? null : chosen.value(), settings.data(), database, random);
        Outbox outbox = new Outbox(database, secrets, clock, random, settings.isMailOn(), Outbox.BOUNDS);
        PortalStores stores = stores(database, choice, secrets, outbox);
        boolean isPutByHand = database.isRestored()
                && stores.ledger().newestNumber().isPresent()
                && !CopiesReport.isNewest(stores.auditLog());
        Writer writer = database.startWriter(stores.parts(nodeId, calls));
        Passwords passwords = new Passwords(random, choice.passwordKibibytes());
        return new PortalBooks(
                database,
                secrets,
                sealed(secrets, calls),
                stores,
                writer,
                new InstallationKind(database, writer, choice.isReal(), clock),
                new People(database, writer, passwords, secrets, clock, random),
                new AccountHistory(database, choice.callMax(), clock, writer, calls.answers()),
                Holdings.with(calls.holdings()),
                sharedClock,
                isPutByHand);
    }

    private static List<SealedValues> sealed(SecretBox secrets, PortalStores.OfCalls calls) {
        List<SealedValues> all = new ArrayList<>(
                List.of(Receipts.sealed(secrets), SecondFactor.sealed(secrets), Outbox.sealed(secrets)));
        all.addAll(WebhookSeal.values(secrets));
        all.addAll(calls.sealed());
        return List.copyOf(all);
    }

    private static PortalStores stores(Database database, Choice choice, SecretBox secrets, Outbox outbox) {
        SetPrices prices = new SetPrices(database);
        AccountPrices sold = new AccountPrices(database, prices);
        return new PortalStores(
                new Ledger(database, choice.isReal()),
                new Keys(database, choice.clock()),
                new Receipts(database, secrets),
                new Tasks(database),
                new AuditLog(database),
                prices,
                sold,
                new Plans(database, sold.terms()),
                new StoredSettings(database),
                outbox,
                new LabelNumbers());
    }

    /**
     * Makes sure that the secret key is the one of these books, and that receipts can be signed.
     *
     * @throws CannotOpen with a sentence for the operator
     */
    public void begin(SecureRandom random, InstantSource clock) {
        SecretKeys.Check check = new SecretKeys.Check(secrets);
        writer.commitAndWait(Unit.of(check));
        if (!check.outcome().isEmpty()) {
            throw new CannotOpen(check.outcome());
        }
        writer.commitAndWait(Unit.of(new InstallationValue(Copies.BOOKS, id(random))));
        if (!stores.receipts().hasSigningKey()) {
            writer.commitAndWait(Unit.of(Receipts.firstKey(secrets, random, clock.instant())));
        }
    }

    /** Returns the jobs of accounts, as their members and the operator see them. */
    public SeenJobs jobs(InstantSource clock) {
        return new SeenJobs(database, new Jobs(database, writer, secrets, clock), clock);
    }

    /** Returns what begins the periods of plans, by the clock that all servers share. */
    public PlanSweep planSweep() {
        return new PlanSweep(stores.plans(), writer, kind::isReal, sharedClock);
    }

    /** Returns a new id of an installation, which sets its copies apart from others. */
    public static String id(SecureRandom random) {
        return String.format(Locale.ROOT, "%08x", random.nextInt());
    }
}
