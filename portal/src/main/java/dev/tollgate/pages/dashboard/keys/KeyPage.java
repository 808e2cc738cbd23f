package dev.tollgate.pages.dashboard.keys;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.CallFilter;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.Span.Past;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.KeyActions;
import dev.tollgate.customers.keys.KeyActions.KeyStores;
import dev.tollgate.customers.keys.KeyRights;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.jobs.SeenJobs;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyLock;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.models.FirstCall;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.SoldTo;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.dashboard.parts.BudgetBar;
import dev.tollgate.pages.dashboard.parts.FilterChoice;
import dev.tollgate.pages.dashboard.parts.LimitState;
import dev.tollgate.pages.dashboard.parts.LimitStates;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.dashboard.parts.PasswordAgain;
import dev.tollgate.pages.dashboard.parts.UsageChart;
import dev.tollgate.pages.dashboard.usage.MonthPace;
import dev.tollgate.pages.docs.AgentSettings;
import dev.tollgate.pages.frame.Change;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.words.Joined;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtekeyGenerated;

/** {@code /dashboard/keys/{id}}: how much of its limits is used, its settings, its last calls, another secret, its end. */
public record KeyPage(
        CustomerKeys keys,
        KeyOwners owners,
        People people,
        Ledger ledger,
        AccountHistory history,
        SoldTo sold,
        ModelLife life,
        LimitStates limits,
        SeenJobs jobs,
        InstantSource clock) {

    private static final String PATH = KeysPage.PATH + "/{id}";
    private static final Duration DAY = Duration.ofDays(1);
    private static final int CALLS = 6;
    private static final Action<KeyStores, Key> TURN = KeyActions.CHANGE.showing("disabled");
    private static final Action<KeyStores, Key> SAVE =
            KeyActions.CHANGE.showing("allow", "expires_at", "models", "name", "rates", "spend", "tags");

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.partly(Right.KEYS), this::show),
                pages.post(PATH, pages.partly(Right.KEY_LIMITS), this::take));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        String id = request.param("id");
        Optional<Key> key = keys.find(account, id).filter(its -> sees(request, its));
        if (key.isPresent()) {
            return show(request, key.get());
        }
        if (keys.ever(account, id).filter(its -> sees(request, its)).isPresent()) { // its calls and Find lead here
            return PageStep.to(PageLink.to(PageLink.REQUESTS).with("key", id).text());
        }
        throw noSuchKey();
    }

    private PageStep show(PageRequest<Visitor.Member> request, Key key) {
        KeyForm form = KeyForm.of(key, zone(request), request.money());
        String done = request.query("done");
        String said = done == null
                ? null
                : switch (done) {
                    case "before" ->
                        say(
                                "This form already created this key, so no second key was created. Its secret was shown once. If you did not save it, create a new secret below.");
                    case "moved" -> say("Moved. Its programs go on. Its spending starts at zero.");
                    case "saved" -> say("Saved. The change applies from the next call.");
                    case "turned" -> key.disabled() ? KeysPage.offText(key) : say("Calls with this key work again.");
                    default -> null;
                };
        return PageStep.show(page(request, key, form, Map.of(), said));
    }

    private Key key(PageRequest<Visitor.Member> request) {
        return keys.find(request.visitor().accountId(), request.param("id"))
                .filter(key -> sees(request, key))
                .orElseThrow(KeyPage::noSuchKey);
    }

    private static boolean sees(PageRequest<Visitor.Member> request, Key key) {
        return KeyOwners.membership(request).view(Right.KEYS).sees(key.owner());
    }

    private static RuntimeException noSuchKey() {
        return ApiError.of(ErrorCode.INVALID_REQUEST, sentence("There is no such key."))
                .withStatus(404)
                .asException();
    }

    private PageStep take(PageRequest<Visitor.Member> request, Form sent) {
        Key key = key(request);
        boolean isSaved = sent.text("deed").equals(SAVE.name()) && !isTurned(sent);
        KeyForm typed = KeyForm.of(sent);
        KeyForm present = KeyForm.of(key, zone(request), isSaved ? typed.money(request.money()) : request.money());
        KeyForm shown = isSaved ? typed.over(present, locked(request, key).contains(KeyLock.MODELS)) : present;
        Map<String, String> wrong = wrong(request, key, sent);
        if (!wrong.isEmpty()) {
            return PageStep.again(page(request, key, shown, wrong, null));
        }
        return ActionForms.of(
                        KeyFields.stores(keys, sold.standard(), key),
                        isSaved ? SAVE : TURN,
                        KeyActions.ROTATE,
                        KeyActions.MOVE,
                        KeyActions.DELETE)
                .take(
                        request,
                        isSaved ? shown.fields(SAVE, present, zone(request)) : sent,
                        Map.of("id", key.id()),
                        errors -> page(request, key(request), shown, errors, null),
                        done -> done(request, done, isSaved));
    }

    /** Returns the parts that the visitor cannot change. */
    private static Set<KeyLock> locked(PageRequest<Visitor.Member> request, Key key) {
        boolean isMembers =
                key.owner().memberId().equals(KeyOwners.membership(request).id());
        return isMembers ? key.locks() : Set.of();
    }

    private static boolean isTurned(Form sent) {
        return sent.text("deed").equals(TURN.name()) && sent.field("disabled") != null;
    }

    /** Returns what is wrong with a form before its action is asked for. To stop a key is never hard. */
    private Map<String, String> wrong(PageRequest<Visitor.Member> request, Key key, Form sent) {
        boolean isDeleted = sent.text("deed").equals(KeyActions.DELETE.name());
        String name = key.settings().name();
        if (isDeleted && callsOfADay(key) > 0 && !sent.text("typed").strip().equals(name)) {
            return Map.of("typed", say("Type the key's name, {name}, to delete it.", name));
        }
        boolean isEnd = isDeleted || (isTurned(sent) && sent.text("disabled").equals("true"));
        boolean isGuarded = key.settings().kind() == KeyKind.MANAGEMENT && !isEnd;
        return isGuarded ? PasswordAgain.errors(people, request, sent) : Map.of();
    }

    private PageStep done(PageRequest<Visitor.Member> request, ActionForms.Done done, boolean isSaved) {
        if (done.value() instanceof KeyResult.Made made) {
            return RevealedKey.show(request, made, sold, life, clock.instant());
        }
        String said = done.is(KeyActions.MOVE) ? "moved" : isSaved ? "saved" : "turned";
        return PageStep.to(
                done.is(KeyActions.DELETE) ? KeysPage.PATH + "?deleted=1" : path((Key) done.value()) + "?done=" + said);
    }

    private PageStep.Drawing page(
            PageRequest<Visitor.Member> request,
            Key key,
            KeyForm form,
            Map<String, String> errors,
            @Nullable String said) {
        Instant now = clock.instant();
        Map<SpendWindow, WindowUse> uses =
                ledger.windows(key.accountId(), List.of(key.id()), now).getOrDefault(key.id(), Map.of());
        List<BudgetBar> windows = BudgetBar.ofLimits("", key.settings().spend(), uses, now);
        KeyRow row = KeyRow.of(key, now);
        CallFilter its = CallFilter.of(KeyFilter.ofKey(key.id()));
        List<CallRow> calls =
                history.calls(key.accountId(), its, null, null, CALLS).calls();
        long lately = callsOfADay(key);
        Spent spent = spent(request, key, now);
        SeenJobs.OfKey open = jobs.open(key.accountId(), key.owner().originId());
        KeyFields fields =
                KeyFields.of(locked(request, key), form, errors, KeyFields.models(sold.standard(), key), request);
        String version = shownVersion(form, key);
        // A form that was filled in is shown again with a field for the password; else that comes first.
        boolean isFilledIn = !form.text("version").isEmpty();
        boolean isLocked = row.management()
                && !isFilledIn
                && !people.sessions().isProved(request.visitor().session());
        List<AgentSettings> agents = row.management() || request.query("agents") == null
                ? null
                : RevealedKey.agents(request, FirstCall.VARIABLE, key, sold.standard(), life);
        Owned owned = owned(request, key, now);
        return (out, shell) -> JtekeyGenerated.render(
                out,
                null,
                shell,
                row,
                new Activity(windows, spent, now, calls, lately, open),
                owned,
                new Edit(fields, version, isLocked, said, agents));
    }

    /**
     * The key's owner, and what the visitor may do with the key.
     *
     * @param owner in words
     * @param restrict whether the visitor may limit, disable and delete it
     * @param change whether the visitor may also rename it and get another secret
     * @param enable whether the visitor may take its calls again
     * @param targets the owners to whom it can be moved
     * @param locked what only others can change, in words; empty if nothing is
     */
    public record Owned(
            String owner,
            boolean restrict,
            boolean change,
            boolean enable,
            List<FilterChoice> targets,
            String locked,
            Limits limits) {}

    /** The limits of a key's calls. @param refusing those that refuse them @param states of the key's own */
    public record Limits(List<LimitState> budgets, List<LimitStates.Line> refusing, LimitStates.All states) {}

    private static String word(KeyLock lock) {
        return switch (lock) {
            case DISABLED -> say("lock::disabled");
            case SPEND -> say("lock::spend");
            case RATES -> say("lock::rates");
            case PRICES -> say("lock::prices");
            case ALLOW -> say("lock::allow");
            case MODELS -> say("lock::models");
            case EXPIRES_AT -> say("lock::expires at");
        };
    }

    private Owned owned(PageRequest<Visitor.Member> request, Key key, Instant now) {
        Membership own = KeyOwners.membership(request);
        KeyOwners.Names names = owners.names(key.accountId());
        return new Owned(
                names.of(key.owner()),
                KeyRights.mayRestrict(own, key),
                KeyRights.mayChange(own, key),
                KeyRights.mayEnable(own, key),
                owners.targets(own, key),
                Joined.facts(key.locks().stream().sorted().map(KeyPage::word)),
                new Limits(
                        limits.path(key.accountId(), key.id(), key.owner(), names.member(key.owner()), now),
                        limits.refusing(
                                request.visitor().person(), request.money(), now, Set.copyOf(LimitStates.owners(key))),
                        limits.all(key.accountId(), List.of(key), now)));
    }

    /**
     * The key's spend.
     *
     * @param past the month before, to the same moment
     * @param chart of thirty days by model; null if there were no calls
     */
    public record Spent(
            MonthPace month,
            Change change,
            Past past,
            @Nullable Chart chart) {}

    private Spent spent(PageRequest<Visitor.Member> request, Key key, Instant now) {
        ZoneId zone = zone(request);
        Span month = MonthPace.span(history, zone, now);
        Past past = history.past(key.accountId(), month, true);
        MonthPace pace = MonthPace.of(spent(key, month), zone, now);
        Change change = Change.ofAmount(pace.spent(), spent(key, past.span()), past, Change.Good.DOWN, request.money());
        Chart chart = UsageChart.ofThirtyDays(
                history, sold.standard(), key.accountId(), KeyFilter.ofKey(key.id()), zone, now, request.money());
        return new Spent(pace, change, past, chart);
    }

    private long spent(Key key, Span span) {
        return history.usage(
                        key.accountId(), new UsageQuestion(span, Set.of(), null, KeyFilter.ofKey(key.id()), null, 1))
                .all()
                .netMicros();
    }

    /** Returns how many calls of a key have ended within the last 24 hours. */
    private long callsOfADay(Key key) {
        Instant now = clock.instant();
        Span span = history.span(now.minus(DAY), now, ZoneId.of("UTC"));
        return history.usage(
                        key.accountId(), new UsageQuestion(span, Set.of(), null, KeyFilter.ofKey(key.id()), null, 1))
                .all()
                .calls();
    }

    /** A form that is shown again keeps the version that it was made from: what was not seen is not overwritten by sending it twice. */
    private static String shownVersion(KeyForm form, Key key) {
        String sent = form.text("version");
        return sent.isEmpty() ? Long.toString(key.version()) : sent;
    }

    private static String path(Key key) {
        return KeysPage.PATH + "/" + key.id();
    }

    private static ZoneId zone(PageRequest<Visitor.Member> request) {
        return request.visitor().person().preferences().zone();
    }

    /** The calls and the charges of a key, at a time, and its open jobs. */
    public record Activity(
            List<BudgetBar> windows, Spent spent, Instant now, List<CallRow> calls, long lately, SeenJobs.OfKey jobs) {}

    /** The form of a key. */
    public record Edit(
            KeyFields fields,
            String version,
            boolean locked,
            @Nullable String said,
            @Nullable List<AgentSettings> agents) {}
}
