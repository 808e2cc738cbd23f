package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.lines.CallTerms;
import dev.tollgate.calls.metering.Bounds.UsageLimits;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.http.limits.Quota;
import dev.tollgate.keys.PriceCeiling;
import dev.tollgate.models.Model;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Thinking;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.testing.ChatBodies;
import dev.tollgate.upstreams.hops.HopToken;
import dev.tollgate.upstreams.hops.Hops;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.ImagesAsked;
import dev.tollgate.upstreams.pool.NativeAsk;
import dev.tollgate.upstreams.pool.Replay;
import dev.tollgate.upstreams.pool.SignatureOrigins;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;

/** A model at 1 micro-credit a token in and 2 a token out, 10 at least, with 20,000 tokens out. */
final class Sold {

    static final long OUTPUT_TOKENS_MAX = 20_000;
    static final long INPUT_TOKENS_MAX = 100_000;

    private Sold() {}

    static Model model(boolean reasoningBilled) {
        return model(reasoningBilled, false);
    }

    private static Model model(boolean reasoningBilled, boolean sharedContext) {
        return model(
                new Pricing(
                        "v1",
                        1_000_000,
                        2_000_000,
                        reasoningBilled,
                        new Pricing.Rounding(Pricing.Rounding.Form.FLOOR_TOTAL, 1, 10)),
                sharedContext);
    }

    static Model model(Pricing pricing, boolean sharedContext) {
        return new Model(
                "m",
                List.of(),
                true,
                new UpstreamModel(
                        "up",
                        new UpstreamModel.Limits(INPUT_TOKENS_MAX, OUTPUT_TOKENS_MAX, sharedContext, 8, 0),
                        new UpstreamModel.Abilities(true, false, false, false, false, false, false),
                        new Thinking.None(),
                        new UpstreamModel.Output(
                                null,
                                pricing.tariff().has(Rate.IMAGE_OUTPUT)
                                        ? new UpstreamModel.Images(Map.of("1K", 1_120L), "1K", List.of("1:1"), 14)
                                        : null,
                                false),
                        List.of(),
                        Map.of(),
                        null),
                pricing,
                Model.UsageForm.TOKENS,
                false,
                false,
                false,
                null,
                null,
                new Model.Tools(true, true, true),
                new Model.Formats(true, true, true),
                CallLimits.NONE);
    }

    /** Returns a model whose answers come in several hops, with the limits of Gemini 4. */
    static Model longAnswering(Pricing pricing) {
        Model sold = model(pricing, true);
        UpstreamModel upstream = sold.upstream();
        return sold.standingOn(new UpstreamModel(
                upstream.name(),
                new UpstreamModel.Limits(1_048_576, 65_536, true, 1, 0, 262_144),
                upstream.abilities(),
                upstream.thinking(),
                upstream.output(),
                upstream.costs(),
                upstream.retirements(),
                null));
    }

    /** Returns what is asked of a response in several hops. @param from where it goes on; null for its first hop */
    static NativeAsk hop(Model model, long promptBytes, @Nullable Long asked, @Nullable HopToken from) {
        return new NativeAsk(
                new NativeAsk.Wish(
                        JsonNodeFactory.instance.objectNode(),
                        1,
                        Set.of(),
                        new PromptSize(promptBytes, 1, 0, 0, List.of()),
                        ServiceTier.STANDARD,
                        null,
                        true,
                        Hops.of(model, asked, from, String::valueOf)),
                "m",
                "up",
                SignatureOrigins.NONE,
                new CallMedia(),
                Lease.FREE);
    }

    /** Returns the same model, whose calls may take a time. */
    static Model lasting(Duration callTimeMax) {
        Model sold = model(false);
        return new Model(
                sold.id(),
                sold.aliases(),
                sold.active(),
                sold.upstream(),
                sold.pricing(),
                sold.usageForm(),
                sold.answersWithUpstreamName(),
                sold.streamByDefault(),
                sold.thoughtsByDefault(),
                sold.effortByDefault(),
                sold.maxTokensByDefault(),
                sold.tools(),
                sold.formats(),
                sold.rates(),
                sold.prices(),
                callTimeMax,
                sold.imagesMax(),
                sold.longTokens());
    }

    /** Returns the images of answers in the size that the model makes by itself. */
    static Extras.Images images(Model model, ServiceTier tier) {
        UpstreamModel.Images rules = model.upstream().images();
        ImagesAsked asked = rules == null
                ? null
                : new ImagesAsked(false, null, null, rules.tokens(rules.size()), model.imagesMax(), 1);
        return Extras.Images.of(asked, model, tier);
    }

    static Bounds bounds(boolean reasoningBilled, int candidates, @Nullable Long tokensMax) {
        return new Bounds(model(reasoningBilled), 100, 300, false, candidates, tokensMax, null, Extras.NONE);
    }

    /** Returns bounds whose thoughts have room for so many tokens above the maximum. */
    static Bounds roomy(boolean reasoningBilled, boolean sharing, long tokensMax, long room) {
        Extras extras = new Extras(
                0, 0, ServiceTier.STANDARD, room, 0, Extras.Held.MOST, Extras.Images.NONE, Extras.Tools.NONE);
        return new Bounds(model(reasoningBilled, sharing), 100, 300, false, 1, tokensMax, null, extras);
    }

    /** Returns a model with one context for prompt and response. */
    static Bounds sharing(boolean reasoningBilled, @Nullable Long tokensMax) {
        return new Bounds(model(reasoningBilled, true), 100, 300, false, 1, tokensMax, null, Extras.NONE);
    }

    /** Limits of a call whose price is plain. */
    static UsageLimits limits(long prompt, long output, boolean hasMaximum, long ofModel, boolean reasoningBilled) {
        return new UsageLimits(
                prompt,
                output,
                output,
                hasMaximum,
                ofModel,
                reasoningBilled,
                model(reasoningBilled).pricing().tariff(),
                Extras.NONE);
    }

    static ChatAsk ask(String body) {
        return new ChatAsk(ChatBodies.read(body), "m", "up", false, null, Replay.NONE);
    }

    /** A call that nothing was translated of yet. */
    static MeteredCall request(boolean reasoningBilled) {
        return request(model(reasoningBilled));
    }

    static MeteredCall request(Model model) {
        return request(model, ask("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"), null);
    }

    @SuppressWarnings("NullAway") // its translation follows
    static MeteredCall request(Model model, Ask ask, @Nullable Long askedTokensMax) {
        return new MeteredCall(
                "acc",
                "key",
                KeyOwner.account("key"),
                "sk-",
                PriceCeiling.NONE,
                "chat",
                model,
                Instant.EPOCH,
                model.id(),
                ask,
                null,
                askedTokensMax,
                null,
                List.of(),
                List.of(),
                CallLabels.NONE,
                null);
    }

    /** Returns the same call on other terms. */
    static MeteredCall on(CallTerms terms, List<Quota> quotas, MeteredCall call) {
        return new MeteredCall(
                call.accountId(),
                call.keyId(),
                call.owner(),
                call.keyPrefix(),
                call.ceiling(),
                call.door(),
                call.model(),
                call.pricedAt(),
                call.requestedModel(),
                call.ask(),
                new Arrival("", 0, "/", null, CourseTest.NOBODY, terms),
                call.askedTokensMax(),
                call.tokensMaxField(),
                quotas,
                call.ignored(),
                call.labels(),
                call.translation());
    }

    /** Returns a call of another account and key. */
    static MeteredCall of(String accountId, String keyId, String keyPrefix, Ask ask, Translation translation) {
        return new MeteredCall(
                accountId,
                keyId,
                KeyOwner.account(keyId),
                keyPrefix,
                PriceCeiling.NONE,
                "chat",
                model(false),
                Instant.EPOCH,
                "m",
                ask,
                null,
                null,
                null,
                List.of(),
                List.of(),
                CallLabels.NONE,
                translation);
    }
}
