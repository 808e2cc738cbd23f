package dev.tollgate.portal;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.config.PageSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.figures.NamesOfIds;
import dev.tollgate.customers.notices.Dismissals;
import dev.tollgate.http.Route;
import dev.tollgate.http.RouteList;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.routing.RoutedModel;
import dev.tollgate.models.routing.RoutedModels;
import dev.tollgate.operator.admin.actions.Administration;
import dev.tollgate.pages.console.Concerns;
import dev.tollgate.pages.console.ConsolePage;
import dev.tollgate.pages.console.FirstSteps;
import dev.tollgate.pages.console.accounts.ConsoleAccount;
import dev.tollgate.pages.console.accounts.ConsoleAccounts;
import dev.tollgate.pages.console.accounts.ConsoleOrganization;
import dev.tollgate.pages.console.calls.ConsoleCall;
import dev.tollgate.pages.console.calls.ConsoleCalls;
import dev.tollgate.pages.console.calls.ConsoleJobs;
import dev.tollgate.pages.console.calls.ConsoleRefused;
import dev.tollgate.pages.console.money.ConsoleCampaign;
import dev.tollgate.pages.console.money.ConsoleMonths;
import dev.tollgate.pages.console.money.ConsolePayments;
import dev.tollgate.pages.console.money.ConsoleRevenue;
import dev.tollgate.pages.console.money.ConsoleVouchers;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.ProvePage;
import dev.tollgate.pages.console.prices.ConsoleGroups;
import dev.tollgate.pages.console.prices.ConsolePlans;
import dev.tollgate.pages.console.prices.ConsolePrices;
import dev.tollgate.pages.console.server.ConsoleAudit;
import dev.tollgate.pages.console.server.ConsoleBooks;
import dev.tollgate.pages.console.server.ConsoleChannels;
import dev.tollgate.pages.console.server.ConsoleSettings;
import dev.tollgate.pages.console.server.ConsoleStatus;
import dev.tollgate.pages.dashboard.parts.LimitStates;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.SealedFields;
import java.time.Duration;
import java.util.List;

/** The part of the routes table that operators see. */
record ConsoleRoutes(
        PortalGround ground,
        PortalBooks books,

        AnsweringHalf calls,
        PeopleModule people,
        MoneyModule money,
        OperatorModule operator,
        Pages pages) {

    private static final int NOTICES = 50;
    private static final int DISPUTES = 20;
    private static final int BESIDE = 20;

    /** The time for which a payment that no plan has taken is named. */
    private static final Duration BESIDE_FOR = Duration.ofDays(30);

    List<Route<?>> table() {
        return RouteList.of(front(), accountList(), oneAccount(), requests(), sales(), server());
    }

    private DeedForms forms() {
        return new DeedForms(
                books.people(), new SealedFields(books.secrets()), dismissals(), ground.random(), ground.clock());
    }

    private Dismissals dismissals() {
        return new Dismissals(books.database(), books.writer(), ground.clock());
    }

    private AccountList accounts() {
        return new AccountList(books.database());
    }

    private NamesOfIds names() {
        return new NamesOfIds(books.database());
    }

    private Foresight foresight() {
        return new Foresight(ground.catalogue(), calls.models(), ground.clock().instant());
    }

    private List<Route<?>> front() {
        FirstSteps.Chosen chosen = new FirstSteps.Chosen(
                ground.settings().hasRealUpstream(),
                ground.settings().stripe() != null,
                isTestKey(),
                ground.settings().find(PageSettings.PUBLIC_URL) != null,
                people.signUp()::isOpen);
        FirstSteps steps = new FirstSteps(
                chosen, operator.prices(), operator.administration().deeds(), operator.vouchers(), people.links());
        return RouteList.of(
                new ConsolePage(
                                operator.platform(),
                                operator.calls(),
                                concerns(),
                                steps,
                                () -> !books.kind().isReal(),
                                ground.clock())
                        .routes(pages),
                new ProvePage(books.people(), people.identities(), forms()).routes(pages));
    }

    private boolean isTestKey() {
        Settings.Stripe stripe = ground.settings().stripe();
        return stripe != null && !stripe.isLive();
    }

    private Concerns concerns() {
        return new Concerns(
                calls::channels,
                calls::otherTiers,
                this::foresight,
                this::answeredByOthers,
                operator.prices(),
                operator.groups(),
                operator.booksCheck(),
                operator.platform(),
                books.kind(),
                () -> money.payments().notices().notTaken(NOTICES),
                () -> money.payments().notices().disputes(DISPUTES),
                () -> money.payments().periods().beside(ground.clock().instant().minus(BESIDE_FOR), BESIDE),
                isTestKey(),
                books.sharedClock()::complaint,
                new Concerns.Copies(operator.copies()::alarms, operator.copies()::warnings),
                dismissals(),
                ground.clock());
    }

    private List<RoutedModel> routed() {
        return RoutedModels.all(books.database());
    }

    /** Returns what was answered by another model, unless the catalogue says it. */
    private List<Sentence> answeredByOthers() {
        return routed().stream()
                .filter(row -> !row.isExpected(ground.catalogue()))
                .map(row ->
                        sentence("{sent} by {answered} (channel {channel})", row.sent(), row.answered(), row.channel()))
                .toList();
    }

    private List<Route<?>> accountList() {
        Administration administration = operator.administration();
        return new ConsoleAccounts(
                        accounts(),
                        operator.platform(),
                        operator.calls(),
                        calls.refused(),
                        administration.deeds(),
                        administration.links(),
                        operator.groups(),
                        operator.plans(),
                        forms(),
                        ground.clock())
                .routes(pages);
    }

    private List<Route<?>> oneAccount() {
        Administration administration = operator.administration();
        return new ConsoleAccount(
                        administration,
                        books.people(),
                        operator.deletions(),
                        operator.files(),
                        new ConsoleOrganization(
                                people.members(),
                                people.teams(),
                                people.organizations(),
                                people.mail().webhooks(),
                                people.mail().post(),
                                administration.keys()),
                        books.history(),
                        money.payments(),
                        new LimitStates(
                                books.stores().ledger(),
                                books.stores().keys(),
                                people.teams(),
                                people.members(),
                                calls.refusals()),
                        books.stores().auditLog(),
                        names(),
                        operator.groups(),
                        operator.plans().assignments(),
                        forms(),
                        ground.clock())
                .routes(pages);
    }

    private List<Route<?>> requests() {
        return RouteList.of(
                new ConsoleCalls(
                                operator.calls(),
                                accounts(),
                                ground.catalogue(),
                                operator.platform(),
                                books.history(),
                                ground.clock())
                        .routes(pages),
                new ConsoleJobs(AdminRoutes.jobs(ground, books), accounts(), forms(), ground.clock()).routes(pages),
                new ConsoleRefused(calls.refused(), calls.refusals(), names(), accounts(), ground.clock())
                        .routes(pages),
                new ConsoleCall(
                                operator.calls(),
                                books.history(),
                                operator.administration().deeds(),
                                forms(),
                                ground.clock())
                        .routes(pages),
                new ConsoleChannels(
                                calls::channels, operator.platform(), operator.channelDeeds(), forms(), ground.clock())
                        .routes(pages));
    }

    private List<Route<?>> sales() {
        return RouteList.of(
                new ConsolePrices(operator.prices(), this::foresight, this::routed, forms()).routes(pages),
                new ConsoleGroups(operator.groups(), accounts(), operator.platform(), forms(), books.sharedClock())
                        .routes(pages),
                new ConsolePlans(operator.plans(), operator.groups(), accounts(), forms(), books.sharedClock())
                        .routes(pages),
                new ConsoleVouchers(operator.vouchers(), accounts(), forms(), ground.clock()).routes(pages),
                new ConsoleCampaign(operator.vouchers(), accounts(), forms(), ground.clock()).routes(pages),
                new ConsolePayments(
                                money.payments(),
                                names(),
                                accounts(),
                                operator.months(),
                                money.ways(),
                                money::eventCounts,
                                forms(),
                                (by, event) -> money.askAgain(by, event, books.writer()),
                                ground.clock())
                        .routes(pages),
                new ConsoleRevenue(operator.platform(), ground.clock()).routes(pages));
    }

    private List<Route<?>> server() {
        return RouteList.of(
                new ConsoleBooks(
                                operator.booksCheck(),
                                operator.platform(),
                                operator.size(),
                                operator.copies().daily() != null,
                                operator.copies().copies(),
                                operator.copies()::missing,
                                operator.administration().maintenance(),
                                forms())
                        .routes(pages),
                new ConsoleMonths(operator.months(), money.payments()).routes(pages),
                new ConsoleAudit(books.stores().auditLog(), names(), accounts(), books.people()).routes(pages),
                new ConsoleStatus(operator.announcements(), forms(), ground.clock()).routes(pages),
                new ConsoleSettings(
                                operator.settings(), operator.administration().links(), forms())
                        .routes(pages));
    }
}
