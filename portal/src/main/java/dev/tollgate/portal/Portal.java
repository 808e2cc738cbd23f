package dev.tollgate.portal;

import dev.tollgate.books.plans.PlanSweep;
import dev.tollgate.customers.payments.LateReturns;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.http.RouteList;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.ModelChange;
import dev.tollgate.operator.admin.AdminGate;
import dev.tollgate.operator.admin.AdminGate.SocketGate;
import dev.tollgate.operator.admin.actions.Administration;
import dev.tollgate.operator.admin.server.SecretKeyring;
import dev.tollgate.operator.inspection.BooksSize;
import dev.tollgate.operator.inspection.DailyCheck;
import dev.tollgate.pages.docs.ApiDescription;
import dev.tollgate.running.Sweep;
import dev.tollgate.storage.copies.Copies;
import dev.tollgate.storage.secrets.FreePages;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The half of people: its modules, made in the order in which they need each other, its routes, and its work that is done again and again. */
public final class Portal {

    private final PortalGround ground;
    private final PortalBooks books;
    private final AnsweringHalf calls;
    private final FirstKeys first;
    private final MailModule mail;
    private final PeopleModule people;
    private final MoneyModule money;
    private final OperatorModule operator;
    private final PagesModule pages;

    /**
     * Opens the parts.
     *
     * @param outbound connections of this server to others
     * @param changes of models in the next 30 days
     */
    public Portal(
            PortalGround ground,
            PortalBooks books,
            Vertx vertx,
            Outbound outbound,
            AnsweringHalf calls,
            FirstKeys first,
            Function<Catalogue, List<ModelChange>> changes) {
        this.ground = ground;
        this.books = books;
        this.calls = calls;
        this.first = first;
        this.mail = MailModule.open(ground, books, vertx, changes, calls);
        this.people = PeopleModule.open(ground, books, outbound, mail);
        this.money = MoneyModule.open(ground, books, outbound);
        this.operator = OperatorModule.open(ground, books, calls, people, money);
        this.pages = new PagesModule(
                ground,
                books,
                calls,
                first.file(),
                changes,
                people,
                money,
                PagesModule.live(ground, books, calls, vertx),
                PagesModule.pages(ground, books, operator.copies()));
    }

    /** Returns the routes for callers' programs: their account, their calls, their keys. */
    public List<Route<?>> callerRoutes() {
        return people.callerRoutes(calls.gate(), books, ground);
    }

    /** Returns the routes below {@code /v1/organization}. */
    public List<Route<?>> organizationRoutes() {
        return people.routes(calls.gate(), books, ground);
    }

    /** Returns the routes for operators' programs. @param announce announces that this server stops */
    public List<Route<?>> adminRoutes(Runnable announce) {
        return new AdminRoutes(ground, books, operator, money).table(adminGate(), false, announce);
    }

    /** Returns what is served over the control socket. @param announce announces that this server stops */
    public List<Route<?>> commands(Runnable announce) {
        return new AdminRoutes(ground, books, operator, money).table(new SocketGate(), true, announce);
    }

    /** Returns the gate of the operator's routes. */
    public AdminGate adminGate() {
        return new AdminGate(first.admin().sha256(), calls.gate());
    }

    /** Returns the API's description, and the route to which Stripe reports payments. */
    public List<Route<?>> publicRoutes() {
        return List.of(Route.get("/openapi.json", Gate.PUBLIC, new ApiDescription()), money.webhook());
    }

    /** Returns the pages, of customers and operators. */
    public List<Route<?>> pageRoutes() {
        return RouteList.of(
                pages.routes(),
                new ConsoleRoutes(ground, books, calls, people, money, operator, pages.pages()).table());
    }

    /** Returns what is done again and again. */
    public List<Sweep> sweeps() {
        List<Sweep> sweeps = new ArrayList<>(people.sweeps(books.writer()));
        sweeps.add(operator.keyring().counting());
        sweeps.add(
                new Sweep("clear-free-pages", FreePages.EVERY, new FreePages(books.database(), books.writer())::clear));
        sweeps.add(new Sweep("begin-plans", PlanSweep.EVERY, books.planSweep()::sweep));
        sweeps.add(new Sweep(
                "return-late",
                LateReturns.EVERY,
                new LateReturns(books.database(), books.writer(), books.sharedClock())::sweep));
        sweeps.add(new Sweep("measure-books", BooksSize.EVERY, operator.size()::measure));
        return sweeps;
    }

    /** Ends the streams of pages that are open. */
    public void closeStreams() {
        pages.close();
    }

    /** Returns what an operator may do while the server runs. Thread-safe. */
    public Administration administration() {
        return operator.administration();
    }

    /** Returns the copies of the books; null without {@code backup.folder}. */
    public @Nullable Copies copies() {
        return operator.copies().copies();
    }

    /** Returns the secret keys of the installation. */
    public SecretKeyring secretKeys() {
        return operator.keyring();
    }

    /** Returns the daily check of the books; null without {@code books.check}. */
    public @Nullable DailyCheck daily() {
        return operator.copies().daily();
    }

    public MailModule mail() {
        return mail;
    }

    public PeopleModule people() {
        return people;
    }

    public MoneyModule money() {
        return money;
    }
}
