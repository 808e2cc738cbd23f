package dev.tollgate.app;

import dev.tollgate.customers.figures.PlatformTasksHandler;
import dev.tollgate.customers.figures.PlatformUsageHandler;
import dev.tollgate.http.Handler;
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
import java.util.List;

/** The part of the routes table that operators' programs use, with the admin key. */
record AdminRoutes(
        Ground ground,
        BooksModule books,
        UpstreamsModule upstreams,
        OperatorModule operator,
        MoneyModule money,
        AdminGate admin) {

    /** What is served at the operators' own address, where there is one: theirs, and health, which is at both. */
    static boolean isServedApart(Route<?> route) {
        return isForOperatorsAlone(route.path()) || route.path().startsWith("/health/");
    }

    /** What is served nowhere but at the operators' own address, where there is one. */
    static boolean isForOperatorsAlone(String path) {
        return path.startsWith("/admin/") || path.startsWith("/internal/") || path.equals("/metrics");
    }

    /** @param announce announces that this server stops */
    List<Route<?>> table(Runnable announce) {
        return RouteList.of(accounts(), people(), tasks(), sales(), server(announce), reports());
    }

    private Route<?> get(String path, Handler<? super AdminGate.Operator> handler) {
        return Route.get(path, admin, handler);
    }

    private Route<?> post(String path, Handler<? super AdminGate.Operator> handler) {
        return Route.post(path, admin, handler);
    }

    private List<Route<?>> accounts() {
        AccountsHandler accounts = new AccountsHandler(operator.administration(), operator.deletions());
        return List.of(
                get("/admin/accounts", accounts.list()),
                post("/admin/accounts", accounts.create()),
                get("/admin/accounts/{id}", accounts.one()),
                post("/admin/accounts/{id}/grants", accounts.grant()),
                post("/admin/accounts/{id}/adjustments", accounts.adjust()),
                post("/admin/accounts/{id}/block", accounts.block()),
                post("/admin/accounts/{id}/delete", accounts.delete()),
                get("/admin/accounts/{id}/limits", accounts.limits()),
                post("/admin/accounts/{id}/limits", accounts.setLimits()),
                get("/admin/accounts/{id}/keys", accounts.keys()),
                post("/admin/accounts/{id}/keys", accounts.createKey()));
    }

    private List<Route<?>> people() {
        PeopleHandler people = new PeopleHandler(operator.administration().people());
        LinksHandler links = new LinksHandler(operator.administration().links());
        return List.of(
                post("/admin/accounts/{id}/remove-second-factor", people.removeSecondFactor()),
                post("/admin/accounts/{id}/role", people.setRole()),
                post("/admin/accounts/{id}/reset-link", links.resetLink()),
                post("/admin/invitations", links.invite()),
                get("/admin/mail", links.state()),
                post("/admin/mail", links.test()));
    }

    private List<Route<?>> tasks() {
        TasksHandler tasks = new TasksHandler(
                operator.administration().deeds(),
                books.stores().ledger(),
                books.stores().tasks());
        return List.of(get("/admin/tasks/{id}", tasks.one()), post("/admin/tasks/{id}/refunds", tasks.refund()));
    }

    private List<Route<?>> sales() {
        PricesHandler prices = new PricesHandler(operator.prices());
        VouchersHandler vouchers = new VouchersHandler(operator.vouchers());
        return List.of(
                get("/admin/models", prices.list()),
                get("/admin/models/{id...}/prices", prices.versions()),
                post("/admin/models/{id...}/prices", prices.set()),
                get("/admin/vouchers", vouchers.list()),
                post("/admin/vouchers", vouchers.make()),
                get("/admin/payments", new PaymentsHandler(money.payments(), money::events).list()));
    }

    private List<Route<?>> server(Runnable announce) {
        SettingsHandler settings = new SettingsHandler(operator.settings());
        BooksHandler check = new BooksHandler(operator.booksCheck());
        AuditLogHandler audit = new AuditLogHandler(books.stores().auditLog());
        ChannelsHandler channels =
                new ChannelsHandler(upstreams.pool()::status, operator.channelDeeds(), ground.clock());
        return List.of(
                get("/admin/settings", settings.list()),
                post("/admin/settings", settings.set()),
                get("/admin/books", check.state()),
                Route.post("/admin/books", admin, check.verify()).taking(),
                post("/admin/drain", new DrainHandler(announce, books.writer(), ground.clock()).announce()),
                get("/admin/audit", audit.list()),
                get("/admin/audit.csv", audit.csv()),
                get("/admin/channels", channels),
                post("/admin/channels/reload", channels.reload()),
                post("/admin/channels/{id}/try", channels.tryOut()));
    }

    private List<Route<?>> reports() {
        return List.of(
                get("/admin/tasks", new PlatformTasksHandler(operator.calls())),
                get("/admin/usage", new PlatformUsageHandler(operator.platform(), ground.clock())));
    }
}
