package dev.tollgate.app;

import dev.tollgate.base.config.Settings;
import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.figures.NamesOfIds;
import dev.tollgate.customers.figures.PlatformCalls;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.ModelLife;
import dev.tollgate.operator.admin.StoredAdministration;
import dev.tollgate.pages.console.ConsoleAccount;
import dev.tollgate.pages.console.ConsoleAccounts;
import dev.tollgate.pages.console.ConsoleAudit;
import dev.tollgate.pages.console.ConsoleBooks;
import dev.tollgate.pages.console.ConsoleCall;
import dev.tollgate.pages.console.ConsoleCalls;
import dev.tollgate.pages.console.ConsoleChannels;
import dev.tollgate.pages.console.ConsolePage;
import dev.tollgate.pages.console.ConsolePayments;
import dev.tollgate.pages.console.ConsolePrices;
import dev.tollgate.pages.console.ConsoleRefused;
import dev.tollgate.pages.console.ConsoleRevenue;
import dev.tollgate.pages.console.ConsoleSettings;
import dev.tollgate.pages.console.ConsoleVouchers;
import dev.tollgate.pages.console.DeedForms;
import dev.tollgate.pages.console.FirstSteps;
import dev.tollgate.pages.console.ProvePage;
import dev.tollgate.pages.frame.KeptFields;
import dev.tollgate.pages.frame.Pages;
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

    List<Route<?>> table(Pages pages, OperatorServices services) {
        DeedForms forms = new DeedForms(store.people(), new KeptFields(store.secrets()), random);
        PlatformCalls calls = new PlatformCalls(store.database(), store.writer());
        Supplier<Foresight> foresight = () -> new Foresight(catalogue, life, clock.instant());
        StoredAdministration administration = services.administration();
        FirstSteps.Chosen chosen = new FirstSteps.Chosen(
                settings.hasRealUpstream(),
                settings.stripe() != null,
                settings.pages().publicUrl() != null,
                services.signUp()::isOpen);
        FirstSteps steps = new FirstSteps(
                chosen,
                services.prices(),
                administration.deeds(),
                services.vouchers(),
                services.links().links());
        List<Route<?>> routes = new ArrayList<>();
        routes.addAll(new ConsolePage(
                        store.platform(),
                        calls,
                        services.channels(),
                        foresight,
                        services.prices(),
                        services.books(),
                        steps,
                        store.kind(),
                        clock)
                .routes(pages));
        routes.addAll(new ProvePage(store.people(), services.identities()).routes(pages));
        NamesOfIds names = new NamesOfIds(store.database());
        AccountList accounts = new AccountList(store.database());
        routes.addAll(
                new ConsoleAccounts(accounts, calls, administration.deeds(), services.links(), forms).routes(pages));
        routes.addAll(new ConsoleAccount(
                        administration,
                        store.people(),
                        services.people(),
                        services.links(),
                        services.deletions(),
                        store.history(),
                        forms,
                        clock)
                .routes(pages));
        routes.addAll(new ConsoleCalls(calls, accounts, catalogue).routes(pages));
        routes.addAll(new ConsoleRefused(services.refused(), names, accounts, clock).routes(pages));
        routes.addAll(
                new ConsoleCall(calls, store.history(), store.tasks(), catalogue, administration.deeds(), forms, clock)
                        .routes(pages));
        routes.addAll(new ConsoleChannels(services.channels(), store.platform(), services.channelDeeds(), forms, clock)
                .routes(pages));
        routes.addAll(new ConsolePrices(services.prices(), foresight, forms).routes(pages));
        routes.addAll(new ConsoleVouchers(services.vouchers(), accounts, forms, clock).routes(pages));
        Paying paying = services.paying();
        routes.addAll(new ConsolePayments(
                        paying.payments(),
                        names,
                        paying.sentence(),
                        paying::told,
                        forms,
                        (by, event) -> paying.askAgain(by, event, store.writer()),
                        clock)
                .routes(pages));
        routes.addAll(new ConsoleRevenue(store.platform(), clock).routes(pages));
        routes.addAll(new ConsoleBooks(services.books()).routes(pages));
        routes.addAll(new ConsoleAudit(store.auditLog(), names, accounts, store.people()).routes(pages));
        routes.addAll(new ConsoleSettings(services.settings(), services.links(), forms).routes(pages));
        return routes;
    }
}
