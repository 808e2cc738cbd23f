package dev.tollgate.portal;

import dev.tollgate.customers.figures.api.PlatformTasksHandler;
import dev.tollgate.customers.figures.api.PlatformUsageHandler;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.models.routing.RoutedModels;
import dev.tollgate.operator.admin.AdminGate.Operator;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.actions.Administration;
import dev.tollgate.operator.admin.money.MonthRoutes;
import dev.tollgate.operator.admin.money.PaymentRoutes;
import dev.tollgate.operator.admin.prices.PriceRoutes;
import dev.tollgate.operator.admin.server.AuditLogRoutes;
import dev.tollgate.operator.admin.server.Maintenance;
import dev.tollgate.operator.admin.server.OperatorJobs;
import dev.tollgate.operator.admin.server.TaskRoutes;
import dev.tollgate.operator.facts.CatalogueCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The part of the routes table that operators' programs use, with the admin key, and commands over the control socket. */
public record AdminRoutes(PortalGround ground, PortalBooks books, OperatorModule operator, MoneyModule money) {

    /** Returns the open jobs, as an operator lists and cancels them. */
    static OperatorJobs jobs(PortalGround ground, PortalBooks books) {
        return new OperatorJobs(books.jobs(ground.clock()), new AuditedWriter(books.writer(), ground.clock()));
    }

    /** Returns true for the routes at the operators' own address, if there is one: theirs, and health, which is at both. */
    public static boolean isServedApart(Route<?> route) {
        return isForOperatorsAlone(route.path()) || route.path().startsWith("/health/");
    }

    /** Returns true for paths that only the operators' own address serves, if there is one. */
    public static boolean isForOperatorsAlone(String path) {
        return path.startsWith("/admin/") || path.startsWith("/internal/") || path.equals("/metrics");
    }

    /**
     * @param gate who may ask
     * @param isLocal whether it is for commands on this machine, which can do a little more
     * @param announce announces that this server stops
     */
    List<Route<?>> table(Gate<Operator> gate, boolean isLocal, Runnable announce) {
        Administration administration = operator.administration();
        List<Route<?>> routes = new ArrayList<>();
        Stream.of(
                        administration.routes(),
                        operator.deletions().routes(),
                        operator.files().routes(),
                        new TaskRoutes(books.stores().ledger(), books.stores().tasks(), operator.calls()).routes(),
                        new PriceRoutes(
                                        operator.prices(),
                                        () -> RoutedModels.all(books.database()),
                                        new CatalogueCheck(books.database(), ground.settings(), ground.clock())
                                                ::ofBuiltIn)
                                .routes(),
                        operator.groups().routes(),
                        operator.plans().routes(),
                        operator.vouchers().routes(),
                        operator.announcements().routes(),
                        new MonthRoutes(operator.months()).routes(),
                        new PaymentRoutes(money.payments(), money::events).routes(),
                        operator.settings().routes(),
                        operator.booksCheck().routes(),
                        operator.keyring().routes(),
                        new Maintenance.Drain(announce, new AuditedWriter(books.writer(), ground.clock())).routes(),
                        jobs(ground, books).routes(),
                        new AuditLogRoutes(books.stores().auditLog()).routes(),
                        operator.channelDeeds().routes())
                .flatMap(List::stream)
                .filter(route -> isLocal || !route.isLocal())
                .forEach(route -> routes.add(route.behind(gate)));
        routes.add(Route.get("/admin/tasks", gate, new PlatformTasksHandler(operator.calls())));
        routes.add(Route.get("/admin/usage", gate, new PlatformUsageHandler(operator.platform(), ground.clock())));
        return routes;
    }
}
