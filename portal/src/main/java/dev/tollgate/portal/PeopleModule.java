package dev.tollgate.portal;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.PageSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.words.Languages;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.labels.Labels;
import dev.tollgate.books.ledger.InstallationKind;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.tasks.TaskHandler;
import dev.tollgate.customers.departure.Leaving;
import dev.tollgate.customers.figures.api.TaskListHandler;
import dev.tollgate.customers.figures.api.UsageHandler;
import dev.tollgate.customers.keys.ActionRoutes;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.KeyActions;
import dev.tollgate.customers.keys.KeyActions.KeyStores;
import dev.tollgate.customers.mail.Letters;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.oidc.OidcClient;
import dev.tollgate.customers.oidc.OidcSignIn;
import dev.tollgate.customers.organizations.OrganizationRoutes;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.customers.organizations.Organizations;
import dev.tollgate.customers.people.Identities;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.SignUp;
import dev.tollgate.customers.people.identity.IdentityProvider;
import dev.tollgate.customers.people.identity.StartCredits;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.CountedChanges;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.http.RouteList;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.keys.CreditsHandler;
import dev.tollgate.keys.CreditsHandler.Form;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.KeyGate;
import dev.tollgate.keys.Scope;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.running.Sweep;
import dev.tollgate.storage.Writer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * People with an account: how they sign up and in, the mails that they get, their keys, and the end of their account.
 *
 * @param oidc null if OpenID Connect is off
 */
public record PeopleModule(
        MailModule mail,
        SignUp signUp,
        Links links,
        @Nullable OidcSignIn oidc,
        Identities identities,
        CustomerKeys keys,
        Members members,
        Teams teams,
        Organizations organizations,
        Leaving leaving) {

    private static final Duration FORGET_KEYS_EVERY = Duration.ofHours(1);

    static PeopleModule open(PortalGround ground, PortalBooks books, Outbound outbound, MailModule mail) {
        SignUp signUp = signUp(ground.current(), books.kind());
        Links links = links(books, mail.letters(), signUp, ground.clock(), ground.random());
        OidcSignIn oidc = oidc(ground, books, outbound);
        IdentityProvider provider = oidc == null ? null : new IdentityProvider(oidc.issuer(), oidc.name());
        return new PeopleModule(
                mail,
                signUp,
                links,
                oidc,
                new Identities(
                        books.people(),
                        links,
                        provider,
                        books.database(),
                        books.writer(),
                        ground.clock(),
                        ground.random()),
                keys(books, mail.allowances(), ground.clock(), ground.random()),
                members(books, ground.clock(), ground.random()),
                teams(books, ground.clock(), ground.random()),
                organizations(books, ground.clock()),
                new Leaving(
                        books.database(),
                        books.people(),
                        books.stores().keys(),
                        books.writer(),
                        books.stores().plans(),
                        books.holdings(),
                        ground.clock()));
    }

    /** Returns the links by which people come in. */
    public static Links links(
            PortalBooks books, Letters letters, SignUp signUp, InstantSource clock, SecureRandom random) {
        return new Links(
                books.people(),
                books.database(),
                books.writer(),
                books.stores().outbox(),
                letters,
                signUp,
                clock,
                random);
    }

    private static SignUp signUp(CurrentSettings current, InstallationKind kind) {
        return new SignUp(
                () -> {
                    String chosen = current.find(PageSettings.SIGN_UP);
                    return "auto".equals(chosen) ? !kind.isReal() : Boolean.parseBoolean(chosen);
                },
                () -> new StartCredits(
                        Objects.requireNonNull(current.find(PageSettings.SIGN_UP_CREDITS)),
                        Objects.requireNonNull(current.find(PageSettings.SIGN_UP_CREDIT_DAYS)),
                        kind.isReal()));
    }

    private static @Nullable OidcSignIn oidc(PortalGround ground, PortalBooks books, Outbound outbound) {
        Settings.Oidc chosen = ground.settings().oidc();
        if (chosen == null) {
            return null;
        }
        OidcClient client = new OidcClient(
                chosen.issuer(), chosen.clientId(), chosen.clientSecret().value(), chosen.name(), chosen.redirectUri());
        OidcSignIn signIn = ground.open(
                new OidcSignIn(outbound, client, books.secrets(), ground.clock(), ground.random()), OidcSignIn::close);
        signIn.look();
        return signIn;
    }

    /** Returns the routes of an account's money, calls and keys. */
    List<Route<?>> callerRoutes(KeyGate key, PortalBooks books, PortalGround ground) {
        PortalStores stores = books.stores();
        KeyGate reading = key.orManagement(Scope.USAGE_READ);
        List<Route<?>> routes = new ArrayList<>();
        balances(routes, reading, stores.ledger(), ground.clock());
        RouteList.api(
                routes,
                Route.get("/tasks/{id}", reading, new TaskHandler(stores.tasks(), stores.ledger(), books.writer())));
        RouteList.api(routes, Route.get("/tasks", reading, new TaskListHandler(books.history())));
        RouteList.api(routes, Route.get("/usage", reading, new UsageHandler(books.history(), ground.clock())));
        KeyStores keyStores = new KeyStores(keys.byManagementKey(), id -> modelId(ground.catalogue(), id));
        new ActionRoutes<>(keyStores, "/keys", "keys")
                .forKeys(KeyActions.ALL, key)
                .forEach(each -> RouteList.api(routes, each));
        return routes;
    }

    /** Adds the routes that show a balance by key alone, also below a path of pages. */
    private static void balances(List<Route<?>> routes, Gate<KeyCaller> gate, Ledger ledger, InstantSource clock) {
        Route<KeyCaller> credits = Route.get("/credits", gate, new CreditsHandler(ledger, clock, Form.CREDITS));
        RouteList.api(routes, credits);
        routes.add(credits.at("/api/v1/credits"));
        RouteList.api(routes, Route.get("/key", gate, new CreditsHandler(ledger, clock, Form.KEY)));
        String billing = "/dashboard/billing";
        RouteList.api(
                routes,
                Route.get(billing + "/subscription", gate, new CreditsHandler(ledger, clock, Form.SUBSCRIPTION)));
        RouteList.api(routes, Route.get(billing + "/usage", gate, new CreditsHandler(ledger, clock, Form.USAGE)));
    }

    private static @Nullable String modelId(Catalogue catalogue, String idOrAlias) {
        Model model = catalogue.find(idOrAlias);
        return model == null ? null : model.id();
    }

    /** Returns the routes below {@code /v1/organization}. */
    List<Route<?>> routes(KeyGate key, PortalBooks books, PortalGround ground) {
        List<Route<?>> routes = new ArrayList<>();
        new OrganizationRoutes(organization(books, ground)).forKeys(key).forEach(each -> RouteList.api(routes, each));
        return routes;
    }

    /** Returns the most members and open invitations of an organization, as it is set now. */
    static IntSupplier membersMax(PortalGround ground) {
        return () -> Objects.requireNonNull(ground.current().find(PageSettings.MEMBERS));
    }

    /** Returns what the actions of organizations need. */
    OrganizationStores organization(PortalBooks books, PortalGround ground) {
        return organization(
                books,
                links,
                ground.settings(),
                ground.languages(),
                membersMax(ground),
                ground.clock(),
                ground.random());
    }

    static OrganizationStores organization(
            PortalBooks books,
            Links links,
            Settings settings,
            Languages languages,
            IntSupplier membersMax,
            InstantSource clock,
            SecureRandom random) {
        return new OrganizationStores(
                organizations(books, clock),
                members(books, clock, random),
                teams(books, clock, random),
                new AccountLog(books.database()),
                new Labels(books.database()),
                links.handed(),
                membersMax,
                settings.find(PageSettings.PUBLIC_URL),
                languages);
    }

    /** Returns the actions on keys. */
    static CustomerKeys keys(PortalBooks books, Allowances allowances, InstantSource clock, SecureRandom random) {
        return new CustomerKeys(books.stores().keys(), books.writer(), allowances, clock, random);
    }

    static Allowances allowances(PortalBooks books, InstantSource clock) {
        return new Allowances(books.database(), books.secrets(), clock);
    }

    static Members members(PortalBooks books, InstantSource clock, SecureRandom random) {
        return new Members(
                books.database(), books.stores().keys(), books.writer(), counted(books, clock), clock, random);
    }

    private static Teams teams(PortalBooks books, InstantSource clock, SecureRandom random) {
        return new Teams(books.database(), books.stores().keys(), counted(books, clock), clock, random);
    }

    private static CountedChanges counted(PortalBooks books, InstantSource clock) {
        return new CountedChanges(books.writer(), allowances(books, clock));
    }

    private static Organizations organizations(PortalBooks books, InstantSource clock) {
        return new Organizations(books.database(), books.stores().ledger(), counted(books, clock), clock);
    }

    List<Sweep> sweeps(Writer writer) {
        List<Sweep> sweeps = new ArrayList<>(mail.sweeps());
        sweeps.add(new Sweep("forget-keys", FORGET_KEYS_EVERY, keys::forgetUnused));
        sweeps.add(new Sweep("forget-links", Links.FORGET_EVERY, links::forgetOld));
        sweeps.add(new Sweep("forget-allowances", Allowances.SWEEP_EVERY, () -> mail.allowances()
                .sweep(writer)));
        return sweeps;
    }
}
