package dev.tollgate.app;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.SettingTable;
import dev.tollgate.base.config.Settings;
import dev.tollgate.calls.replay.Expiry;
import dev.tollgate.customers.departure.AccountFile;
import dev.tollgate.customers.departure.Leaving;
import dev.tollgate.customers.keys.Allowlist;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.KeyCaller;
import dev.tollgate.customers.keys.RequestCount;
import dev.tollgate.customers.oidc.OidcSignIn;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.customers.people.Identities;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.people.SignUp;
import dev.tollgate.customers.rejections.RefusedCalls;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.ModelLife;
import dev.tollgate.pages.dashboard.BillingPages;
import dev.tollgate.pages.dashboard.CodePage;
import dev.tollgate.pages.dashboard.DoorPages;
import dev.tollgate.pages.dashboard.EmailPage;
import dev.tollgate.pages.dashboard.IdentityPage;
import dev.tollgate.pages.dashboard.InvoicePages;
import dev.tollgate.pages.dashboard.KeyPage;
import dev.tollgate.pages.dashboard.KeysPage;
import dev.tollgate.pages.dashboard.LandingPage;
import dev.tollgate.pages.dashboard.LeavingPage;
import dev.tollgate.pages.dashboard.LinkPages;
import dev.tollgate.pages.dashboard.NewKeyPage;
import dev.tollgate.pages.dashboard.OidcPages;
import dev.tollgate.pages.dashboard.OverviewPage;
import dev.tollgate.pages.dashboard.RefusedPage;
import dev.tollgate.pages.dashboard.RequestPage;
import dev.tollgate.pages.dashboard.RequestsPage;
import dev.tollgate.pages.dashboard.SecondFactorPage;
import dev.tollgate.pages.dashboard.SecurityPage;
import dev.tollgate.pages.dashboard.SettingsPages;
import dev.tollgate.pages.dashboard.SignedIn;
import dev.tollgate.pages.dashboard.TopUpPages;
import dev.tollgate.pages.dashboard.UsagePage;
import dev.tollgate.pages.docs.ManualPages;
import dev.tollgate.pages.frame.Assets;
import dev.tollgate.pages.frame.OperatorWords;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Site;
import dev.tollgate.pages.live.Live;
import dev.tollgate.pages.playground.PlaygroundPage;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The part of the routes table that people see: one line a page, or a few that belong together. */
final class PageRoutes {

    private final Store store;
    private final Catalogue catalogue;
    private final ModelLife life;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Links links;
    private final SignUp signUp;
    private final Pages pages;

    PageRoutes(
            Settings settings,
            Store store,
            Catalogue catalogue,
            ModelLife life,
            Links links,
            SignUp signUp,
            CurrentSettings current,
            InstantSource clock,
            SecureRandom random) {
        this.store = store;
        this.catalogue = catalogue;
        this.life = life;
        this.links = links;
        this.signUp = signUp;
        this.clock = clock;
        this.random = random;
        Settings.Pages chosen = settings.pages();
        Site site = new Site(chosen.publicUrl(), settings.host(), chosen.brand());
        Allowlist console = Allowlist.of(chosen.consoleAllow());
        this.pages = new Pages(
                site,
                console::allows,
                () -> words(current),
                store.people(),
                store.ledger(),
                store.database().pages(),
                store.secrets(),
                random);
    }

    private static OperatorWords words(CurrentSettings current) {
        List<OperatorWords.Link> links = new ArrayList<>();
        link(links, "Terms", current.find(SettingTable.TERMS));
        link(links, "Privacy", current.find(SettingTable.PRIVACY));
        link(links, "Imprint", current.find(SettingTable.IMPRINT));
        link(links, "Support", current.find(SettingTable.SUPPORT));
        return new OperatorWords(current.find(SettingTable.ANNOUNCEMENT), links);
    }

    private static void link(List<OperatorWords.Link> links, String name, @Nullable String href) {
        if (href != null) {
            links.add(new OperatorWords.Link(name, href));
        }
    }

    Pages pages() {
        return pages;
    }

    /**
     * @param signedIn runs for each person who has signed in
     * @param changes of models, of the next 30 days
     * @param chat makes the route of a call for a gate
     * @param estimate likewise of an estimate
     */
    List<Route<?>> table(
            CustomerKeys keys,
            RequestCount count,
            Vouchers vouchers,
            Consumer<Person> signedIn,
            Paying paying,
            RefusedCalls refused,
            Identities identities,
            @Nullable OidcSignIn oidc,
            Live live,
            Supplier<List<Foresight.Change>> changes,
            Function<Gate<KeyCaller>, Route<KeyCaller>> chat,
            Function<Gate<KeyCaller>, Route<KeyCaller>> estimate) {
        SignedIn entrance = new SignedIn(store.people(), signedIn);
        List<Route<?>> routes = new ArrayList<>();
        routes.add(Route.get("/assets/{hash}/{file}", Gate.PUBLIC, Assets.all().files()));
        routes.add(Route.get("/favicon.ico", Gate.PUBLIC, Assets.all().byItself("favicon.svg")));
        routes.add(Route.get("/robots.txt", Gate.PUBLIC, Assets.all().byItself("robots.txt")));
        routes.addAll(new LandingPage(catalogue, signUp).routes(pages));
        routes.addAll(new CodePage(store.people(), entrance).routes(pages));
        routes.addAll(new DoorPages(store.people(), links, entrance, signUp, identities.provider()).routes(pages));
        routes.addAll(new LinkPages(links, entrance, identities.provider()).routes(pages));
        routes.addAll(new OidcPages(oidc, identities, links, entrance, signUp).routes(pages));
        routes.addAll(new IdentityPage(oidc, identities, store.people(), links).routes(pages));
        routes.addAll(new EmailPage(store.people(), links).routes(pages));
        routes.addAll(new OverviewPage(
                        store.history(), store.keys(), store.ledger(), links.isMailOn(), catalogue, refused, changes)
                .routes(pages));
        routes.addAll(new RequestsPage(store.history(), store.keys(), catalogue, clock).routes(pages));
        routes.addAll(
                new RequestPage(store.history(), store.tasks(), store.receipts(), Expiry.KEPT, clock).routes(pages));
        routes.addAll(live.routes(pages));
        routes.addAll(new RefusedPage(refused, store.keys(), store.ledger(), clock).routes(pages));
        routes.addAll(new UsagePage(store.history(), store.keys(), catalogue, clock).routes(pages));
        routes.addAll(new KeysPage(keys, store.ledger(), clock).routes(pages));
        routes.addAll(new NewKeyPage(keys, store.people(), catalogue, random).routes(pages));
        routes.addAll(
                new KeyPage(keys, store.people(), store.ledger(), store.history(), catalogue, clock).routes(pages));
        routes.addAll(new ManualPages(catalogue, life, signUp::isOpen).routes(pages));
        routes.addAll(new SettingsPages(store.people(), links.isMailOn()).routes(pages));
        Leaving leaving = new Leaving(store.database(), store.people(), store.writer(), clock);
        routes.addAll(new LeavingPage(store.people(), leaving, new AccountFile(store.database()), store.ledger(), clock)
                .routes(pages));
        routes.addAll(new SecondFactorPage(store.people()).routes(pages));
        routes.addAll(new SecurityPage(store.people(), links, identities, clock).routes(pages));
        routes.addAll(new BillingPages(
                        store.ledger(), store.history(), paying.payments(), store.people(), links.isMailOn(), clock)
                .routes(pages));
        routes.addAll(new TopUpPages(
                        store.ledger(),
                        paying.payments(),
                        vouchers,
                        paying.checkout(),
                        paying.testPayments(),
                        clock,
                        random)
                .routes(pages, live));
        routes.addAll(new InvoicePages(store.ledger(), paying.payments()).routes(pages));
        routes.addAll(new PlaygroundPage(catalogue, keys, count, store.history(), store.ledger(), clock)
                .routes(pages, chat, estimate));
        return routes;
    }
}
