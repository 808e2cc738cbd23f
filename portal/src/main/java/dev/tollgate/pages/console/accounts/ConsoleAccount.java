package dev.tollgate.pages.console.accounts;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.UrlText;
import dev.tollgate.base.money.Credits;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.grants.GrantsNow;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.LedgerPage.LedgerLine;
import dev.tollgate.customers.figures.NamesOfIds;
import dev.tollgate.customers.figures.Overview;
import dev.tollgate.customers.figures.PlatformCalls;
import dev.tollgate.customers.keys.KeyStanding;
import dev.tollgate.customers.payments.BoughtPeriods.BoughtPeriod;
import dev.tollgate.customers.payments.Invoice;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PaymentCursor;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.keys.Key;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.accounts.AccountFiles;
import dev.tollgate.operator.admin.accounts.AccountRoutes;
import dev.tollgate.operator.admin.accounts.Deletions;
import dev.tollgate.operator.admin.accounts.OperatorAccounts;
import dev.tollgate.operator.admin.accounts.OperatorAccounts.AccountLimits;
import dev.tollgate.operator.admin.accounts.OperatorLinks;
import dev.tollgate.operator.admin.accounts.OperatorLinks.MadeLink;
import dev.tollgate.operator.admin.accounts.OperatorPeople;
import dev.tollgate.operator.admin.actions.Administration;
import dev.tollgate.operator.admin.prices.OperatorGroups;
import dev.tollgate.operator.admin.prices.PlanAssignments;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.ConsoleRange;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.DeedLine;
import dev.tollgate.pages.console.parts.FormState;
import dev.tollgate.pages.console.parts.PlatformChart;
import dev.tollgate.pages.console.parts.RangeFigures;
import dev.tollgate.pages.dashboard.parts.LimitStates;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.Metric;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.SwitchLink;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import templates.console.JteaccountGenerated;
import templates.console.JtelinkGenerated;

/** {@code /console/accounts/{id}}: one account, and what an operator does with it. */
public final class ConsoleAccount {

    private static final String PATH = ConsolePaths.ACCOUNTS + "/{id}";
    public static final int KEYS_MAX = 10;
    private static final int LEDGER_LINES = 5;
    private static final int PAYMENTS = 5;
    private static final int DEEDS_READ = 200;

    /** The forms about one person. */
    public static final Set<String> OF_PERSON = Stream.concat(
                    Stream.of(OperatorLinks.RESET_LINK), OperatorPeople.OF_PERSON.stream())
            .flatMap(action -> action.buttons().stream())
            .map(OperatorAction.Button::deed)
            .collect(Collectors.toUnmodifiableSet());

    private final Administration administration;
    private final OperatorAccounts deeds;
    private final People people;
    private final OperatorLinks links;
    private final AccountFiles files;
    private final ConsoleOrganization organization;
    private final AccountHistory history;
    private final Payments payments;
    private final LimitStates states;
    private final AuditLog log;
    private final NamesOfIds names;
    private final OperatorGroups groups;
    private final PlanAssignments plans;
    private final DeedForms forms;
    private final DeedForms.Offers offers;
    private final InstantSource clock;

    public ConsoleAccount(
            Administration administration,
            People people,
            Deletions deletions,
            AccountFiles files,
            ConsoleOrganization organization,
            AccountHistory history,
            Payments payments,
            LimitStates states,
            AuditLog log,
            NamesOfIds names,
            OperatorGroups groups,
            PlanAssignments plans,
            DeedForms forms,
            InstantSource clock) {
        this.administration = administration;
        this.deeds = administration.deeds();
        this.people = people;
        this.links = administration.links();
        this.files = files;
        this.organization = organization;
        this.history = history;
        this.payments = payments;
        this.states = states;
        this.log = log;
        this.names = names;
        this.groups = groups;
        this.plans = plans;
        this.forms = forms;
        this.clock = clock;
        this.offers = forms.offer(deeds, AccountRoutes.OF_ACCOUNT)
                .and(groups, List.of(OperatorGroups.ACCOUNT))
                .and(plans, PlanAssignments.ACTIONS)
                .and(links, List.of(OperatorLinks.INVITE, OperatorLinks.RESET_LINK))
                .and(administration.people(), OperatorPeople.OF_PERSON)
                .and(administration.people(), List.of(OperatorPeople.END_SESSIONS))
                .and(files, List.of(AccountFiles.DELETE))
                .and(deletions, Deletions.ACTIONS);
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.operators(), this::show),
                pages.post(PATH, pages.operators(), forms.proved(this::whom, this::change)));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        return PageStep.show(drawing(request, FormState.kept(forms.kept(request))));
    }

    // ---- deeds ----

    private String whom(PageRequest<Visitor.Member> request) {
        String id = request.param("id");
        try {
            return say("{name} ({id})", deeds.account(id).name(), id);
        } catch (ApiException e) {
            return id;
        }
    }

    private PageStep change(PageRequest<Visitor.Member> request, Form form) {
        String id = request.param("id");
        return offers.take(
                request,
                form,
                Map.of("id", id, OperatorLinks.ACCOUNT.name(), id),
                refused -> PageStep.again(drawing(request, refused)),
                done -> after(request, done, ConsolePaths.ACCOUNTS + "/" + UrlText.encoded(id)));
    }

    /** A link that was not sent is shown once. */
    private static PageStep after(PageRequest<Visitor.Member> request, DeedForms.Done done, String path) {
        return done.value() instanceof MadeLink made && made.path() != null
                ? HandedLink.page(request, made, done.is(OperatorLinks.INVITE), path)
                : done.on(path);
    }

    // ---- what is shown ----

    private PageStep.Drawing drawing(PageRequest<Visitor.Member> request, FormState form) {
        String id = request.param("id");
        Forms shown = new Forms(form, forms.once(), DeedForms.done(request, form.error()));
        ZoneId zone = request.visitor().person().preferences().zone();
        Instant now = clock.instant();
        try {
            Account account = deeds.account(id);
            List<Key> keys = administration.keys().list(id, request.query("keys"), KEYS_MAX);
            Overview overview = history.overview(id, zone).orElseThrow();
            List<PlatformCalls.OfAccount> calls = Stream.concat(overview.running().stream(), overview.latest().stream())
                    .map(call -> new PlatformCalls.OfAccount(id, account.name(), call))
                    .toList();
            List<LedgerLine> ledger = history.entries(id, null, LEDGER_LINES).lines();
            Recent recent = recent(id, account.createdAt(), request);
            Paid paid = paid(id);
            Owned owned = new Owned(
                    people.ofAccount(id),
                    people.removedFrom(id),
                    files.held(id),
                    organization.of(id),
                    keys,
                    links.links().isMailOn());
            GrantsNow grants = deeds.grants(id);
            Standing standing = new Standing(
                    account,
                    account.blocked() ? ban(id, zone) : null,
                    deeds.limits(id),
                    states.all(id, keys, now),
                    grants,
                    AccountGroup.of(groups, account, zone),
                    AccountPlan.of(plans, id, grants.grants(), form, request),
                    now);
            return (out, shell) -> JteaccountGenerated.render(
                    out, null, shell, standing, owned, new Activity(overview, recent, calls, ledger, paid), shown);
        } catch (ApiException e) {
            throw ConsolePaths.notFound(e.error().forPeople());
        }
    }

    /** Figures of an account in the last 30 days, and in those that they are compared with. @param chart null if there are none */
    public record Recent(
            Figures now,
            Figures before,
            ConsoleRange range,
            String title,
            List<SwitchLink> metrics,
            @Nullable Chart chart) {

        /** Returns whether the costs of all calls are known. */
        public boolean isCosted() {
            return now.costed() == now.calls();
        }
    }

    /** Returns the state of a key, the ban of its account and the limit that refuses its calls included. */
    public static Cell badge(Key key, Account account, LimitStates.All states, Instant now) {
        KeyStanding standing = KeyStanding.of(key, now);
        boolean isStopped = standing == KeyStanding.TEAM_PAUSED || standing == KeyStanding.ACTIVE;
        String refused = states.refused(key);
        if (isStopped && account.blocked()) {
            return Cell.badge("", say("stopped by the ban"));
        }
        return standing != KeyStanding.ACTIVE
                ? Cell.badge("", standing.operatorWord().said())
                : refused == null ? Cell.badge("ok", standing.operatorWord().said()) : Cell.badge("bad", refused);
    }

    private Recent recent(String id, Instant begun, PageRequest<Visitor.Member> request) {
        ConsoleRange range = ConsoleRange.of(null, clock.instant()).since(history.firstCall(id), begun);
        Metric metric = Metric.of(request.query("chart"), Metric.OF_PLATFORM, Metric.MONEY);
        PlatformChart figures = RangeFigures.ofAccount(history, id, range, null);
        String calls = ConsolePaths.REQUESTS + "?account=" + UrlText.encoded(id) + "&";
        return new Recent(
                figures.sum(),
                figures.sumBefore(),
                range,
                (metric == Metric.MONEY ? Metric.SPEND : metric).titleOfValue(range.unit()),
                Metric.links(
                        Metric.OF_PLATFORM,
                        metric,
                        it -> ConsolePaths.ACCOUNTS + "/" + UrlText.encoded(id) + "?chart=" + it.word()),
                figures.now().isEmpty() ? null : figures.chart(metric, request.money(), calls));
    }

    /** Returns the deed that has banned the account, a dispute included; null if it is not among the latest deeds. */
    private @Nullable DeedLine ban(String id, ZoneId zone) {
        List<AuditLog.Line> rows =
                log.page(new AuditLog.Filter(null, null, id, Set.of(), null, null), Long.MAX_VALUE, DEEDS_READ).stream()
                        .filter(ConsoleAccount::hasBanned)
                        .limit(1)
                        .toList();
        return rows.isEmpty() ? null : DeedLine.of(rows, names, zone).getFirst();
    }

    private static boolean hasBanned(AuditLog.Line row) {
        String after = row.afterJson();
        return row.action().equals("account.block")
                || (row.action().startsWith("payment.") && after != null && after.contains("\"blocked\":true"));
    }

    /** Returns a limit as it is typed; empty for none. */
    public static String typed(@Nullable Long limit) {
        return limit == null ? "" : limit.toString();
    }

    /** Returns a limit of credits as it is typed; empty for none. */
    public static String typedCredits(@Nullable Long micros) {
        return micros == null ? "" : Credits.text(micros);
    }

    /** The page that shows a link once, for the operator to hand over. */
    static final class HandedLink {

        private HandedLink() {}

        /** @param back where it goes on from there */
        static PageStep page(PageRequest<?> request, MadeLink made, boolean isInvitation, String back) {
            String about = isInvitation
                    ? say(
                            "Pass it on to {email}. Anyone who opens it can choose a password and sign in. It works once, within 7 days,"
                                    + " and is shown only once. Mail is off, so nothing was sent.",
                            made.email())
                    : say(
                            "Pass it on to {email}. Anyone who opens it can set a new password. It works once, within 30 minutes, and is"
                                    + " shown only once.",
                            made.email());
            String link = request.address() + made.path();
            return PageStep.show((out, shell) ->
                    JtelinkGenerated.render(out, null, shell, say("Copy this link now"), about, link, back));
        }
    }

    /** The people and the things of an account. */
    public record Owned(
            List<Person> people,
            List<Person> removed,
            List<AccountFiles.Held> files,
            ConsoleOrganization.Parts organization,
            List<Key> keys,
            boolean mail) {}

    /** The calls and the movements of an account. */
    public record Activity(
            Overview overview,
            Recent recent,
            List<PlatformCalls.OfAccount> calls,
            List<LedgerLine> ledger,
            Paid payments) {}

    /** The latest payments of an account. @param invoices by payment @param periods of plans that they buy, by payment */
    public record Paid(List<Payment> list, Map<String, Invoice> invoices, Map<String, BoughtPeriod> periods) {

        /** Returns the page of a payment's invoice; null without one. */
        public @Nullable String path(Payment payment) {
            return invoices.containsKey(payment.id())
                    ? ConsolePaths.PAYMENTS + "/" + UrlText.encoded(payment.id()) + "/invoice"
                    : null;
        }

        public String number(Payment payment) {
            Invoice invoice = invoices.get(payment.id());
            return invoice == null ? Cell.NOTHING : invoice.number();
        }
    }

    private Paid paid(String id) {
        List<Payment> list = payments.page(id, PaymentCursor.NEWEST, PAYMENTS);
        return new Paid(list, payments.invoices(list), payments.periods().of(list));
    }

    /** An account and its limits, at a time. */
    public record Standing(
            Account account,
            @Nullable DeedLine ban,
            AccountLimits limits,
            LimitStates.All states,
            GrantsNow grants,
            AccountGroup group,
            AccountPlan plan,
            Instant now) {}

    /** The forms of the page, and the result of the last one. */
    public record Forms(
            FormState form, String once, @Nullable String done) {}
}
