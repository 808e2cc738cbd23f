package dev.tollgate.app;

import dev.tollgate.app.Addresses.CannotListen;
import dev.tollgate.base.config.PageSettings;
import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.CodePages;
import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.Signals;
import dev.tollgate.base.log.LogOutput;
import dev.tollgate.base.words.Languages;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.calls.replay.SpoolFolder;
import dev.tollgate.calls.replay.SpoolMove;
import dev.tollgate.customers.months.Months;
import dev.tollgate.customers.notices.Announcements;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.SignUp;
import dev.tollgate.customers.people.identity.StartCredits;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.facts.KindLife;
import dev.tollgate.models.prices.AccountPrices;
import dev.tollgate.models.prices.RecordedRates;
import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.actions.Administration;
import dev.tollgate.operator.admin.money.MonthRoutes;
import dev.tollgate.operator.admin.money.OperatorVouchers;
import dev.tollgate.operator.admin.prices.OperatorGroups;
import dev.tollgate.operator.admin.server.OperatorAnnouncements;
import dev.tollgate.operator.cli.parts.Actions;
import dev.tollgate.operator.cli.parts.Banner;
import dev.tollgate.operator.cli.parts.LocalApi;
import dev.tollgate.operator.cli.parts.SandboxChoice;
import dev.tollgate.operator.facts.CatalogueCheck;
import dev.tollgate.operator.inspection.Inspection;
import dev.tollgate.operator.inspection.ReceiptFiles;
import dev.tollgate.operator.inspection.ReceiptFiles.CannotLook;
import dev.tollgate.operator.inspection.StoredInspection;
import dev.tollgate.portal.MailModule;
import dev.tollgate.portal.MoneyModule;
import dev.tollgate.portal.OperatorModule;
import dev.tollgate.portal.PeopleModule;
import dev.tollgate.portal.PortalGround;
import dev.tollgate.serving.Surroundings;
import dev.tollgate.storage.AcceptServer;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Installation;
import dev.tollgate.storage.ServerMove;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.copies.LostTime;
import dev.tollgate.storage.secrets.KeyRing;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.secrets.SecretKeys;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** The commands that need a server, its books or its sandbox. */
public record AppActions(PrintWriter out) implements Actions {

    /** Serves until a stop signal; then the hook drains while this thread waits for it to end the process. */
    @Override
    public int serve(Settings settings, boolean newInstallation) {
        CodePages.makeLarge();
        App app = started(settings, newInstallation);
        Thread drain = new Thread(() -> closeTelling(app), "tollgate-drain");
        Runtime.getRuntime().addShutdownHook(drain);
        Signals.onStop(app::hurry);
        boolean hasFile = app.upstreams().channels().hasFile();
        boolean isReloaded = hasFile || !isAtTerminal();
        if (isReloaded && !Signals.onHangUp(app.upstreams()::reload) && hasFile) {
            LoggerFactory.getLogger(AppActions.class)
                    .warn(
                            "SIGHUP is ignored because the process was started so (by nohup?): it does not reload the channels file");
        }
        Banner banner = app.banner();
        out.print(banner.text(settings.data()));
        out.flush();
        Banner.Demo demo = banner.demo();
        if (Training.isOn() && demo != null && demo.key() != null) {
            Training.run(banner.url(), demo.key());
            Training.keepLibrary();
            Runtime.getRuntime().removeShutdownHook(drain); // or what is closed here would be closed again
            app.close();
            Training.startAgain(settings.data(), demo.key());
            return 0;
        }
        waitForever();
        return 0;
    }

    /** Returns whether the signal means that the terminal is closed; for a service it is a reload, which must not end it. */
    private static boolean isAtTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    @Override
    public int sandbox(SandboxChoice choice) {
        LoneSandbox sandbox = LoneSandbox.start(choice);
        Runtime.getRuntime().addShutdownHook(new Thread(sandbox::close, "sandbox-close"));
        out.print(SandboxChoice.banner(sandbox.url()));
        out.flush();
        waitForever();
        return 0;
    }

    private static void closeTelling(App app) {
        try {
            app.close();
        } finally {
            LogOutput.flushProcess(); // the process ends when the hooks have
        }
    }

    private static App started(Settings settings, boolean newInstallation) {
        try {
            if (newInstallation) {
                beginAfresh(settings);
            }
            return App.start(settings);
        } catch (CannotListen e) {
            throw new ApiException(400, String.valueOf(e.getMessage()));
        } catch (StoreException e) {
            throw new ApiException(400, e.withCause());
        }
    }

    private static void waitForever() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public ReceiptFiles.Verdict verifyReceipts(Settings settings, Path file, @Nullable Path keys, @Nullable Path head)
            throws CannotLook {
        return ReceiptFiles.verify(() -> openReading(settings), file, keys, head);
    }

    @Override
    public void requireRelease(Settings settings) {
        try {
            Installation.requireRelease(settings.data());
        } catch (StoreException e) {
            throw new ApiException(400, e.withCause());
        }
    }

    @Override
    public AdminApi open(Settings settings, boolean mayBegin) {
        InstantSource clock = Surroundings.REAL.clock();
        SecureRandom random = new SecureRandom();
        try {
            BooksModule books = BooksModule.forCommand(settings, random, mayBegin);
            SignUp closed =
                    new SignUp(() -> false, () -> new StartCredits(0, 0, true)); // commands do not sign up accounts
            Languages languages = PortalGround.languages(settings, Languages.complete());
            Links links =
                    PeopleModule.links(books.portal(), MailModule.letters(settings, languages), closed, clock, random);
            AuditedWriter audited = new AuditedWriter(books.writer(), clock);
            Administration administration = OperatorModule.administration(
                    books.portal(),
                    links,
                    settings,
                    languages,
                    () -> settings.get(PageSettings.MEMBERS),
                    audited,
                    clock,
                    random);
            List<AdminRoute> routes = new ArrayList<>(administration.routes());
            KeyRing ring = OperatorModule.keyRing(books.portal());
            routes.addAll(OperatorModule.keyring(books.portal(), ring, audited, clock, random)
                    .routes());
            routes.addAll(
                    vouchers(books, clock, random, administration, audited).routes());
            routes.addAll(new MonthRoutes(new Months(books.portal().database(), clock)).routes());
            routes.addAll(
                    new OperatorAnnouncements(new Announcements(books.portal().database()), audited).routes());
            routes.addAll(groups(settings, books, administration, audited).routes());
            routes.addAll(OperatorModule.plans(books.portal(), administration.deeds(), audited)
                    .routes());
            return new LocalApi(routes, books::close);
        } catch (StoreException e) {
            throw new ApiException(400, e.withCause());
        }
    }

    private static OperatorVouchers vouchers(
            BooksModule books,
            InstantSource clock,
            SecureRandom random,
            Administration administration,
            AuditedWriter audited) {
        return new OperatorVouchers(
                MoneyModule.vouchers(books.portal(), clock, random),
                administration.deeds().sold(),
                audited);
    }

    /** Returns the price groups over the catalogue that a server with these settings has, which is read by the first command that needs it. */
    private static OperatorGroups groups(
            Settings settings, BooksModule books, Administration administration, AuditedWriter audited) {
        InstantSource clock = books.node().sharedClock();
        AccountPrices sold = books.stores().sold();
        return new OperatorGroups(
                () -> {
                    if (sold.standard() == Catalogue.NONE) {
                        Catalogue catalogue = CatalogueLoader.of(settings);
                        record(catalogue, books.writer(), clock.instant());
                        books.stores().prices().applyTo(catalogue);
                        sold.applyTo(catalogue);
                    }
                    return sold;
                },
                new KindLife(Catalogue.NONE, "", clock.instant()),
                administration.deeds(),
                audited,
                clock);
    }

    /** Prices of groups need the rows of their standard prices, which no start may have recorded yet. */
    private static void record(Catalogue catalogue, Writer writer, Instant now) {
        try {
            RecordedRates.record(catalogue, writer, now);
        } catch (StoreException e) {
            throw new ApiException(400, e.withCause());
        }
    }

    @Override
    public ObjectNode checkCatalogue(Settings settings, CatalogueLoader.Facts facts) {
        try (Database database = openReading(settings)) {
            return new CatalogueCheck(database, settings, Surroundings.REAL.clock()).check(facts);
        } catch (StoreException e) {
            throw StoredInspection.refused(e);
        }
    }

    @Override
    public Inspection inspection(Settings settings) {
        try {
            Secret key = settings.find(ServerSettings.SECRET_KEY);
            Database database = openReading(settings);
            return new StoredInspection(
                    database,
                    () -> SecretKeys.trouble(key == null ? null : key.value(), settings.data(), database),
                    secrets(settings));
        } catch (StoreException e) {
            throw StoredInspection.refused(e);
        }
    }

    /** Returns null without a key that can be read: then kept responses are not opened. */
    private static @Nullable SecretBox secrets(Settings settings) {
        Secret key = settings.find(ServerSettings.SECRET_KEY);
        try {
            return SecretKeys.of(key == null ? null : key.value(), settings.data(), null, new SecureRandom());
        } catch (StoreException e) {
            return null;
        }
    }

    @Override
    public String migrate(Settings settings, boolean stopsOlder) {
        try {
            Secret url = settings.databaseUrl();
            return url == null
                    ? Installation.migrate(settings.data())
                    : Installation.migrateShared(url.value(), settings.data(), stopsOlder);
        } catch (StoreException e) {
            throw new ApiException(400, e.withCause());
        }
    }

    @Override
    public @Nullable String acceptServer(Settings settings, String reason) {
        Secret url = settings.databaseUrl();
        if (url == null) {
            throw new ApiException(400, "Name the PostgreSQL server to accept with --database jdbc:postgresql://….");
        }
        try (BooksModule books = BooksModule.toAccept(settings, url, new SecureRandom())) {
            AcceptServer accept = books.database().serverToAccept();
            if (accept == null) {
                return null;
            }
            new AuditedWriter(books.writer(), Surroundings.REAL.clock()).accept(By.of(Actor.COMMAND, reason), accept);
            return accept.present();
        } catch (StoreException e) {
            throw new ApiException(400, e.withCause());
        }
    }

    @Override
    public String restore(Settings settings, Path place, @Nullable Instant to, Consumer<String> notes) {
        try {
            return text(new Restores(settings).restore(place, to, notes));
        } catch (StoreException e) {
            throw new ApiException(400, e.withCause());
        }
    }

    @Override
    public @Nullable String restored(Settings settings, @Nullable Instant from, Consumer<String> notes) {
        try {
            LostTime lost = new Restores(settings).restored(from, notes);
            return lost == null ? null : text(lost);
        } catch (StoreException e) {
            throw new ApiException(400, e.withCause());
        }
    }

    private static String text(LostTime lost) {
        return "from " + lost.from().truncatedTo(ChronoUnit.SECONDS) + " to "
                + lost.to().truncatedTo(ChronoUnit.SECONDS);
    }

    @Override
    public boolean drill(
            Settings settings,
            @Nullable Path place,
            @Nullable Instant to,
            Consumer<String> differences,
            Consumer<String> notes) {
        Restores restores = new Restores(settings);
        Secret url = settings.databaseUrl();
        try {
            if (place != null) {
                return restores.drill(place, to, differences, notes);
            }
            if (url == null) {
                throw new CannotOpen("Name a folder of copies, or the restored PostgreSQL with --database.");
            }
            return restores.drill(url, differences, notes);
        } catch (StoreException e) {
            throw new ApiException(400, e.withCause());
        }
    }

    @Override
    public void migrateToPostgres(Settings settings, Consumer<String> lines) {
        Secret url = settings.databaseUrl();
        if (url == null) {
            throw new ApiException(400, "Name the PostgreSQL to copy to with --database jdbc:postgresql://….");
        }
        try {
            ServerMove.run(settings.data(), url.value(), to -> SpoolMove.run(() -> spools(settings), to))
                    .forEach(lines);
        } catch (StoreException e) {
            throw new ApiException(400, e.withCause());
        }
    }

    private static SpoolFolder spools(Settings settings) {
        SecureRandom random = new SecureRandom();
        Secret key = settings.find(ServerSettings.SECRET_KEY);
        SecretBox box = SecretKeys.of(key == null ? null : key.value(), settings.data(), null, random);
        try (Database books = Database.openReading(settings.data())) {
            books.read(sql -> SecretKeys.fits(sql, box));
        }
        try {
            return new SpoolFolder(settings.data().resolve("spool"), box, random, true);
        } catch (IOException e) {
            throw new CannotOpen("The folder of kept answers cannot be read: " + FileTrouble.of(e) + ".", e);
        }
    }

    /** Begins new books in a data folder that has lost its own, at the next opening. */
    private static void beginAfresh(Settings settings) {
        if (settings.databaseUrl() != null) {
            throw new CannotOpen(
                    "--new-installation is only for the embedded database. An empty PostgreSQL database starts a new installation.");
        }
        Installation.beginAfresh(settings.data());
    }

    private static Database openReading(Settings settings) {
        Secret url = settings.databaseUrl();
        return url == null ? Database.openReading(settings.data()) : Database.openReading(url.value(), settings.data());
    }
}
