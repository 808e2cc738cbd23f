package dev.tollgate.models;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.http.limits.CallLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model on sale: a row of the catalogue.
 *
 * @param id the public id, may contain a slash
 * @param aliases further ids of the model
 * @param active an inactive model is unknown to callers
 * @param upstream the model behind it, with its rules
 * @param pricing prices and rounding in force
 * @param usageForm how the usage is printed (D6)
 * @param answersWithUpstreamName whether {@code model} in the response is the upstream's version (D20) instead of the requested id
 * @param streamByDefault D1
 * @param thoughtsByDefault whether thoughts are shown by default
 * @param effortByDefault null: nothing is sent (D16)
 * @param maxTokensByDefault null: none (D12)
 * @param tools the tools that it supports
 * @param formats the cases in which it accepts a JSON {@code response_format}
 * @param rates rate limits of each account
 * @param prices all prices over time, of which {@code pricing} is one
 * @param callTimeMax how long its calls may take at least, whatever the settings say; null if they decide
 * @param imagesMax the most images of an answer, of a model that makes images
 * @param longTokens the most tokens of an answer that comes in several requests, if that is less than the upstream model's; null for that one's
 */
public record Model(
        String id,
        List<String> aliases,
        boolean active,
        UpstreamModel upstream,
        Pricing pricing,
        UsageForm usageForm,
        boolean answersWithUpstreamName,
        boolean streamByDefault,
        boolean thoughtsByDefault,
        @Nullable Effort effortByDefault,
        @Nullable Long maxTokensByDefault,
        Tools tools,
        Formats formats,
        CallLimits rates,
        PriceSchedule prices,
        @Nullable Duration callTimeMax,
        int imagesMax,
        @Nullable Long longTokens) {

    /** The most images of an answer if the catalogue says nothing. */
    public static final int IMAGES_MAX = 4;

    /** The longest time that a row may give its calls (P17). */
    public static final Duration CALL_TIME_MAX = Duration.ofSeconds(3_600);

    public Model {
        aliases = List.copyOf(aliases);
    }

    /** Makes a model with one price for all times. */
    public Model(
            String id,
            List<String> aliases,
            boolean active,
            UpstreamModel upstream,
            Pricing pricing,
            UsageForm usageForm,
            boolean answersWithUpstreamName,
            boolean streamByDefault,
            boolean thoughtsByDefault,
            @Nullable Effort effortByDefault,
            @Nullable Long maxTokensByDefault,
            Tools tools,
            Formats formats,
            CallLimits rates) {
        this(
                id,
                aliases,
                active,
                upstream,
                pricing,
                usageForm,
                answersWithUpstreamName,
                streamByDefault,
                thoughtsByDefault,
                effortByDefault,
                maxTokensByDefault,
                tools,
                formats,
                rates,
                PriceSchedule.of(pricing),
                null,
                IMAGES_MAX,
                null);
    }

    /** Returns whether it makes embeddings instead of answers (E69). */
    public boolean isEmbedding() {
        return upstream.embedding() != null;
    }

    /** Returns whether it makes speech, and nothing else. */
    public boolean speaks() {
        return upstream.speaks();
    }

    /** Returns whether it answers what it is asked, as a chat does. */
    public boolean answers() {
        return !isEmbedding() && !speaks();
    }

    /** Returns whether answers can have images. */
    public boolean makesImages() {
        return upstream.images() != null;
    }

    /** Returns the most tokens of an answer that comes in several requests (H1); 0 if each answer is one. */
    public long longTokensMax() {
        long most = upstream.longTokensMax();
        long own = longTokens == null ? most : Math.min(longTokens, most);
        return own > upstream.outputTokensMax() ? own : 0;
    }

    /** Returns this model served by another upstream model. */
    public Model standingOn(UpstreamModel other) {
        return with(other, pricing, prices, tools);
    }

    /** Returns this model with functions or tools of the provider's in one call, not both. */
    public Model withoutFunctionsWithSearch() {
        return with(upstream, pricing, prices, tools.apart());
    }

    /** Returns this model without the service tier flex in any of its prices. */
    public Model withoutFlex() {
        return with(
                upstream,
                pricing.withoutFlex(),
                new PriceSchedule(prices.dated().stream()
                        .map(price -> new PriceSchedule.Dated(
                                price.from(), price.pricing().withoutFlex()))
                        .toList()),
                tools);
    }

    /** Returns this model at other prices, with the first one in force. */
    public Model atPrices(PriceSchedule other) {
        return with(upstream, other.dated().getFirst().pricing(), other, tools);
    }

    /** Returns this model at the price in force at a time (P3). */
    public Model at(Instant when) {
        Pricing price = prices.at(when);
        return price == pricing ? this : with(upstream, price, prices, tools);
    }

    private Model with(UpstreamModel upstream, Pricing pricing, PriceSchedule prices, Tools tools) {
        return new Model(
                id,
                aliases,
                active,
                upstream,
                pricing,
                usageForm,
                answersWithUpstreamName,
                streamByDefault,
                thoughtsByDefault,
                effortByDefault,
                maxTokensByDefault,
                tools,
                formats,
                rates,
                prices,
                callTimeMax,
                imagesMax,
                longTokens);
    }

    /** Returns whether it may use a tool of the provider's (Y26): Google Maps if its price has the rate. */
    public boolean uses(ProviderTool tool) {
        return switch (tool) {
            case SEARCH -> tools.search();
            case URL_CONTEXT -> tools.urlContext();
            case CODE_EXECUTION -> tools.codeExecution();
            case MAPS -> pricing.tariff().has(Rate.MAPS);
        };
    }

    /**
     * @param functionsWithSearch whether one call may have functions together with a search or another tool of the provider's
     * @param searchesMax the most searches that are counted of a call
     * @param urlContext whether the provider reads pages for it
     * @param codeExecution whether the provider runs its code
     * @param tokensMax the most tokens that are charged of what the provider's tools add to a prompt, apart from a search alone (Y27)
     */
    public record Tools(
            boolean functions,
            boolean search,
            boolean functionsWithSearch,
            int searchesMax,
            boolean urlContext,
            boolean codeExecution,
            long tokensMax) {

        /** The most searches of a call if the catalogue gives none. */
        public static final int SEARCHES_MAX = 8;

        /** The most tokens of tools if the catalogue gives none. */
        public static final long TOKENS_MAX = 131_072;

        public Tools(boolean functions, boolean search, boolean functionsWithSearch) {
            this(functions, search, functionsWithSearch, SEARCHES_MAX, false, false, TOKENS_MAX);
        }

        Tools apart() {
            return new Tools(functions, search, false, searchesMax, urlContext, codeExecution, tokensMax);
        }
    }

    /** @param json whether a JSON format is accepted at all */
    public record Formats(boolean json, boolean jsonWithFunctions, boolean jsonWithSearch) {}

    /** Returns the usage as printed in its responses (D6; protocol 4.5). */
    public PrintedUsage printed(Usage usage) {
        return printed(usage, usageForm, pricing);
    }

    /** Returns a usage as it is printed in a form at a price. */
    public static PrintedUsage printed(Usage usage, UsageForm form, Pricing pricing) {
        long prompt = usage.inputTokens();
        long candidates = usage.candidatesTokens();
        long output = candidates + usage.thoughtsTokens();
        return switch (form) {
            case TOKENS -> new PrintedUsage(prompt, candidates, candidates, prompt + output, usage);
            case OPENAI -> new PrintedUsage(prompt, output, candidates, prompt + output, usage);
            case UNITS -> {
                long unitMicros = pricing.rounding().stepMicros();
                long input = pricing.inputUnitsMicros(usage) / unitMicros;
                long completion = pricing.outputUnitsMicros(usage) / unitMicros;
                yield new PrintedUsage(input, completion, completion, input + completion, usage);
            }
        };
    }

    /** The form of printed usage. */
    public enum UsageForm {
        /** Tokens; {@code completion_tokens} excludes reasoning, {@code total_tokens} includes it (S000, S002, S003). */
        TOKENS,
        /** Billing units of 100 micro-credits, reasoning inside {@code completion_tokens} (S001, S004; D30). */
        UNITS,
        /** Tokens; {@code completion_tokens} includes reasoning, {@code prompt + completion = total} (D60). */
        OPENAI
    }
}
