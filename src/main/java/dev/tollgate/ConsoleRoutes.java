package dev.tollgate;

import dev.tollgate.admin.StoredAdministration;
import dev.tollgate.console.ConsoleAccount;
import dev.tollgate.console.ConsoleAccounts;
import dev.tollgate.console.ConsoleCall;
import dev.tollgate.console.ConsoleCalls;
import dev.tollgate.console.ConsolePage;
import dev.tollgate.console.DeedForms;
import dev.tollgate.console.ProvePage;
import dev.tollgate.history.AccountList;
import dev.tollgate.history.PlatformCalls;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.pages.Pages;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The part of the routes table that operators see. */
final class ConsoleRoutes {

    private final Store store;
    private final StoredAdministration administration;
    private final Catalogue catalogue;
    private final InstantSource clock;
    private final SecureRandom random;

    ConsoleRoutes(
            Store store,
            StoredAdministration administration,
            Catalogue catalogue,
            InstantSource clock,
            SecureRandom random) {
        this.store = store;
        this.administration = administration;
        this.catalogue = catalogue;
        this.clock = clock;
        this.random = random;
    }

    List<Route<?>> table(Pages pages) {
        DeedForms forms = new DeedForms(store.people(), random);
        AccountList accounts = new AccountList(store.database());
        PlatformCalls calls = new PlatformCalls(store.database());
        List<Route<?>> routes = new ArrayList<>();
        routes.addAll(new ConsolePage().routes(pages));
        routes.addAll(new ProvePage(store.people()).routes(pages));
        routes.addAll(new ConsoleAccounts(accounts, calls, administration.deeds(), forms).routes(pages));
        routes.addAll(new ConsoleAccount(administration, store.people(), store.history(), forms, clock).routes(pages));
        routes.addAll(new ConsoleCalls(calls, catalogue).routes(pages));
        routes.addAll(new ConsoleCall(calls, store.history(), administration.deeds(), forms).routes(pages));
        return routes;
    }
}
