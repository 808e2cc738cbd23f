package dev.tollgate;

import dev.tollgate.admin.StoredAdministration;
import dev.tollgate.config.Settings;
import dev.tollgate.console.ConsoleAccount;
import dev.tollgate.console.ConsoleAccounts;
import dev.tollgate.console.ConsoleAudit;
import dev.tollgate.console.ConsoleBooks;
import dev.tollgate.console.ConsoleCall;
import dev.tollgate.console.ConsoleCalls;
import dev.tollgate.console.ConsoleChannels;
import dev.tollgate.console.ConsolePage;
import dev.tollgate.console.ConsolePayments;
import dev.tollgate.console.ConsolePrices;
import dev.tollgate.console.ConsoleRefused;
import dev.tollgate.console.ConsoleRevenue;
import dev.tollgate.console.ConsoleSettings;
import dev.tollgate.console.ConsoleVouchers;
import dev.tollgate.console.DeedForms;
import dev.tollgate.console.FirstSteps;
import dev.tollgate.console.ProvePage;
import dev.tollgate.history.AccountList;
import dev.tollgate.history.PlatformCalls;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.ModelLife;
import dev.tollgate.pages.Pages;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The part of the routes table that operators see. */
final class ConsoleRoutes {

    private final Settings settings;
    private final Store store;
    private final Catalogue catalogue;
    private final ModelLife life;
    private final InstantSource clock;
    private final SecureRandom random;

    ConsoleRoutes(
            Settings settings,
            Store store,
            Catalogue catalogue,
            ModelLife life,
            InstantSource clock,
            SecureRandom random) {
        this.settings = settings;
        this.store = store;
        this.catalogue = catalogue;
        this.life = life;
        this.clock = clock;
        this.random = random;
    }

    List<Route<?>> table(Pages pages, Doing doing) {
        DeedForms forms = new DeedForms(store.people(), random);
        PlatformCalls calls = new PlatformCalls(store.database());
        Supplier<Foresight> foresight = () -> new Foresight(catalogue, life, clock.instant());
        StoredAdministration administration = doing.administration();
        FirstSteps.Chosen chosen = new FirstSteps.Chosen(
                settings.hasRealUpstream(),
                settings.stripe() != null,
                settings.pages().publicUrl() != null,
                doing.signUp()::isOpen);
        FirstSteps steps = new FirstSteps(
                chosen,
                doing.prices(),
                administration.deeds(),
                doing.vouchers(),
                doing.links().links());
        List<Route<?>> routes = new ArrayList<>();
        routes.addAll(new ConsolePage(
                        store.platform(),
                        calls,
                        doing.channels(),
                        foresight,
                        doing.prices(),
                        doing.books(),
                        steps,
                        !settings.hasRealUpstream(),
                        clock)
                .routes(pages));
        routes.addAll(new ProvePage(store.people(), doing.identities()).routes(pages));
        AccountList accounts = new AccountList(store.database());
        routes.addAll(new ConsoleAccounts(accounts, calls, administration.deeds(), doing.links(), forms).routes(pages));
        routes.addAll(new ConsoleAccount(
                        administration,
                        store.people(),
                        doing.people(),
                        doing.links(),
                        doing.deletions(),
                        store.history(),
                        forms,
                        clock)
                .routes(pages));
        routes.addAll(new ConsoleCalls(calls, catalogue).routes(pages));
        routes.addAll(new ConsoleRefused(doing.refused()).routes(pages));
        routes.addAll(
                new ConsoleCall(calls, store.history(), store.tasks(), catalogue, administration.deeds(), forms, clock)
                        .routes(pages));
        routes.addAll(new ConsoleChannels(doing.channels(), store.platform(), doing.channelDeeds(), forms, clock)
                .routes(pages));
        routes.addAll(new ConsolePrices(doing.prices(), foresight, forms).routes(pages));
        routes.addAll(new ConsoleVouchers(doing.vouchers(), forms, clock).routes(pages));
        Paying paying = doing.paying();
        routes.addAll(new ConsolePayments(paying.payments(), paying.sentence(), paying::told).routes(pages));
        routes.addAll(new ConsoleRevenue(store.platform(), clock).routes(pages));
        routes.addAll(new ConsoleBooks(doing.books()).routes(pages));
        routes.addAll(new ConsoleAudit(store.auditLog()).routes(pages));
        routes.addAll(new ConsoleSettings(doing.settings(), doing.links(), forms).routes(pages));
        return routes;
    }
}
