package dev.tollgate.pages.console;

import dev.tollgate.customers.figures.Payers;
import dev.tollgate.customers.figures.Payers.Payer;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The largest changes of revenue in words: {@code More: Ann +$18.20. Less: Ben −$16.10, stopped, last call 12 Nov.} */
final class RevenueNews {

    private static final int NAMED = 2;

    /** A difference below this part of the revenue is not named. */
    private static final int PART = 20;

    private RevenueNews() {}

    /** An account or a model. @param difference of its revenue @param note whether it has stopped; empty if not */
    record Mover(String name, long difference, String note) {}

    static Stream<Mover> of(List<Payer> payers, LocalDate today) {
        return payers.stream().map(payer -> new Mover(payer.name(), payer.difference(), note(payer.lastDay(), today)));
    }

    /** Returns when an account stopped; empty if it has not. @param lastDay of its calls; null for none */
    static String note(@Nullable LocalDate lastDay, LocalDate today) {
        return lastDay != null && Payers.hasStopped(lastDay, today)
                ? "stopped, last call " + Display.dayOfMonth(lastDay)
                : "";
    }

    /**
     * Returns what changed by a twentieth of the revenue or more, at most two rises and two falls; empty if nothing did, or nothing is compared.
     *
     * @param chart the revenue of the range and of the one before
     */
    static String sentence(Stream<Mover> movers, PlatformChart chart, Money money) {
        if (!chart.range().past().isCompared()) {
            return "";
        }
        long revenue = Math.max(chart.sum().netMicros(), chart.sumBefore().netMicros());
        List<Mover> large = movers.filter(mover -> Math.abs(mover.difference) >= Math.max(1, revenue / PART))
                .sorted(Comparator.comparing((Mover mover) -> -Math.abs(mover.difference))
                        .thenComparing(Mover::name))
                .toList();
        return Stream.of(
                        named("More: ", large.stream().filter(mover -> mover.difference > 0), money),
                        named("Less: ", large.stream().filter(mover -> mover.difference < 0), money))
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(" "));
    }

    private static String named(String head, Stream<Mover> movers, Money money) {
        String names = movers.limit(NAMED)
                .map(mover -> mover.name + " " + money.difference(mover.difference) + money.unit()
                        + (mover.note.isEmpty() ? "" : " (" + mover.note + ")"))
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "" : head + names + ".";
    }
}
