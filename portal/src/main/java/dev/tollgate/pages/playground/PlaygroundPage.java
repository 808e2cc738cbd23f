package dev.tollgate.pages.playground;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.words.Language;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.SpendPath;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.AccountHistory.Charge;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.keys.Authentication;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.RequestCount;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.SoldTo;
import dev.tollgate.models.Usage;
import dev.tollgate.pages.dashboard.requests.PriceLines;
import dev.tollgate.pages.dashboard.requests.ShortageWords;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import templates.JteplaygroundGenerated;
import tools.jackson.databind.json.JsonMapper;

/** {@code /playground}, and what its script asks. */
public record PlaygroundPage(
        SoldTo sold,
        ModelLife life,
        CustomerKeys keys,
        RequestCount count,
        AccountHistory history,
        Ledger ledger,
        InstantSource clock) {

    /** Attached images and audio, and images of models, are shown from memory: no page of another server is asked for one. Model output enters the page only through a sanitizer. */
    private static final String CSP =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'"
                    + " data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
                    + " require-trusted-types-for 'script'; trusted-types dompurify";

    private static final JsonMapper JSON = new JsonMapper();

    /** The time whose calls say what the next one will cost. */
    private static final Duration USUAL_OF = Duration.ofDays(7);

    /**
     * The amount that a call can spend.
     *
     * @param label of the amount: the balance, or how long the tightest budget leaves it
     */
    public record Spendable(long micros, String label) {

        private static Spendable of(SpendPath path, boolean seesBalance) {
            long left = path.leftMicros();
            return new Spendable(
                    left,
                    path.limits().stream()
                            .filter(limit -> left < path.account().balance().balanceMicros())
                            .filter(limit -> limit.leftMicros() == left)
                            .map(limit -> label(limit.window()))
                            .findFirst()
                            .orElse(seesBalance ? say("Balance") : label(SpendWindow.TOTAL)));
        }

        private static String label(SpendWindow window) {
            return switch (window) {
                case HOUR -> say("Left for you this hour");
                case DAY -> say("Left for you today");
                case WEEK -> say("Left for you this week");
                case MONTH -> say("Left for you this month");
                case TOTAL -> say("Left for you");
            };
        }
    }

    /** A person whose page looks at a call that it has made. */
    private record Looker(KeyCaller caller, Visitor.Member member) implements Caller {

        boolean seesBalance() {
            return member.person().may(Right.BALANCE);
        }

        @Override
        public String accountId() {
            return caller.accountId();
        }
    }

    /**
     * @param chat makes the call's route for a gate
     * @param estimate makes the route of the maximum price for a gate
     * @param counting makes the route that counts tokens for a gate
     * @param fit makes the route that says whether a response fits its schema for a gate
     */
    public List<Route<?>> routes(
            Pages pages,
            Function<Gate<KeyCaller>, Route<KeyCaller>> chat,
            Function<Gate<KeyCaller>, Route<KeyCaller>> estimate,
            Function<Gate<KeyCaller>, Route<KeyCaller>> counting,
            Function<Gate<KeyCaller>, Route<KeyCaller>> fit) {
        Gate<KeyCaller> counted = pages.calls(this::caller, count::count);
        // what a script asks about a call that it has made is no request of the account's
        Gate<KeyCaller> asking = pages.calls(this::caller, (_, _) -> {});
        List<Route<?>> routes = new ArrayList<>();
        routes.add(pages.get("/playground", pages.partly(Right.PLAYGROUND), this::show));
        routes.add(chat.apply(counted).withErrors(PlaygroundErrors.INSTANCE));
        routes.add(estimate.apply(counted));
        routes.add(counting.apply(counted));
        routes.add(fit.apply(asking));
        Gate<Looker> looking = pages.calls(member -> new Looker(caller(member), member), (_, _) -> {});
        routes.add(Route.get("/playground/calls/{id}", looking, (Exchange exchange, Looker looker) -> {
            String id = exchange.pathParam("id");
            answer(exchange, pages, looker.member(), () -> json(looker, id));
        }));
        routes.add(Route.get(
                "/playground/shortage",
                looking,
                (Exchange exchange, Looker looker) ->
                        answer(exchange, pages, looker.member(), shortage(exchange, looker.caller()))));
        return routes;
    }

    private KeyCaller caller(Visitor.Member member) {
        if (!member.mayPartly(Right.PLAYGROUND)) {
            throw ApiError.of(
                            ErrorCode.INVALID_REQUEST,
                            sentence("Your role in this organization does not include the playground."))
                    .withStatus(403)
                    .asException();
        }
        Membership own = Objects.requireNonNull(member.person().membership());
        Authentication found = keys.playground(member.accountId(), own.id());
        if (found instanceof Authentication.Found(var key, var rates, var labels)) {
            return new KeyCaller(key, rates, labels);
        }
        throw ApiError.of(ErrorCode.INTERNAL_ERROR, sentence("The playground cannot be used right now. Try again."))
                .withStatus(503)
                .asException();
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        String accountId = request.visitor().accountId();
        Catalogue catalogue = catalogue(accountId);
        UsualCharges usual = usual(accountId);
        List<ModelChoice> models = catalogue.answering().stream()
                .map(model -> new ModelChoice(
                        life.current(life.offered(model)), life.retirement(model) != null, usual.json(model.id())))
                .toList();
        String asked = request.query("model");
        String chosen = asked == null
                ? life.lasting(catalogue.answering()).orElseThrow().id()
                : asked;
        Membership own = Objects.requireNonNull(request.visitor().person().membership());
        boolean seesBalance = request.visitor().person().may(Right.BALANCE);
        Spendable left = path(accountId, "", new KeyOwner(own.id(), "", ""))
                .map(path -> Spendable.of(path, seesBalance))
                .orElseThrow();
        return PageStep.show((out, shell) ->
                        JteplaygroundGenerated.render(out, null, shell, models, chosen, request.address(), left))
                .with("content-security-policy", CSP);
    }

    private Optional<SpendPath> path(String accountId, String keyId, KeyOwner owner) {
        return ledger.path(accountId, keyId, owner, SpendLimits.NONE, clock.instant());
    }

    private UsualCharges usual(String accountId) {
        return UsualCharges.of(
                history.charges(accountId, clock.instant().minus(USUAL_OF)), charge -> promptMicros(accountId, charge));
    }

    private Catalogue catalogue(String accountId) {
        return sold.catalogue(accountId, clock.instant());
    }

    private long promptMicros(String accountId, Charge charge) {
        Model model = catalogue(accountId).find(charge.model());
        return model == null ? 0 : life.current(model).pricing().chargeMicros(Usage.of(charge.promptTokens(), 0, 0));
    }

    private static void answer(Exchange exchange, Pages pages, Visitor.Member member, Supplier<String> json) {
        Language language = pages.language(exchange, member);
        exchange.compute(() -> language.boundIn(pages.year(member), json::get), body -> {
            exchange.setHeader("cache-control", "no-store");
            exchange.json(200, body.getBytes(StandardCharsets.UTF_8));
        });
    }

    /** Returns the page's sentence for a refusal because of missing credits. The script sends the figures, so any server can answer. */
    private Supplier<String> shortage(Exchange exchange, KeyCaller caller) {
        Shortage shortage = PlaygroundErrors.read(exchange::query);
        if (shortage == null) {
            throw ApiError.of(
                            ErrorCode.INVALID_REQUEST,
                            sentence("This refusal has another reason than missing credits."))
                    .asException();
        }
        Model model = catalogue(caller.accountId()).find(Objects.requireNonNullElse(exchange.query("model"), ""));
        String asked = Objects.requireNonNullElse(exchange.query("max"), "");
        long lower = shortage instanceof Shortage.OfCredits credits && model != null
                ? LowerMaximum.tokens(
                        credits, life.current(model).pricing(), asked.matches("[0-9]{1,9}") ? Long.parseLong(asked) : 0)
                : 0;
        return () -> JSON.writeValueAsString(Map.of(
                "says",
                ShortageWords.now(
                        shortage, say("The playground"), history.runningCalls(caller.accountId()), clock.instant()),
                "lower",
                lower));
    }

    /** Returns the end of a call, for the person who stopped it. */
    private String json(Looker looker, String id) {
        KeyCaller caller = looker.caller();
        String accountId = caller.accountId();
        CallRow call = history.call(accountId, id, KeyFilter.ofKey(caller.key().id()))
                .orElseThrow(
                        () -> ApiError.of(ErrorCode.INVALID_REQUEST, sentence("There is no such call in this account."))
                                .withStatus(404)
                                .asException())
                .call();
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("ended", call.endedAt() != null);
        told.put("status", call.status().name().toLowerCase(Locale.ROOT));
        told.put("charged", Display.charge(call.chargeMicros()));
        told.put("micros", call.chargeMicros());
        SpendPath path =
                path(accountId, caller.key().id(), caller.key().owner()).orElseThrow();
        Spendable left = Spendable.of(path, looker.seesBalance());
        told.put("left", left.micros());
        told.put("label", left.label());
        if (looker.seesBalance()) {
            told.put("balance", path.account().balance().balanceMicros());
        }
        told.put("usual", usual(accountId).json(call.modelId()));
        PriceLines price = PriceLines.of(call);
        told.put("price", price == null ? List.of() : table(price));
        return JSON.writeValueAsString(told);
    }

    /** Cells, row by row, the heads first. */
    private static List<List<String>> table(PriceLines price) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", say("Tokens"), price.rateHead(), price.amountHead()));
        price.lines().forEach(line -> rows.add(List.of(line.what(), line.tokens(), line.rate(), line.amount())));
        if (!price.conditions().isEmpty()) {
            rows.add(List.of(price.conditions()));
        }
        return rows;
    }
}
