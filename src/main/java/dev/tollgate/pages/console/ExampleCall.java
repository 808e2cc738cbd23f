package dev.tollgate.pages.console;

import dev.tollgate.models.Pricing;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.Usage;
import dev.tollgate.pages.frame.Display;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A call by which prices and costs are compared. */
public record ExampleCall(String what, Usage usage) {

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    /** A usual call, one with a long prompt, and one of an agent that reads most of its prompt from the cache. */
    public static final List<ExampleCall> ALL = List.of(
            new ExampleCall("2,000 tokens in, 500 out, 800 of thoughts", new Usage(2_000, 0, 500, 800, 0, 0, 0, 500)),
            new ExampleCall("250,000 tokens in, 2,000 out", new Usage(250_000, 0, 2_000, 0, 0, 0, 0, 2_000)),
            new ExampleCall(
                    "50,000 tokens in, 90 % of them cached, 1,000 out",
                    new Usage(50_000, 0, 1_000, 0, 45_000, 0, 0, 1_000)));

    public String charge(Pricing price) {
        return Display.charge(price.chargeMicros(usage));
    }

    public String cost(UpstreamModel.@Nullable Cost cost) {
        return cost == null ? "not known" : Display.charge(cost.micros(usage));
    }

    /** Returns the margin in percent of the charge, cut down to tenths. */
    public String margin(Pricing price, UpstreamModel.@Nullable Cost cost) {
        long charge = price.chargeMicros(usage);
        return ConsolePrices.percent(
                cost == null || charge == 0
                        ? null
                        : BigDecimal.valueOf(charge - cost.micros(usage))
                                .multiply(HUNDRED)
                                .divide(BigDecimal.valueOf(charge), 1, RoundingMode.FLOOR));
    }
}
