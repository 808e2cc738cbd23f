package dev.tollgate.app;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.log.Event;
import dev.tollgate.books.ledger.InstallationKind;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.calls.replay.Answers;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.people.Passwords;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.webhooks.DeliveryQueue;
import dev.tollgate.models.routing.RoutedModels;
import dev.tollgate.portal.PortalBooks;
import dev.tollgate.portal.PortalStores;
import dev.tollgate.serving.AbandonedHolds;
import dev.tollgate.serving.CallBooks;
import dev.tollgate.serving.CallStores;
import dev.tollgate.serving.Node;
import dev.tollgate.serving.Surroundings;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Installation;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.copies.LostTime;
import dev.tollgate.storage.secrets.SecretBox;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The books of both halves, and this server's place among those that share them.
 *
 * @param portal the database, the stores of people, and the one writer
 * @param calls the same database and writer with the stores of calls
 */
record BooksModule(PortalBooks portal, CallBooks calls) implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(BooksModule.class);

    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);
    private static final Instant EARLIEST = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    /**
     * Opens the books to serve from them, and gives back what a crash has left open (D34).
     *
     * @throws CannotOpen with a sentence for the operator
     */
    static BooksModule serve(Ground ground) {
        Duration callMax = ground.catalogue().callTimeMax(ground.settings().get(TrafficSettings.CALL));
        BooksModule books = ground.open(
                open(ground.settings(), ground.surroundings(), ground.random(), callMax, true), BooksModule::close);
        books.database().waitForPages(ground.surroundings().waits().page());
        books.stores().prices().applyTo(ground.catalogue());
        books.stores().sold().applyTo(ground.catalogue());
        books.calls().stores().routed().learn(books.database());
        return books;
    }

    /**
     * Opens the books for a command: not as a node, and next to running servers if the database is shared.
     *
     * @param mayBegin whether a data folder without an installation gets one; if not, a mistyped folder is an error
     */
    static BooksModule forCommand(Settings settings, SecureRandom random, boolean mayBegin) {
        if (!mayBegin && settings.databaseUrl() == null) {
            Installation.requireBooks(settings.data());
        }
        return open(settings, Surroundings.REAL, random, settings.get(TrafficSettings.CALL), false);
    }

    /** Opens the books on whatever PostgreSQL server they are, for the command by which an operator accepts the server. */
    static BooksModule toAccept(Settings settings, Secret url, SecureRandom random) {
        requireSharedKey(settings);
        Database database = Database.openAccepting(url.value(), settings.data());
        return over(database, settings, Surroundings.REAL, random, settings.get(TrafficSettings.CALL), false);
    }

    /** Makes the books of a database that was restored, for the command that records it. The caller closes the database. */
    static BooksModule over(Database database, Settings settings, SecureRandom random) {
        return made(database, settings, Surroundings.REAL, random, settings.get(TrafficSettings.CALL), false);
    }

    private static BooksModule open(
            Settings settings, Surroundings surroundings, SecureRandom random, Duration callMax, boolean serves) {
        requireSane(surroundings.clock().instant());
        return over(
                database(settings, surroundings.foreignWrites(), serves),
                settings,
                surroundings,
                random,
                callMax,
                serves);
    }

    private static BooksModule over(
            Database database,
            Settings settings,
            Surroundings surroundings,
            SecureRandom random,
            Duration callMax,
            boolean serves) {
        try {
            BooksModule books = made(database, settings, surroundings, random, callMax, serves);
            if (database.isRestored()) {
                warnOfRestore(books.stores().ledger(), database.read(LostTime::all));
            }
            if (serves) {
                warnOfClock(books.stores().ledger(), surroundings.clock().instant());
            }
            return books.begun(serves);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /** A clock that was never set, or set wrongly, would be in every entry of the books, and end every key and window. */
    private static void requireSane(Instant now) {
        if (now.isBefore(EARLIEST) || now.isAfter(LATEST)) {
            throw new CannotOpen(
                    "The clock of this machine says " + now + ", which is impossible. Set the clock and start again.");
        }
    }

    /** Entries of an account never go back in time, so a clock that does keeps them all at the time of the latest. */
    private static void warnOfClock(Ledger ledger, Instant now) {
        ledger.newestCall()
                .filter(newest -> newest.isAfter(now.plus(CLOCK_TOLERANCE)))
                .ifPresent(newest -> log.warn(
                        "the clock of this machine says {}, but the newest call in the books began at {}: set the clock",
                        now,
                        newest));
    }

    /**
     * Warns that changes since are undone: nothing in the books shows which accounts were blocked or deleted, or have paid.
     *
     * @param times of recorded restores; if nothing was written since the last one, it says when the copy was made, as the holds that it released do not
     */
    private static void warnOfRestore(Ledger ledger, List<LostTime> times) {
        ledger.newestNumber()
                .map(newest -> times.isEmpty() || newest.isAfter(times.getLast().to())
                        ? newest
                        : times.getLast().from())
                .ifPresent(newest -> log.warn(
                        Event.STORE_WENT_BACK,
                        "the books in this data folder were restored, and their newest entry is of {}: see \"After a restore\" in docs/trouble.md",
                        newest));
    }

    private static Database database(Settings settings, boolean othersWrite, boolean serves) {
        Secret url = settings.databaseUrl();
        if (url == null) {
            return Database.open(settings.data(), othersWrite);
        }
        requireSharedKey(settings);
        return serves
                ? Database.openShared(url.value(), settings.data(), settings.get(ServerSettings.MIGRATES))
                : Database.openBeside(url.value(), settings.data());
    }

    private static void requireSharedKey(Settings settings) {
        if (settings.find(ServerSettings.SECRET_KEY) == null) {
            throw new CannotOpen(
                    "PostgreSQL needs a secret key, the same for all servers: set TOLLGATE_SECRET_KEY to 64 hex digits.");
        }
    }

    private static BooksModule made(
            Database database,
            Settings settings,
            Surroundings surroundings,
            SecureRandom random,
            Duration callMax,
            boolean serves) {
        InstantSource clock = surroundings.clock();
        boolean isReal = serves && settings.hasRealUpstream();
        Node node = new Node(database, clock);
        Answers answers = new Answers(database);
        RoutedModels routed = new RoutedModels();
        PortalBooks portal = PortalBooks.over(
                database,
                new PortalBooks.Choice(settings, clock, random, passwords(surroundings), callMax, isReal),
                node.sharedClock(),
                node::id,
                ofCalls(answers, routed));
        AbandonedHolds left = new AbandonedHolds(portal.writer(), clock);
        CallBooks calls = new CallBooks(
                database,
                portal.secrets(),
                stores(portal.stores(), answers, routed),
                portal.writer(),
                Payments::hasPaid,
                left,
                node);
        portal.begin(random, clock);
        calls.begin(random, serves && settings.databaseUrl() != null ? isReal ? "real" : "sandbox" : null);
        BooksModule books = new BooksModule(portal, calls);
        return books;
    }

    private static int passwords(Surroundings surroundings) {
        Integer chosen = surroundings.passwordKibibytes();
        return chosen == null ? Passwords.MEMORY_KIB : chosen;
    }

    /** Returns what the stores of calls bring to the portal. */
    static PortalStores.OfCalls ofCalls(Answers answers, RoutedModels routed) {
        return new PortalStores.OfCalls(
                CallStores.claims(answers),
                CallStores.kept(answers, routed, DeliveryQueue::add),
                CallStores.holdings(),
                CallStores.sealed(),
                Answers::keptAt);
    }

    private static CallStores stores(PortalStores both, Answers answers, RoutedModels routed) {
        return new CallStores(
                both.ledger(),
                both.keys(),
                both.receipts(),
                answers,
                routed,
                both.prices(),
                both.sold(),
                both.labels());
    }

    private BooksModule begun(boolean serves) {
        try {
            if (serves) {
                stores().keys().callTheRoll();
            }
            kind().look();
            return this;
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    Database database() {
        return portal.database();
    }

    /** Returns what encrypts secrets in the database and in files. */
    SecretBox secrets() {
        return portal.secrets();
    }

    PortalStores stores() {
        return portal.stores();
    }

    Node node() {
        return calls.node();
    }

    Writer writer() {
        return portal.writer();
    }

    /** Returns whether the installation has a real upstream. */
    InstallationKind kind() {
        return portal.kind();
    }

    People people() {
        return portal.people();
    }

    /** Returns the reader of an account's calls and money, for its customers. */
    AccountHistory history() {
        return portal.history();
    }

    @Override
    public void close() {
        people().close();
        database().close();
        node().close();
    }
}
