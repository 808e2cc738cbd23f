package dev.tollgate.pages.console;

import dev.tollgate.base.money.Credits;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.Usage;
import dev.tollgate.operator.admin.Prices;
import dev.tollgate.operator.admin.Refused;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Texts;
import dev.tollgate.pages.frame.Visitor;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code /console/prices[/{model}]}: what is charged, what that earns, and a new version of it, shown next to the old one before it is set. */
public final class ConsolePrices {

    static final String PATH = "/console/prices";
    private static final String ONE = "console/price.jte";
    private static final int VERSIONS = 20;

    /** A call of the usual size, thoughts included. */
    private static final Usage EXAMPLE = new Usage(2_000, 0, 500, 800, 0, 0, 0, 500);

    private final Prices prices;
    private final Supplier<Foresight> foresight;
    private final DeedForms forms;

    /** @param foresight as of now */
    public ConsolePrices(Prices prices, Supplier<Foresight> foresight, DeedForms forms) {
        this.prices = prices;
        this.foresight = foresight;
        this.forms = forms;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.operators(), request -> list()),
                pages.get(PATH + "/{model...}", pages.operators(), this::one),
                pages.post(PATH + "/{model...}", pages.operators(), this::set));
    }

    /** A model, written out; prices are credits per million tokens. @param file what the file says, where that is something else; else null */
    public record Line(
            String id,
            String input,
            String output,
            String thoughts,
            String upstream,
            String upstreamInput,
            String upstreamOutput,
            String inputMargin,
            String outputMargin,
            boolean isLoss,
            @Nullable String file) {}

    /** What a model earns at the price of now once another one answers, from a day on, written out. */
    public record After(
            String id,
            String day,
            String successor,
            String costInput,
            String costOutput,
            String inputMargin,
            String outputMargin,
            boolean isLoss) {}

    /** A version that was set. */
    public record Version(String at, String version, String input, String output, String thoughts) {}

    /** Old and new side by side, for a call of 2,000 tokens in, 500 out and 800 of thoughts. */
    public record Compared(
            String inputBefore,
            String inputAfter,
            String outputBefore,
            String outputAfter,
            String thoughtsBefore,
            String thoughtsAfter,
            String exampleBefore,
            String exampleAfter,
            String exampleCost,
            boolean isLoss) {}

    private PageStep list() {
        Foresight now = foresight.get();
        List<Prices.Sold> all = prices.all();
        return PageStep.show(
                "console/prices.jte",
                Map.of(
                        "lines",
                        all.stream().map(ConsolePrices::line).toList(),
                        "after",
                        all.stream().flatMap(ConsolePrices::after).toList(),
                        "losses",
                        now.losses(),
                        "retirements",
                        now.retirements()));
    }

    private PageStep one(PageRequest<Visitor.Member> request) {
        Map<String, String> kept = forms.kept(request);
        return kept.isEmpty() ? PageStep.show(ONE, params(request, null, null, null)) : compare(request, kept);
    }

    /** Shows what changes; it changes nothing. */
    private PageStep compare(PageRequest<Visitor.Member> request, Map<String, String> typed) {
        try {
            Pricing next = next(
                    sold(request),
                    typed.getOrDefault("input", ""),
                    typed.getOrDefault("output", ""),
                    typed.get("thoughts"));
            return PageStep.show(ONE, params(request, next, null, typed.get("reason")));
        } catch (IllegalArgumentException e) {
            return PageStep.again(ONE, params(request, null, String.valueOf(e.getMessage()), null));
        }
    }

    private PageStep set(PageRequest<Visitor.Member> request, Form form) {
        String path = PATH + "/" + request.param("model");
        if (FormState.text(form, "deed").equals("compare")) {
            return compare(request, form.fields());
        }
        PageStep proof = forms.proofFirst(request, form, path);
        if (proof != null) {
            return proof;
        }
        Pricing next = null;
        try {
            next = next(
                    sold(request),
                    FormState.text(form, "input"),
                    FormState.text(form, "output"),
                    form.field("thoughts"));
            prices.set(
                    forms.by(request, form),
                    request.param("model"),
                    new Prices.Change(
                            next.inputMicrosPerMillion(),
                            next.outputMicrosPerMillion(),
                            next.reasoningBilled(),
                            form.field("looked")));
            return PageStep.to(path + "?done=price");
        } catch (Refused | IllegalArgumentException e) {
            return PageStep.again(ONE, params(request, next, String.valueOf(e.getMessage()), form.field("reason")));
        }
    }

    private Prices.Sold sold(PageRequest<Visitor.Member> request) {
        try {
            return prices.one(request.param("model"));
        } catch (Refused e) {
            throw ConsoleAccount.notFound(String.valueOf(e.getMessage()));
        }
    }

    private static Pricing next(Prices.Sold sold, String input, String output, @Nullable String thoughts) {
        Pricing before = sold.pricing();
        return new Pricing(before.version(), price(input), price(output), "billed".equals(thoughts), before.rounding());
    }

    private static long price(String text) {
        long micros = DeedForms.micros(text);
        if (micros < 0 || micros > Pricing.MICROS_PER_MILLION_MAX) {
            throw new IllegalArgumentException("A price is 0 to 1,000,000 credits per million tokens.");
        }
        return micros;
    }

    private Map<String, Object> params(
            PageRequest<Visitor.Member> request,
            @Nullable Pricing next,
            @Nullable String error,
            @Nullable String reason) {
        Prices.Sold sold = sold(request);
        Pricing typed = next == null ? sold.pricing() : next;
        Map<String, Object> params = new HashMap<>();
        params.put("it", line(sold));
        params.put("looked", sold.pricing().version());
        params.put("input", Credits.text(typed.inputMicrosPerMillion()));
        params.put("output", Credits.text(typed.outputMicrosPerMillion()));
        params.put("billed", typed.reasoningBilled());
        params.put("reason", Objects.requireNonNullElse(reason, ""));
        params.put("versions", versions(request));
        params.put("done", request.query("done") != null && error == null);
        if (next != null) {
            params.put("compared", compared(sold, next));
        }
        if (error != null) {
            params.put("error", error);
        }
        return params;
    }

    private List<Version> versions(PageRequest<Visitor.Member> request) {
        ZoneId zone = request.visitor().person().preferences().zone();
        try {
            return prices.versions(request.param("model"), Long.MAX_VALUE, VERSIONS).stream()
                    .map(version -> new Version(
                            Texts.time(version.at(), zone),
                            version.pricing().version(),
                            Texts.price(version.pricing().inputMicrosPerMillion()),
                            Texts.price(version.pricing().outputMicrosPerMillion()),
                            thoughts(version.pricing())))
                    .toList();
        } catch (Refused e) {
            throw ConsoleAccount.notFound(String.valueOf(e.getMessage()));
        }
    }

    private static Compared compared(Prices.Sold sold, Pricing next) {
        Pricing before = sold.pricing();
        UpstreamModel.Cost cost = sold.cost();
        return new Compared(
                Texts.price(before.inputMicrosPerMillion()),
                Texts.price(next.inputMicrosPerMillion()),
                Texts.price(before.outputMicrosPerMillion()),
                Texts.price(next.outputMicrosPerMillion()),
                thoughts(before),
                thoughts(next),
                Texts.charge(before.chargeMicros(EXAMPLE)),
                Texts.charge(next.chargeMicros(EXAMPLE)),
                cost == null ? "not known" : Texts.charge(cost.micros(EXAMPLE)),
                cost != null
                        && (next.inputMicrosPerMillion() < cost.inputMicrosPerMillion()
                                || next.outputMicrosPerMillion() < cost.outputMicrosPerMillion()));
    }

    private static Line line(Prices.Sold sold) {
        UpstreamModel.Cost cost = sold.cost();
        Pricing file = sold.ofFile();
        return new Line(
                sold.modelId(),
                Texts.price(sold.pricing().inputMicrosPerMillion()),
                Texts.price(sold.pricing().outputMicrosPerMillion()),
                thoughts(sold.pricing()),
                sold.upstreamModel(),
                cost == null ? "–" : Texts.price(cost.inputMicrosPerMillion()),
                cost == null ? "–" : Texts.price(cost.outputMicrosPerMillion()),
                percent(sold.inputMargin()),
                percent(sold.outputMargin()),
                sold.isLoss(),
                sold.fileDiffers()
                        ? Texts.price(file.inputMicrosPerMillion()) + " in, "
                                + Texts.price(file.outputMicrosPerMillion()) + " out, thoughts " + thoughts(file)
                        : null);
    }

    private static Stream<After> after(Prices.Sold sold) {
        Prices.Retirement retirement = sold.retirement();
        return retirement == null
                ? Stream.empty()
                : retirement.costs().stream().map(later -> after(sold, retirement.end(), later));
    }

    private static After after(Prices.Sold sold, ModelLife.Retirement end, Prices.Later later) {
        boolean isNow = end.isInEffect()
                && later.equals(
                        Objects.requireNonNull(sold.retirement()).costs().getFirst());
        UpstreamModel.Cost cost = later.cost();
        return new After(
                sold.modelId(),
                isNow ? "now" : Texts.day(later.from(), ZoneOffset.UTC),
                end.successor(),
                cost == null ? "–" : Texts.price(cost.inputMicrosPerMillion()),
                cost == null ? "–" : Texts.price(cost.outputMicrosPerMillion()),
                percent(sold.inputMargin(cost)),
                percent(sold.outputMargin(cost)),
                later.isLoss());
    }

    private static String thoughts(Pricing price) {
        return price.reasoningBilled() ? "billed" : "free";
    }

    private static String percent(@Nullable BigDecimal percent) {
        return percent == null ? "–" : percent.toPlainString().replace('-', '−') + " %";
    }
}
