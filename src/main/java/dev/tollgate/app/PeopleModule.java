package dev.tollgate.app;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.PageSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.books.labels.Labels;
import dev.tollgate.books.ledger.InstallationKind;
import dev.tollgate.customers.departure.Leaving;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.KeyGate;
import dev.tollgate.customers.keys.Scope;
import dev.tollgate.customers.mail.Letters;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.oidc.OidcClient;
import dev.tollgate.customers.oidc.OidcSignIn;
import dev.tollgate.customers.organizations.InvitationsHandler;
import dev.tollgate.customers.organizations.MembersHandler;
import dev.tollgate.customers.organizations.OrganizationHandler;
import dev.tollgate.customers.organizations.Organizations;
import dev.tollgate.customers.organizations.TeamsHandler;
import dev.tollgate.customers.people.Identities;
import dev.tollgate.customers.people.IdentityProvider;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.SignUp;
import dev.tollgate.customers.people.StartCredits;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.http.BodyKind;
import dev.tollgate.http.Route;
import dev.tollgate.upstreams.connections.Outbound;
import java.net.URI;
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

    static PeopleModule open(Ground ground, BooksModule books, Outbound outbound, MailModule mail) {
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
                new CustomerKeys(
                        books.stores().keys(), books.writer(), mail.allowances(), ground.clock(), ground.random()),
                new Members(books.database(), books.stores().keys(), books.writer(), ground.clock(), ground.random()),
                new Teams(books.database(), books.stores().keys(), books.writer(), ground.clock(), ground.random()),
                new Organizations(books.database(), books.stores().ledger(), books.writer(), ground.clock()),
                new Leaving(books.database(), books.people(), books.stores().keys(), books.writer(), ground.clock()));
    }

    /** Returns the links by which people come in. */
    static Links links(BooksModule books, Letters letters, SignUp signUp, InstantSource clock, SecureRandom random) {
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
                        Objects.requireNonNull(current.find(PageSettings.SIGN_UP_CREDITS)), kind.isReal()));
    }

    private static @Nullable OidcSignIn oidc(Ground ground, BooksModule books, Outbound outbound) {
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

    /** Returns the routes below {@code /v1/organization}, each with the scope that it needs. */
    List<Route<?>> routes(KeyGate key, BooksModule books, Ground ground) {
        List<Route<?>> routes = new ArrayList<>();
        organization(
                routes,
                key,
                new OrganizationHandler(organizations, new AccountLog(books.database()), new Labels(books.database())));
        KeyGate read = key.forManagement(Scope.MEMBERS_READ);
        KeyGate write = key.forManagement(Scope.MEMBERS_WRITE);
        members(routes, read, write, new MembersHandler(members));
        IntSupplier most = () -> Objects.requireNonNull(ground.current().find(PageSettings.MEMBERS));
        URI site = ground.settings().find(PageSettings.PUBLIC_URL);
        invitations(
                routes, read, write, new InvitationsHandler(members, organizations, teams, links.handed(), most, site));
        teams(routes, read, write, new TeamsHandler(teams, members));
        return routes;
    }

    private static void organization(List<Route<?>> routes, KeyGate key, OrganizationHandler handler) {
        String path = "/organization";
        CallRoutes.api(routes, Route.get(path, key.forManagement(Scope.MEMBERS_READ), handler.one()));
        CallRoutes.api(routes, Route.patch(path, key.forManagement(), handler.change()));
        KeyGate usage = key.forManagement(Scope.USAGE_READ);
        CallRoutes.api(routes, Route.get(path + "/budgets", usage, handler.budgets()));
        CallRoutes.api(routes, Route.get(path + "/tags/{name}", usage, handler.tagValues()));
        KeyGate members = key.forManagement(Scope.MEMBERS_WRITE);
        CallRoutes.api(routes, Route.post(path + "/end-users/erase", members, handler.eraseEndUser()));
        KeyGate budgets = key.forManagement(Scope.BUDGETS_WRITE);
        CallRoutes.api(routes, Route.put(path + "/budgets/{owner}", budgets, handler.setBudgets()));
        KeyGate audit = key.forManagement(Scope.AUDIT_READ);
        CallRoutes.api(routes, Route.get(path + "/audit-log", audit, handler.auditLog()));
    }

    private static void members(List<Route<?>> routes, KeyGate read, KeyGate write, MembersHandler handler) {
        String path = "/organization/members";
        CallRoutes.api(routes, Route.get(path, read, handler.list()));
        CallRoutes.api(routes, Route.get(path + "/{id}", read, handler.one()));
        CallRoutes.api(routes, Route.patch(path + "/{id}", write, handler.change()));
        CallRoutes.api(
                routes, Route.delete(path + "/{id}", write, handler.delete()).taking(BodyKind.JSON));
    }

    private static void invitations(List<Route<?>> routes, KeyGate read, KeyGate write, InvitationsHandler handler) {
        String path = "/organization/invitations";
        CallRoutes.api(routes, Route.get(path, read, handler.list()));
        CallRoutes.api(routes, Route.post(path, write, handler.create()));
        CallRoutes.api(routes, Route.delete(path + "/{id}", write, handler.delete()));
        CallRoutes.api(
                routes,
                Route.post(path + "/{id}/resend", write, handler.resend()).taking());
    }

    private static void teams(List<Route<?>> routes, KeyGate read, KeyGate write, TeamsHandler handler) {
        String path = "/organization/teams";
        CallRoutes.api(routes, Route.get(path, read, handler.list()));
        CallRoutes.api(routes, Route.post(path, write, handler.create()));
        CallRoutes.api(routes, Route.get(path + "/{id}", read, handler.one()));
        CallRoutes.api(routes, Route.patch(path + "/{id}", write, handler.change()));
        CallRoutes.api(routes, Route.delete(path + "/{id}", write, handler.delete()));
        CallRoutes.api(routes, Route.put(path + "/{id}/members/{member}", write, handler.put()));
        CallRoutes.api(
                routes,
                Route.delete(path + "/{id}/members/{member}", write, handler.remove())
                        .taking(BodyKind.JSON));
    }

    List<Sweep> sweeps() {
        List<Sweep> sweeps = new ArrayList<>(mail.sweeps());
        sweeps.add(new Sweep("forget-keys", FORGET_KEYS_EVERY, keys::forgetUnused));
        return sweeps;
    }
}
