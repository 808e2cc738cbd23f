package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.Count;
import dev.tollgate.models.Model;
import dev.tollgate.models.Pricing;
import dev.tollgate.testing.Randomly;
import dev.tollgate.upstreams.hops.HopToken;
import dev.tollgate.upstreams.pool.NativeAsk;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.Modalities;
import dev.tollgate.upstreams.pool.UpstreamEvent.Usage;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the hops of random long responses hold, send and cost, against a slow calculator of its own (H6, H7). */
class HopHoldsTest {

    private static final int HISTORIES = 100_000;

    /** One response: the same prompt and maximum in each hop, at one price. */
    private record History(
            long input,
            long output,
            long promptBytes,
            @Nullable Long asked) {

        static History of(Random random) {
            long input = 1 + random.nextInt(1_000);
            Long asked =
                    switch (random.nextInt(4)) {
                        case 0 -> null;
                        case 1 -> Long.valueOf(1 + random.nextInt(65_536));
                        default -> Long.valueOf(65_537 + random.nextInt(262_144 - 65_537));
                    };
            long bytes = random.nextInt(4) == 0 ? random.nextInt(1_100_000) : random.nextInt(50_000);
            return new History(input, 1 + random.nextInt(5_000), bytes, asked);
        }

        Model model() {
            return Sold.longAnswering(new Pricing(
                    "v1",
                    input * 1_000_000,
                    output * 1_000_000,
                    true,
                    new Pricing.Rounding(Pricing.Rounding.Form.FLOOR_TOTAL, 1, 1)));
        }

        /** The price of counts in micro-credits, by hand. */
        long price(long prompt, long out) {
            return BigInteger.valueOf(prompt)
                    .multiply(BigInteger.valueOf(input))
                    .add(BigInteger.valueOf(out).multiply(BigInteger.valueOf(output)))
                    .longValueExact();
        }
    }

    @Test
    void no_hop_costs_more_than_it_holds_and_none_holds_too_much() {
        Randomly.run(HISTORIES, random -> {
            History history = History.of(random);
            Model model = history.model();
            HopToken from = null;
            for (int hop = 1; hop <= 6; hop++) {
                from = hop(random, history, model, from);
            }
        });
    }

    /** The figures of docs/billing.md. */
    @Test
    void the_example_of_the_documents_is_right() {
        Model argon = Objects.requireNonNull(CatalogueLoader.builtIn().find("gemini-4-argon"));
        History example = new History(400, 2_000, 40_000, 262_144L);
        assertThat(wanted(example, argon, null)).isEqualTo(147_097_600);
        assertThat(wanted(example, argon, new HopToken("a", 1, 1, 65_536, "token")))
                .isEqualTo(173_721_600);
        assertThat(argon.pricing().chargeMicros(used(10_000, 0))).isEqualTo(135_072_000);
        assertThat(argon.pricing().chargeMicros(used(75_536, 73_728))).isEqualTo(133_269_760);
    }

    private static long wanted(History history, Model model, @Nullable HopToken from) {
        NativeAsk ask = Sold.hop(model, history.promptBytes(), history.asked(), from);
        PromptBound prompt = PromptBound.of(ask.promptSize(), ask, model.upstream());
        return Bounds.of(model, prompt, ask, history.asked(), false).wantedMicros();
    }

    private static dev.tollgate.models.Usage used(long prompt, long cached) {
        return new dev.tollgate.models.Usage(ServiceTier.STANDARD, prompt, 0, 65_536, 0, cached, 0, 0, 0, 65_536);
    }

    private static @Nullable HopToken hop(Random random, History history, Model model, @Nullable HopToken from) {
        NativeAsk ask = Sold.hop(model, history.promptBytes(), history.asked(), from);
        PromptBound prompt = PromptBound.of(ask.promptSize(), ask, model.upstream());
        Bounds bounds = Bounds.of(model, prompt, ask, history.asked(), false);

        // what it holds
        long own = history.promptBytes() + 64;
        long before = from == null ? 0 : from.outputTokens();
        long promptHeld = Math.min(1_048_576, own + (from == null ? 0 : before + 1_024));
        Long asked = history.asked();
        Long whole = asked;
        if (asked != null && asked > 65_536) {
            whole = Math.min(asked, Math.max(65_536, 1_048_576 - (promptHeld - (from == null ? 0 : before + 1_024))));
        }
        long rest = whole == null ? 65_536 : whole > before ? whole - before : whole;
        long outputHeld = Math.min(65_536, rest);
        assertThat(bounds.wantedMicros()).isEqualTo(history.price(promptHeld, outputHeld));

        // what it sends
        long covered = random.nextInt(3) == 0 ? 1 + random.nextLong(outputHeld) : outputHeld;
        Coverage coverage = new Coverage(bounds, history.price(promptHeld, covered));
        Long sent = bounds.upstreamTokensMax(coverage.tokens());
        long most = whole == null ? from == null ? covered : 262_144 : whole;
        long expected = covered == outputHeld && whole != null ? most : Math.min(most, before + covered);
        assertThat(sent).isEqualTo(expected);

        // what it costs
        UsageMeter meter = new UsageMeter(history.promptBytes(), bounds.usageLimits());
        long reported = -1;
        boolean isCounted = false;
        for (int chunks = 1 + random.nextInt(4); chunks > 0; chunks--) {
            UpstreamEvent.Usage usage = usage(random, promptHeld, outputHeld);
            isCounted = usage != null;
            meter.observe(usage == null ? List.of(Said.text("word")) : List.of(usage, Said.text("word")));
            reported = usage == null ? reported : Math.max(reported, output(usage));
        }
        long charge = model.pricing().chargeMicros(meter.usage());
        assertThat(charge).isLessThanOrEqualTo(bounds.wantedMicros());
        assertThat(charge).isLessThanOrEqualTo(history.price(promptHeld, outputHeld));
        long next = isCounted ? Math.min(1_048_576, before + Math.min(1_048_576, reported)) : 1_048_576;
        return new HopToken("a", 1, from == null ? 1 : from.hops() + 1, next, "token");
    }

    /** Returns a report that may be missing, fall, be absurd, or have a prompt above what is held. */
    private static UpstreamEvent.@Nullable Usage usage(Random random, long promptHeld, long outputHeld) {
        long prompt =
                switch (random.nextInt(4)) {
                    case 0 -> Usage.ABSENT;
                    case 1 -> promptHeld + random.nextInt(1_000_000);
                    default -> random.nextLong(promptHeld + 1);
                };
        long out =
                switch (random.nextInt(5)) {
                    case 0 -> 0;
                    case 1 -> Long.MAX_VALUE / 4;
                    case 2 -> outputHeld + random.nextInt(100_000);
                    default -> random.nextLong(outputHeld + 1);
                };
        long thoughts = random.nextBoolean() ? Usage.ABSENT : random.nextInt(70_000);
        return random.nextInt(5) == 0
                ? null
                : new UpstreamEvent.Usage(
                        0,
                        Modalities.NONE,
                        Modalities.NONE,
                        prompt,
                        Usage.ABSENT,
                        out,
                        thoughts,
                        random.nextInt(9_000));
    }

    private static long output(UpstreamEvent.Usage usage) {
        return Math.max(0, usage.of(Count.COMPLETION)) + Math.max(0, usage.of(Count.REASONING));
    }
}
