package dev.tollgate;

import dev.tollgate.answers.Expiry;
import dev.tollgate.config.CurrentSettings;
import dev.tollgate.config.SettingTable;
import dev.tollgate.config.Settings;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.keys.Allowlist;
import dev.tollgate.keys.CustomerKeys;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.RequestCount;
import dev.tollgate.leaving.AccountFile;
import dev.tollgate.leaving.Leaving;
import dev.tollgate.live.Live;
import dev.tollgate.manual.ManualPages;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.ModelLife;
import dev.tollgate.oidc.OidcSignIn;
import dev.tollgate.pages.Assets;
import dev.tollgate.pages.OperatorWords;
import dev.tollgate.pages.Pages;
import dev.tollgate.pages.Site;
import dev.tollgate.payments.Vouchers;
import dev.tollgate.people.Identities;
import dev.tollgate.people.Links;
import dev.tollgate.people.Person;
import dev.tollgate.people.SignUp;
import dev.tollgate.playground.PlaygroundPage;
import dev.tollgate.portal.BillingPages;
import dev.tollgate.portal.CodePage;
import dev.tollgate.portal.DoorPages;
import dev.tollgate.portal.EmailPage;
import dev.tollgate.portal.IdentityPage;
import dev.tollgate.portal.InvoicePages;
import dev.tollgate.portal.KeyPage;
import dev.tollgate.portal.KeysPage;
import dev.tollgate.portal.LandingPage;
import dev.tollgate.portal.LeavingPage;
import dev.tollgate.portal.LinkPages;
import dev.tollgate.portal.NewKeyPage;
import dev.tollgate.portal.OidcPages;
import dev.tollgate.portal.OverviewPage;
import dev.tollgate.portal.RefusedPage;
import dev.tollgate.portal.RequestPage;
import dev.tollgate.portal.RequestsPage;
import dev.tollgate.portal.SecondFactorPage;
import dev.tollgate.portal.SecurityPage;
import dev.tollgate.portal.SettingsPages;
import dev.tollgate.portal.SignedIn;
import dev.tollgate.portal.TopUpPages;
import dev.tollgate.portal.UsagePage;
import dev.tollgate.refused.RefusedCalls;
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
