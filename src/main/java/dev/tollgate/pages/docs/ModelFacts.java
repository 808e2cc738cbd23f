package dev.tollgate.pages.docs;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.http.limits.Rates;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.pages.frame.Texts;
import java.math.BigDecimal;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One model as pages describe it: finished texts.
 *
 * @param input credits for a million tokens; likewise output
 * @param inputDollars the same in dollars; likewise outputDollars
 * @param thoughts what they cost, in words
 * @param rounding how a charge becomes a whole amount
 * @param contextTokens the most that may be asked; likewise outputTokens
 * @param rates what an account may use of it a minute, each a sentence; empty where nothing is said
 * @param takes what it can do and what not, by name
 * @param retirement a sentence on its end; null where none is near
 */
public record ModelFacts(
        String id,
        List<String> aliases,
        String input,
        String output,
        String inputDollars,
        String outputDollars,
        String thoughts,
        String rounding,
        String contextTokens,
        String outputTokens,
        List<String> rates,
        List<Fact> takes,
        @Nullable String retirement) {

    private static final BigDecimal DOLLARS_A_CREDIT = new BigDecimal("0.005");

    /** @param name of what is said */
    public record Fact(String name, String text) {}

    static ModelFacts of(Model model, ModelLife life) {
        Model now = life.current(model);
        Pricing price = now.pricing();
        UpstreamModel upstream = now.upstream();
        return new ModelFacts(
                now.id(),
                now.aliases(),
                Texts.price(price.inputMicrosPerMillion()),
                Texts.price(price.outputMicrosPerMillion()),
                dollars(price.inputMicrosPerMillion()),
                dollars(price.outputMicrosPerMillion()),
                price.reasoningBilled() ? "billed as output" : "free",
                price.rounding().describe(),
                Texts.number(upstream.inputTokensMax()),
                Texts.number(upstream.outputTokensMax()),
                rates(now.rates()),
                takes(now, upstream),
                retirement(life.retirement(model)));
    }

    /** All on one line, for lists. */
    public String ratesInShort() {
        return rates.isEmpty() ? "–" : String.join(", ", rates);
    }

    /** Exact, with two decimals at least. */
    private static String dollars(long microsPerMillion) {
        BigDecimal dollars = BigDecimal.valueOf(microsPerMillion, 6)
                .multiply(DOLLARS_A_CREDIT)
                .stripTrailingZeros();
        return "$" + (dollars.scale() < 2 ? dollars.setScale(2) : dollars).toPlainString();
    }

    private static List<String> rates(Rates rates) {
        List<String> said = new ArrayList<>();
        if (rates.requests() != null) {
            said.add(Texts.number(rates.requests()) + " requests a minute");
        }
        if (rates.tokens() != null) {
            said.add(Texts.number(rates.tokens()) + " tokens a minute");
        }
        if (rates.concurrency() != null) {
            said.add(Texts.number(rates.concurrency()) + " calls at once");
        }
        return said;
    }

    private static List<Fact> takes(Model model, UpstreamModel upstream) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Streams", model.streamByDefault() ? "unless told otherwise" : "where asked to"));
        facts.add(new Fact("Thoughts shown", model.thoughtsByDefault() ? "unless told otherwise" : "where asked for"));
        facts.add(new Fact("Reasoning effort", efforts(model, upstream)));
        Long most = model.maxTokensByDefault();
        facts.add(new Fact(
                "Maximum where none is named", most == null ? "what the model can say" : Texts.count(most, "token")));
        facts.add(new Fact("Tools", tools(model.tools())));
        facts.add(new Fact("Structured output", formats(model.formats())));
        facts.add(new Fact(
                "Answers a call (n)", upstream.candidatesMax() == 1 ? "1" : "up to " + upstream.candidatesMax()));
        facts.add(new Fact("Penalties", yesOrNo(upstream.penalties())));
        facts.add(new Fact("Log probabilities", yesOrNo(upstream.logprobs())));
        facts.add(new Fact("Continues an assistant's message", yesOrNo(upstream.trailingAssistant())));
        return facts;
    }

    private static String efforts(Model model, UpstreamModel upstream) {
        Set<Effort> efforts = upstream.thinking().efforts();
        if (efforts.isEmpty()) {
            return "none";
        }
        String words = efforts.stream().sorted().map(Effort::word).collect(Collectors.joining(", "));
        Effort usual = model.effortByDefault();
        return words + (usual == null ? "; the model's own by default" : "; " + usual.word() + " by default");
    }

    private static String tools(Model.Tools tools) {
        if (!tools.functions() && !tools.search()) {
            return "none";
        }
        if (!tools.functions() || !tools.search()) {
            return tools.functions() ? "functions" : "web search";
        }
        return tools.functionsWithSearch() ? "functions and web search" : "functions or web search";
    }

    private static String formats(Model.Formats formats) {
        if (!formats.json()) {
            return "no";
        }
        List<String> not = new ArrayList<>();
        if (!formats.jsonWithFunctions()) {
            not.add("functions");
        }
        if (!formats.jsonWithSearch()) {
            not.add("web search");
        }
        return not.isEmpty() ? "yes" : "yes, not with " + String.join(" or ", not);
    }

    private static String yesOrNo(boolean is) {
        return is ? "yes" : "no";
    }

    private static @Nullable String retirement(ModelLife.@Nullable Retirement end) {
        if (end == null) {
            return null;
        }
        String day = Texts.day(end.at(), ZoneOffset.UTC);
        return end.isInEffect()
                ? "What stood behind it has retired; " + end.successor() + " answers in its place."
                : "What stands behind it retires on " + day + "; from then on " + end.successor() + " answers.";
    }
}
