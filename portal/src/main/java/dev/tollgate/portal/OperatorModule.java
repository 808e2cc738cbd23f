package dev.tollgate.portal;

import dev.tollgate.base.config.PageSettings;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.words.Languages;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.customers.figures.PlatformCalls;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.months.Months;
import dev.tollgate.customers.notices.Announcements;
import dev.tollgate.customers.organizations.OrganizationRoutes;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.identity.StartMarks;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.SoldTo;
import dev.tollgate.models.prices.SoldIds;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.accounts.AccountFiles;
import dev.tollgate.operator.admin.accounts.Deletions;
import dev.tollgate.operator.admin.accounts.OperatorAccounts;
import dev.tollgate.operator.admin.actions.Administration;
import dev.tollgate.operator.admin.money.OperatorVouchers;
import dev.tollgate.operator.admin.prices.OperatorGroups;
import dev.tollgate.operator.admin.prices.OperatorPlans;
import dev.tollgate.operator.admin.prices.Prices;
import dev.tollgate.operator.admin.server.BooksCheck;
import dev.tollgate.operator.admin.server.ChannelDeeds;
import dev.tollgate.operator.admin.server.OperatorAnnouncements;
import dev.tollgate.operator.admin.server.OperatorSettings;
import dev.tollgate.operator.admin.server.SecretKeyring;
import dev.tollgate.operator.inspection.BooksSize;
import dev.tollgate.operator.inspection.DailyCheck;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.copies.Copies;
import dev.tollgate.storage.copies.DayCopy;
import dev.tollgate.storage.copies.LostTime;
import dev.tollgate.storage.secrets.KeyRing;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The actions of operators by the API, the command line and the console alike.
 *
 * @param platform figures of all accounts together
 * @param calls lists of their calls
 * @param months sums of all accounts for an accountant
 */
public record OperatorModule(
        Administration administration,
        Deletions deletions,
        AccountFiles files,
        Prices prices,
        OperatorPlans plans,
        OperatorSettings settings,
        OperatorVouchers vouchers,
        OperatorAnnouncements announcements,
        BooksCheck booksCheck,
        SecretKeyring keyring,
        ChannelDeeds channelDeeds,
        PlatformHistory platform,
        PlatformCalls calls,
        Months months,
        CopiesReport copies,
        BooksSize size) {

    /** Returns the price groups. */
    OperatorGroups groups() {
        return prices.groups(administration.deeds());
    }

    /** Returns the plans. */
    public static OperatorPlans plans(PortalBooks books, OperatorAccounts deeds, AuditedWriter audited) {
        return new OperatorPlans(
                books.stores().plans(),
                books.planSweep(),
                books.stores().sold().terms(),
                deeds,
                audited,
                books.sharedClock());
    }

    static OperatorModule open(
            PortalGround ground, PortalBooks books, AnsweringHalf calls, PeopleModule people, MoneyModule money) {
        AuditedWriter audited = new AuditedWriter(books.writer(), ground.clock());
        Administration administration = administration(
                books,
                people.links(),
                ground.settings(),
                ground.languages(),
                PeopleModule.membersMax(ground),
                audited,
                ground.clock(),
                ground.random());
        BooksCheck check =
                new BooksCheck(books.database(), books.secrets(), books.stores().auditLog(), audited, ground.clock());
        CopiesReport copies = copies(ground, books, check);
        return new OperatorModule(
                administration,
                new Deletions(administration.deeds(), people.leaving(), audited),
                new AccountFiles(administration.deeds(), calls.files(), audited),
                prices(ground, books, calls, audited),
                plans(books, administration.deeds(), audited),
                new OperatorSettings(ground.current(), audited),
                new OperatorVouchers(money.vouchers(), administration.deeds().sold(), audited),
                new OperatorAnnouncements(new Announcements(books.database()), audited),
                check,
                keyring(books, ground.open(keyRing(books), KeyRing::close), audited, ground.clock(), ground.random()),
                channelDeeds(calls, audited),
                new PlatformHistory(books.database()),
                new PlatformCalls(
                        books.database(),
                        books.writer(),
                        ground.catalogue().callTimeMax(ground.settings().get(TrafficSettings.CALL))),
                new Months(books.database(), ground.clock()),
                copies,
                size(ground, books, copies));
    }

    private static BooksSize size(PortalGround ground, PortalBooks books, CopiesReport copies) {
        return new BooksSize(
                books.database(),
                books.writer(),
                ground.clock(),
                ground.settings().data(),
                copies.copies());
    }

    private static Prices prices(PortalGround ground, PortalBooks books, AnsweringHalf calls, AuditedWriter audited) {
        return new Prices(
                ground.catalogue(),
                calls.models(),
                books.stores().prices(),
                books.stores().sold(),
                audited,
                books.sharedClock());
    }

    private static CopiesReport copies(PortalGround ground, PortalBooks books, BooksCheck check) {
        Settings settings = ground.settings();
        Path folder = settings.find(ServerSettings.BACKUP_FOLDER);
        if (folder != null && settings.databaseUrl() != null) {
            throw new CannotOpen(
                    "backup.folder is for the embedded database. PostgreSQL has copies of its own: see docs/upgrade.md.");
        }
        boolean isDaily = isDaily(settings, folder);
        DayCopy day = isDaily && folder != null ? new DayCopy(settings.data()) : null;
        Copies copies = folder == null ? null : copies(ground, books, folder, day);
        DailyCheck.Source source = day == null || copies == null ? null : new DailyCheck.Source(day, copies::place);
        DailyCheck daily = isDaily ? daily(ground, books, check, source) : null;
        List<LostTime> times = books.database().read(LostTime::all);
        return new CopiesReport(
                copies, daily, times.isEmpty() ? null : times.getLast(), books.isPutByHand(), ground.clock());
    }

    private static boolean isDaily(Settings settings, @Nullable Path folder) {
        String word = settings.get(ServerSettings.BOOKS_CHECK);
        if (word.equals("daily") && folder == null && settings.databaseUrl() == null) {
            throw new CannotOpen(
                    "books.check daily needs backup.folder: of the embedded database a copy is checked. Set backup.folder, or books.check to off.");
        }
        return word.equals("daily") || word.equals("auto") && folder != null;
    }

    private static DailyCheck daily(
            PortalGround ground, PortalBooks books, BooksCheck check, DailyCheck.@Nullable Source source) {
        DailyCheck daily = ground.open(
                new DailyCheck(source, books.database(), books.writer(), books.secrets(), check, ground.clock()),
                DailyCheck::close);
        daily.start();
        return daily;
    }

    private static Copies copies(PortalGround ground, PortalBooks books, Path folder, @Nullable DayCopy day) {
        Settings settings = ground.settings();
        Copies.Plan plan = new Copies.Plan(
                settings.data(),
                folder,
                settings.get(ServerSettings.BACKUP_EVERY),
                settings.get(ServerSettings.BACKUP_KEEP));
        Copies copies =
                ground.open(new Copies(plan, day, books.database(), books.writer(), ground.clock()), Copies::close);
        copies.start();
        return copies;
    }

    /** Returns the secret keys, and what both halves have sealed under them. */
    public static KeyRing keyRing(PortalBooks books) {
        StartMarks marks = new StartMarks(books.database(), books.secrets());
        return new KeyRing(books.database(), books.writer(), books.secrets(), books.sealed(), List.of(marks::anew));
    }

    public static SecretKeyring keyring(
            PortalBooks books, KeyRing ring, AuditedWriter audited, InstantSource clock, SecureRandom random) {
        return new SecretKeyring(ring, audited, () -> Receipts.nextKey(books.secrets(), random, clock.instant()));
    }

    private static ChannelDeeds channelDeeds(AnsweringHalf calls, AuditedWriter audited) {
        return new ChannelDeeds(
                calls.hasChannelsFile(), calls::reloadChannels, calls::channels, calls::tryChannel, audited);
    }

    /** Returns the ids on sale. Without a server no catalogue is applied: the first command that needs one reads it. */
    private static SoldIds sold(PortalBooks books, Settings settings) {
        SoldTo sold = books.stores().sold();
        return new SoldIds(() -> sold.standard() == Catalogue.NONE ? CatalogueLoader.of(settings) : sold.standard());
    }

    public static Administration administration(
            PortalBooks books,
            Links links,
            Settings settings,
            Languages languages,
            IntSupplier membersMax,
            AuditedWriter audited,
            InstantSource clock,
            SecureRandom random) {
        return Administration.of(
                books.stores().ledger(),
                books.stores().keys(),
                PeopleModule.keys(books, PeopleModule.allowances(books, clock), clock, random),
                books.people(),
                PeopleModule.members(books, clock, random),
                new OrganizationRoutes(
                        PeopleModule.organization(books, links, settings, languages, membersMax, clock, random)),
                links,
                settings.find(PageSettings.PUBLIC_URL),
                books.kind(),
                sold(books, settings),
                audited,
                random);
    }
}
