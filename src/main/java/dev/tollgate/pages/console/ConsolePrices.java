package dev.tollgate.pages.console;

import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.Usage;
import dev.tollgate.models.prices.PriceVersion;
import dev.tollgate.operator.admin.Prices;
import dev.tollgate.operator.admin.Refused;
import dev.tollgate.operator.admin.TariffEdit;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.math.BigDecimal;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import templates.console.JtepriceGenerated;
import templates.console.JtepricesGenerated;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /console/prices[/{model}]}: what is charged, what that earns, and a new version of it, shown next to the old one before it is set.
 *
 * @param foresight as of now
 */
public record ConsolePrices(Prices prices, Supplier<Foresight> foresight, DeedForms forms) {

    static final String PATH = "/console/prices";
    private static final int VERSIONS = 20;

    /** A call of the usual size, thoughts included. */
    public static final Usage EXAMPLE = new Usage(2_000, 0, 500, 800, 0, 0, 0, 500);

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.operators(), request -> list()),
                pages.get(PATH + "/{model...}", pages.operators(), this::one),
                pages.post(PATH + "/{model...}", pages.operators(), this::set));
    }

    private PageStep list() {
        Foresight now = foresight.get();
        List<Prices.Sold> all = prices.all();
        return PageStep.show((out, shell) -> JtepricesGenerated.render(out, null, shell, all, now));
    }

    private PageStep one(PageRequest<Visitor.Member> request) {
        Map<String, String> kept = forms.kept(request);
        return kept.isEmpty() ? PageStep.show(drawing(request, null, null, null)) : compare(request, kept);
    }

    /** Shows what changes; it changes nothing. */
    private PageStep compare(PageRequest<Visitor.Member> request, Map<String, String> typed) {
        try {
            Pricing next = prices.next(request.param("model"), change(typed));
            return PageStep.show(drawing(request, next, null, typed.get("reason")));
        } catch (Refused | IllegalArgumentException e) {
            return PageStep.again(drawing(request, null, String.valueOf(e.getMessage()), null));
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
            Prices.Change change = change(form.fields());
            next = prices.next(request.param("model"), change);
            prices.set(forms.by(request, form), request.param("model"), change);
            return PageStep.to(path + "?done=price");
        } catch (Refused | IllegalArgumentException e) {
            return PageStep.again(drawing(request, next, String.valueOf(e.getMessage()), form.field("reason")));
        }
    }

    private Prices.Sold sold(PageRequest<Visitor.Member> request) {
        try {
            return prices.one(request.param("model"));
        } catch (Refused e) {
            throw ConsoleAccount.notFound(String.valueOf(e.getMessage()));
        }
    }

    private static Prices.Change change(Map<String, String> typed) {
        ObjectNode members = JsonNodeFactory.instance.objectNode();
        for (String name : List.of("input", "output")) {
            members.put(name, new BigDecimal(typed.getOrDefault(name, "").strip()));
        }
        return new Prices.Change(
                TariffEdit.of(members), "billed".equals(typed.get("thoughts")), null, typed.get("looked"));
    }

    /** @param next what was typed; null for the price of today */
    private PageStep.Drawing drawing(
            PageRequest<Visitor.Member> request,
            @Nullable Pricing next,
            @Nullable String error,
            @Nullable String reason) {
        Prices.Sold sold = sold(request);
        boolean isDone = request.query("done") != null && error == null;
        try {
            List<PriceVersion> versions = prices.versions(request.param("model"), Long.MAX_VALUE, VERSIONS);
            return (out, shell) -> JtepriceGenerated.render(
                    out, null, shell, sold, next, Objects.requireNonNullElse(reason, ""), versions, isDone, error);
        } catch (Refused e) {
            throw ConsoleAccount.notFound(String.valueOf(e.getMessage()));
        }
    }

    /** Returns whether a price is below what the upstream charges; false if that is not known. */
    public static boolean isLoss(Pricing price, UpstreamModel.@Nullable Cost cost) {
        return cost != null
                && (price.inputMicrosPerMillion() < cost.inputMicrosPerMillion()
                        || price.outputMicrosPerMillion() < cost.outputMicrosPerMillion());
    }

    /** Returns the day from which another model replaces this one at a cost; "now" for the first cost of a model that already replaces it. */
    public static String day(Prices.Retirement retirement, Prices.Later later) {
        boolean isNow =
                retirement.end().isInEffect() && later.equals(retirement.costs().getFirst());
        return isNow ? "now" : Display.day(later.from(), ZoneOffset.UTC);
    }

    public static String thoughts(Pricing price) {
        return price.reasoningBilled() ? "billed" : "free";
    }

    public static String percent(@Nullable BigDecimal percent) {
        return percent == null ? "–" : percent.toPlainString().replace('-', '−') + " %";
    }

    public static String input(UpstreamModel.@Nullable Cost cost) {
        return cost == null ? "–" : Display.price(cost.inputMicrosPerMillion());
    }

    public static String output(UpstreamModel.@Nullable Cost cost) {
        return cost == null ? "–" : Display.price(cost.outputMicrosPerMillion());
    }

    /** Returns what the catalogue's file says instead. */
    public static String ofFile(Prices.Sold sold) {
        Pricing file = sold.ofFile();
        return "Catalogue file: " + Display.price(file.inputMicrosPerMillion()) + " in, "
                + Display.price(file.outputMicrosPerMillion()) + " out, thoughts " + thoughts(file)
                + "; it is not applied.";
    }
}
