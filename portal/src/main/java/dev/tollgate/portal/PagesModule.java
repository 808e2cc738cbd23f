package dev.tollgate.portal;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.PageSettings;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.departure.AccountFile;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.Figure;
import dev.tollgate.customers.figures.LiveAccounts;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.keys.BatchActions;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.notices.Announcements;
import dev.tollgate.customers.notices.AnsweredDays;
import dev.tollgate.customers.notices.Dismissals;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.customers.payments.PlanActions;
import dev.tollgate.customers.people.FirstStart;
import dev.tollgate.customers.people.Identities;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.SignUp;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.http.RouteList;
import dev.tollgate.jobs.SeenJobs;
import dev.tollgate.keys.Allowlist;
import dev.tollgate.keys.Keys;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.ModelChange;
import dev.tollgate.pages.dashboard.OverviewPage;
import dev.tollgate.pages.dashboard.batches.BatchesPage;
import dev.tollgate.pages.dashboard.billing.BillingPages;
import dev.tollgate.pages.dashboard.billing.InvoicePages;
import dev.tollgate.pages.dashboard.billing.PaymentStart;
import dev.tollgate.pages.dashboard.billing.PlanSale;
import dev.tollgate.pages.dashboard.billing.StatementPages;
import dev.tollgate.pages.dashboard.billing.TopUpPages;
import dev.tollgate.pages.dashboard.budgets.BudgetsPage;
import dev.tollgate.pages.dashboard.keys.KeyOwners;
import dev.tollgate.pages.dashboard.keys.KeyPage;
import dev.tollgate.pages.dashboard.keys.KeysPage;
import dev.tollgate.pages.dashboard.keys.NewKeyPage;
import dev.tollgate.pages.dashboard.members.AuditLogPage;
import dev.tollgate.pages.dashboard.members.MemberPage;
import dev.tollgate.pages.dashboard.members.MembersPage;
import dev.tollgate.pages.dashboard.members.OrganizationsPage;
import dev.tollgate.pages.dashboard.members.TagsPage;
import dev.tollgate.pages.dashboard.members.TeamPage;
import dev.tollgate.pages.dashboard.members.TeamsPage;
import dev.tollgate.pages.dashboard.members.WebhooksPage;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.dashboard.parts.LimitStates;
import dev.tollgate.pages.dashboard.parts.OwnerNames;
import dev.tollgate.pages.dashboard.requests.RefusedPage;
import dev.tollgate.pages.dashboard.requests.RequestPage;
import dev.tollgate.pages.dashboard.requests.RequestsPage;
import dev.tollgate.pages.dashboard.settings.EmailPage;
import dev.tollgate.pages.dashboard.settings.IdentityPage;
import dev.tollgate.pages.dashboard.settings.LeavingPage;
import dev.tollgate.pages.dashboard.settings.SecondFactorPage;
import dev.tollgate.pages.dashboard.settings.SecurityPage;
import dev.tollgate.pages.dashboard.settings.SettingsPages;
import dev.tollgate.pages.dashboard.usage.UsagePage;
import dev.tollgate.pages.docs.ManualPages;
import dev.tollgate.pages.docs.ModelSpeeds;
import dev.tollgate.pages.entrance.CodePage;
import dev.tollgate.pages.entrance.DoorPages;
import dev.tollgate.pages.entrance.LandingPage;
import dev.tollgate.pages.entrance.LanguageSwitch;
import dev.tollgate.pages.entrance.LinkPages;
import dev.tollgate.pages.entrance.OidcPages;
import dev.tollgate.pages.entrance.SignedIn;
import dev.tollgate.pages.entrance.StatusBooks;
import dev.tollgate.pages.entrance.StatusPage;
import dev.tollgate.pages.frame.Assets;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.OperatorWords;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Site;
import dev.tollgate.pages.live.Live;
import dev.tollgate.pages.playground.PlaygroundPage;
import dev.tollgate.storage.StoreException;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Pages for customers, from the landing page to the playground: one line a page, or a few that belong together. */
record PagesModule(
        PortalGround ground,
        PortalBooks books,

        AnsweringHalf calls,
        FirstStart firstStart,
        Function<Catalogue, List<ModelChange>> changes,
        PeopleModule people,
        MoneyModule money,
        Live live,
        Pages pages) {

    private static final Duration SPEED_SPAN = Duration.ofDays(7);
    private static final int SPEED_CALLS_MIN = 100;

    static Live live(PortalGround ground, PortalBooks books, AnsweringHalf calls, Vertx vertx) {
        LiveAccounts accounts = new LiveAccounts(books.database());
        return ground.open(new Live(vertx, accounts, books.people(), calls.running(), ground.clock()), Live::close);
    }

    static Pages pages(PortalGround ground, PortalBooks books, CopiesReport copies) {
        Settings settings = ground.settings();
        Site site = new Site(
                settings.find(PageSettings.PUBLIC_URL),
                settings.get(ServerSettings.HOST),
                settings.get(PageSettings.BRAND),
                ground.languages());
        Allowlist console = Allowlist.of(settings.list(ServerSettings.CONSOLE_ALLOW));
        return new Pages(
                site,
                console::allows,
                () -> words(ground.current(), copies),
                books.people(),
                books.stores().ledger(),
                person -> Members.of(books.database(), person),
                books.database().pages(),
                books.secrets(),
                ground.random(),
                ground.clock());
    }

    private static OperatorWords words(CurrentSettings current, CopiesReport copies) {
        List<OperatorWords.Link> links = new ArrayList<>();
        link(links, OperatorWords.TERMS, current.find(PageSettings.TERMS));
        link(links, OperatorWords.PRIVACY, current.find(PageSettings.PRIVACY));
        link(links, OperatorWords.IMPRINT, current.find(PageSettings.IMPRINT));
        link(links, sentence("Support"), current.find(PageSettings.SUPPORT));
        return new OperatorWords(
                current.find(PageSettings.ANNOUNCEMENT),
                links,
                Objects.requireNonNull(current.find(PageSettings.MEMBERS)) > 1,
                Money.of(Objects.requireNonNullElse(current.find(PageSettings.MONEY), ""), Money.DOLLARS),
                copies.banner());
    }

    private static void link(List<OperatorWords.Link> links, Sentence name, @Nullable String href) {
        if (href != null) {
            links.add(new OperatorWords.Link(name, href));
        }
    }

    /** Ends the streams of pages that are open. */
    void close() {
        live.close();
    }

    List<Route<?>> routes() {
        return RouteList.of(
                assets(),
                entrance(),
                organization(),
                requests(),
                batches(),
                keys(),
                manual(),
                settings(),
                billing(),
                playground());
    }

    private static List<Route<?>> assets() {
        return List.of(
                Route.get("/assets/{hash}/{file}", Gate.PUBLIC, Assets.all().files()),
                Route.get("/favicon.ico", Gate.PUBLIC, Assets.all().byItself("favicon.svg")),
                Route.get("/robots.txt", Gate.PUBLIC, Assets.all().byItself("robots.txt")));
    }

    private List<Route<?>> entrance() {
        People accounts = books.people();
        Links links = people.links();
        SignUp signUp = people.signUp();
        Identities identities = people.identities();
        SignedIn entrance = new SignedIn(accounts, firstStart::signedIn);
        return RouteList.of(
                new LandingPage(
                                ground.catalogue(),
                                calls.models(),
                                books.sharedClock()::instant,
                                signUp,
                                links::isMailOn,
                                this::hasStatus,
                                ground.version())
                        .routes(pages),
                status(signUp),
                new LanguageSwitch(accounts, ground.languages()).routes(pages),
                new CodePage(accounts, entrance).routes(pages),
                new DoorPages(
                                accounts,
                                links,
                                entrance,
                                signUp,
                                identities.provider(),
                                ground.catalogue(),
                                () -> money.payments().seller().name())
                        .routes(pages),
                new LinkPages(links, entrance, identities.provider(), this::name, this::membersMax).routes(pages),
                new OidcPages(people.oidc(), identities, links, entrance, signUp).routes(pages),
                new IdentityPage(people.oidc(), identities, accounts, links).routes(pages),
                new EmailPage(accounts, links).routes(pages));
    }

    private boolean hasStatus() {
        return Objects.requireNonNull(ground.current().find(PageSettings.STATUS));
    }

    private List<Route<?>> status(SignUp signUp) {
        return new StatusPage(
                        ground.catalogue(),
                        calls::channels,
                        StatusBooks.reading(
                                new PlatformHistory(books.database()),
                                new AnsweredDays(books.database()),
                                new Announcements(books.database()),
                                books.sharedClock()::instant),
                        this::hasStatus,
                        signUp::isOpen,
                        books.sharedClock()::instant)
                .routes(pages);
    }

    private List<Route<?>> organization() {
        OrganizationStores stores = people.organization(books, ground);
        Keys keys = books.stores().keys();
        return RouteList.of(
                new MembersPage(stores, keys, limits(), books.history(), people.links()::isMailOn, ground.clock())
                        .routes(pages),
                new MemberPage(stores, books.people(), books.history(), ground.catalogue(), limits(), ground.clock())
                        .routes(pages),
                new TeamsPage(stores, keys, limits(), books.history(), ground.clock()).routes(pages),
                new TeamPage(stores, keys, books.history(), books.stores().sold(), limits(), ground.clock())
                        .routes(pages),
                new WebhooksPage(people.mail().webhooks(), people.mail().post()::complaint, ground.clock())
                        .routes(pages),
                new TagsPage(stores, books.history(), ground.clock()).routes(pages),
                new BudgetsPage(stores, keys, books.history(), limits(), ground.clock()).routes(pages),
                new AuditLogPage(stores.log(), stores.members(), stores.teams(), keys, books.history()).routes(pages),
                new OrganizationsPage(stores.members()).routes(pages));
    }

    private int membersMax() {
        return Objects.requireNonNull(ground.current().find(PageSettings.MEMBERS));
    }

    private String name(String accountId) {
        return books.stores().ledger().account(accountId).map(Account::name).orElse(accountId);
    }

    private OwnerNames.Reader owners() {
        return new OwnerNames.Reader(people.teams(), people.members());
    }

    private LimitStates limits() {
        PortalStores stores = books.stores();
        return new LimitStates(stores.ledger(), stores.keys(), people.teams(), people.members(), calls.refusals());
    }

    private List<Route<?>> requests() {
        PortalStores stores = books.stores();
        AccountHistory history = books.history();
        Catalogue catalogue = ground.catalogue();
        OwnerNames.Reader owners = owners();
        SeenJobs jobs = books.jobs(ground.clock());
        return RouteList.of(
                new OverviewPage(
                                history,
                                stores.keys(),
                                stores.ledger(),
                                stores.plans(),
                                people.links().isMailOn(),
                                stores.sold(),
                                calls.models(),
                                calls.refused(),
                                calls.refusals(),
                                limits(),
                                account -> changes.apply(stores.sold()
                                        .catalogue(account, books.sharedClock().instant())),
                                new Dismissals(books.database(), books.writer(), ground.clock()),
                                books.people())
                        .routes(pages),
                new RequestsPage(history, stores.keys(), owners, catalogue, calls.refused(), jobs, ground.clock())
                        .routes(pages),
                new RequestPage(
                                history,
                                stores.receipts(),
                                catalogue,
                                stores.sold().groups(),
                                jobs,
                                calls.answersKept(),
                                ground.clock())
                        .routes(pages),
                live.routes(pages),
                new RefusedPage(calls.refused(), calls.refusals(), stores.keys(), stores.ledger(), ground.clock())
                        .routes(pages),
                new UsagePage(history, stores.keys(), owners, stores.sold(), limits(), calls.refusals(), ground.clock())
                        .routes(pages));
    }

    private List<Route<?>> batches() {
        BatchActions.Stores batches = new BatchActions.Stores(
                books.jobs(ground.clock()), books.stores().keys(), books.writer(), ground.clock());
        return new BatchesPage(batches).routes(pages);
    }

    private List<Route<?>> keys() {
        Ledger ledger = books.stores().ledger();
        KeyOwners owners = new KeyOwners(people.teams(), people.members());
        return RouteList.of(
                new KeysPage(people.keys(), owners, ledger, books.history(), limits(), calls.refused(), ground.clock())
                        .routes(pages),
                new NewKeyPage(
                                people.keys(),
                                owners,
                                books.people(),
                                books.stores().sold(),
                                calls.models(),
                                ground.clock(),
                                ground.random())
                        .routes(pages),
                new KeyPage(
                                people.keys(),
                                owners,
                                books.people(),
                                ledger,
                                books.history(),
                                books.stores().sold(),
                                calls.models(),
                                limits(),
                                books.jobs(ground.clock()),
                                ground.clock())
                        .routes(pages));
    }

    private List<Route<?>> manual() {
        PlatformHistory history = new PlatformHistory(books.database());
        boolean isSandbox = calls.isSandbox(); // its times say nothing
        ModelSpeeds speeds =
                new ModelSpeeds(now -> isSandbox ? Map.of() : speeds(history, now), books.sharedClock()::instant);
        return new ManualPages(
                        books.stores().sold(),
                        calls.models(),
                        books.sharedClock()::instant,
                        speeds,
                        people.signUp()::isOpen)
                .routes(pages);
    }

    /** Reads the speeds of models with enough completed calls; none if the database cannot be read now. */
    private static Map<String, ModelSpeeds.Speed> speeds(PlatformHistory history, Instant now) {
        Instant to = now.truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS);
        try {
            return history.groups(to.minus(SPEED_SPAN), to, false, PlatformHistory.Part.MODEL).stream()
                    .filter(group -> Figure.COMPLETED.of(group.figures()) >= SPEED_CALLS_MIN
                            && group.figures().withFirstByte() >= SPEED_CALLS_MIN)
                    .collect(Collectors.toMap(
                            PlatformHistory.Group::name,
                            group -> new ModelSpeeds.Speed(
                                    group.figures().firstByteMillis(50),
                                    group.figures().tokensASecondTenths())));
        } catch (StoreException e) {
            return Map.of();
        }
    }

    private List<Route<?>> settings() {
        People accounts = books.people();
        return RouteList.of(
                new SettingsPages(
                                accounts,
                                people.organization(books, ground),
                                people.links().isMailOn())
                        .routes(pages),
                new LeavingPage(
                                accounts,
                                people.leaving(),
                                people.teams(),
                                new AccountFile(books.database(), books.holdings()),
                                books.stores().ledger(),
                                ground.clock())
                        .routes(pages),
                new SecondFactorPage(accounts).routes(pages),
                new SecurityPage(accounts, people.links(), people.identities(), ground.clock()).routes(pages));
    }

    private PlanActions.Stores planStores() {
        return new PlanActions.Stores(
                books.stores().plans(),
                books.planSweep(),
                money.payments(),
                money::channel,
                books.writer(),
                books.sharedClock());
    }

    private List<Route<?>> billing() {
        PaymentStart start = new PaymentStart(money.checkout(), money.testPayments(), ground.random());
        Ledger ledger = books.stores().ledger();
        return RouteList.of(
                new BillingPages(
                                ledger,
                                books.history(),
                                money.payments(),
                                books.people(),
                                owners(),
                                new PlanSale(
                                        ActionForms.of(
                                                planStores(), PlanActions.BUY, PlanActions.CANCEL, PlanActions.KEEP),
                                        books.stores().sold(),
                                        start,
                                        ground.clock()),
                                people.links().isMailOn(),
                                ground.clock())
                        .routes(pages),
                new StatementPages(
                                books.history(),
                                money.payments(),
                                books.stores().keys(),
                                owners())
                        .routes(pages),
                new TopUpPages(ledger, money.payments(), money.vouchers(), start, ground.clock()).routes(pages, live),
                new InvoicePages(ledger, money.payments()).routes(pages));
    }

    private List<Route<?>> playground() {
        return new PlaygroundPage(
                        books.stores().sold(),
                        calls.models(),
                        people.keys(),
                        calls.requests(),
                        books.history(),
                        books.stores().ledger(),
                        ground.clock())
                .routes(
                        pages,
                        calls::playgroundChat,
                        calls::playgroundEstimate,
                        calls::playgroundCount,
                        calls::playgroundFit);
    }
}
