package dev.tollgate.app;

import dev.tollgate.customers.figures.PlatformCalls;
import dev.tollgate.customers.figures.PlatformTasksHandler;
import dev.tollgate.customers.figures.PlatformUsageHandler;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.AccountsHandler;
import dev.tollgate.operator.admin.AdminGate;
import dev.tollgate.operator.admin.AuditLogHandler;
import dev.tollgate.operator.admin.BooksHandler;
import dev.tollgate.operator.admin.ChannelsHandler;
import dev.tollgate.operator.admin.DrainHandler;
import dev.tollgate.operator.admin.LinksHandler;
import dev.tollgate.operator.admin.PaymentsHandler;
import dev.tollgate.operator.admin.PeopleHandler;
import dev.tollgate.operator.admin.PricesHandler;
import dev.tollgate.operator.admin.SettingsHandler;
import dev.tollgate.operator.admin.TasksHandler;
import dev.tollgate.operator.admin.VouchersHandler;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The part of the routes table that operators' programs use, with the admin key. */
final class AdminRoutes {

    private final Store store;
    private final OperatorServices services;
    private final InstantSource clock;

    AdminRoutes(Store store, OperatorServices services, InstantSource clock) {
        this.store = store;
        this.services = services;
        this.clock = clock;
    }

    /** What is served at the operators' own address, where there is one: theirs, and health, which is at both. */
    static boolean isServedApart(Route<?> route) {
        return isForOperatorsAlone(route.path()) || route.path().startsWith("/health/");
    }

    /** What is served nowhere but at the operators' own address, where there is one. */
    static boolean isForOperatorsAlone(String path) {
        return path.startsWith("/admin/") || path.startsWith("/internal/") || path.equals("/metrics");
    }

    /** @param announce lets everybody know that this server is on its way out */
    List<Route<?>> table(AdminGate admin, Runnable announce) {
        List<Route<?>> routes = new ArrayList<>();
        AccountsHandler accounts = new AccountsHandler(services.administration(), services.deletions());
        TasksHandler tasks = new TasksHandler(services.administration().deeds(), store.ledger(), store.tasks());
        BooksHandler books = new BooksHandler(services.books());
        AuditLogHandler audit = new AuditLogHandler(store.auditLog());
        routes.add(Route.get("/admin/accounts", admin, accounts.list()));
        routes.add(Route.post("/admin/accounts", admin, accounts.create()));
        routes.add(Route.get("/admin/accounts/{id}", admin, accounts.one()));
        routes.add(Route.post("/admin/accounts/{id}/grants", admin, accounts.grant()));
        routes.add(Route.post("/admin/accounts/{id}/adjustments", admin, accounts.adjust()));
        routes.add(Route.post("/admin/accounts/{id}/block", admin, accounts.block()));
        routes.add(Route.post("/admin/accounts/{id}/delete", admin, accounts.delete()));
        routes.add(Route.get("/admin/accounts/{id}/limits", admin, accounts.limits()));
        routes.add(Route.post("/admin/accounts/{id}/limits", admin, accounts.setLimits()));
        routes.add(Route.get("/admin/accounts/{id}/keys", admin, accounts.keys()));
        routes.add(Route.post("/admin/accounts/{id}/keys", admin, accounts.createKey()));
        PeopleHandler people = new PeopleHandler(services.people());
        routes.add(Route.post("/admin/accounts/{id}/remove-second-factor", admin, people.removeSecondFactor()));
        routes.add(Route.post("/admin/accounts/{id}/role", admin, people.setRole()));
        LinksHandler handed = new LinksHandler(services.links());
        routes.add(Route.post("/admin/accounts/{id}/reset-link", admin, handed.resetLink()));
        routes.add(Route.post("/admin/invitations", admin, handed.invite()));
        routes.add(Route.get("/admin/mail", admin, handed.state()));
        routes.add(Route.post("/admin/mail", admin, handed.test()));
        routes.add(Route.get("/admin/tasks/{id}", admin, tasks.one()));
        routes.add(Route.post("/admin/tasks/{id}/refunds", admin, tasks.refund()));
        PricesHandler pricing = new PricesHandler(services.prices());
        routes.add(Route.get("/admin/models", admin, pricing.list()));
        routes.add(Route.get("/admin/models/{id...}/prices", admin, pricing.versions()));
        routes.add(Route.post("/admin/models/{id...}/prices", admin, pricing.set()));
        VouchersHandler codes = new VouchersHandler(services.vouchers());
        routes.add(Route.get("/admin/vouchers", admin, codes.list()));
        routes.add(Route.post("/admin/vouchers", admin, codes.make()));
        PaymentsHandler paid = new PaymentsHandler(services.paying().payments(), services.paying()::events);
        routes.add(Route.get("/admin/payments", admin, paid.list()));
        SettingsHandler changing = new SettingsHandler(services.settings());
        routes.add(Route.get("/admin/settings", admin, changing.list()));
        routes.add(Route.post("/admin/settings", admin, changing.set()));
        routes.add(Route.get("/admin/books", admin, books.state()));
        routes.add(Route.post("/admin/books", admin, books.verify()).taking());
        routes.add(Route.post("/admin/drain", admin, new DrainHandler(announce, store.writer(), clock).announce()));
        routes.add(Route.get("/admin/audit", admin, audit.list()));
        routes.add(Route.get("/admin/audit.csv", admin, audit.csv()));
        ChannelsHandler channels = new ChannelsHandler(services.channels(), services.channelDeeds(), clock);
        routes.add(Route.get("/admin/channels", admin, channels));
        routes.add(Route.post("/admin/channels/reload", admin, channels.reload()));
        routes.add(Route.post("/admin/channels/{id}/try", admin, channels.tryOut()));
        routes.add(Route.get(
                "/admin/tasks", admin, new PlatformTasksHandler(new PlatformCalls(store.database(), store.writer()))));
        routes.add(Route.get("/admin/usage", admin, new PlatformUsageHandler(store.platform(), clock)));
        return routes;
    }
}
