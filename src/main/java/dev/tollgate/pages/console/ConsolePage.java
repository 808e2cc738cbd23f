package dev.tollgate.pages.console;

import dev.tollgate.books.ledger.InstallationKind;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.PlatformCalls;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.http.Route;
import dev.tollgate.models.Foresight;
import dev.tollgate.operator.admin.BooksCheck;
import dev.tollgate.operator.admin.Prices;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.upstreams.pool.ChannelStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import templates.console.JteoverviewGenerated;

/**
 * {@code /console}: is all well, does it earn. Days are UTC's, as the figures of all accounts are kept.
 *
 * @param foresight as of now
 * @param kind whether the installation, and this server, have a real upstream
 */
public record ConsolePage(
        PlatformHistory history,
        PlatformCalls calls,
        Supplier<List<ChannelStatus>> channels,
        Supplier<Foresight> foresight,
        Prices prices,
        BooksCheck books,
        FirstSteps steps,
        InstallationKind kind,
        InstantSource clock) {

    private static final int DAYS = 30;

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get("/console", pages.operators(), this::show));
    }

    /** Something to look at. @param kind bad, warn, or empty for a fact */
    public record Concern(String kind, String text, String href, String link) {}

    private PageStep show(PageRequest<Visitor.Member> request) {
        int running = calls.running(); // before all else: what it waits for begins another instant
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        List<PlatformHistory.Group> days = history.groups(
                start(today.minusDays(DAYS)), start(today.plusDays(1)), true, PlatformHistory.Part.NOTHING);
        Figures now = days.stream()
                .filter(day -> today.equals(day.day()))
                .findFirst()
                .map(PlatformHistory.Group::figures)
                .orElse(Figures.NONE);
        List<PlatformHistory.Group> latest = days.stream()
                .sorted(Comparator.comparing(PlatformHistory.Group::day).reversed())
                .toList();
        List<FirstSteps.Step> all = steps.of(request);
        List<FirstSteps.Step> open = all.stream().allMatch(FirstSteps.Step::isDone) ? List.of() : all;
        List<Concern> concerns = concerns(now);
        boolean isSandbox = !kind.isReal();
        return PageStep.show((out, shell) ->
                JteoverviewGenerated.render(out, null, shell, now, running, concerns, latest, open, isSandbox));
    }

    private static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private List<Concern> withoutUpstream() {
        List<String> nodes = kind.nodes(false);
        List<String> named = nodes.isEmpty() && !kind.isRealHere() ? List.of("This server") : nodes;
        return named.stream()
                .map(node -> new Concern(
                        "bad",
                        (node.startsWith("node_") ? "Node " + node : node)
                                + " has no real upstream: the sandbox answers its calls, and customers pay for them.",
                        ConsoleChannels.PATH,
                        "Channels"))
                .toList();
    }

    private List<Concern> concerns(Figures today) {
        List<Concern> concerns = new ArrayList<>();
        channels.get().stream()
                .filter(channel -> !channel.isHealthy())
                .forEach(channel -> concerns.add(new Concern(
                        "bad", "Channel " + channel.id() + " takes no calls now.", ConsoleChannels.PATH, "Channels")));
        String ofBooks = ofBooks();
        if (!ofBooks.isEmpty()) {
            concerns.add(new Concern("bad", ofBooks, ConsoleBooks.PATH, "Books"));
        }
        String losses = prices.all().stream()
                .filter(sold -> kind.isReal() && !sold.losses().isEmpty()) // nothing is lost on the sandbox
                .map(sold -> sold.modelId() + ConsolePrices.firstDay(sold, " (from %s)"))
                .collect(Collectors.joining(", "));
        if (!losses.isEmpty()) {
            concerns.add(new Concern(
                    "bad", "Sold below cost, now or within 60 days: " + losses + ".", "/console/prices", "Prices"));
        }
        addUsage(concerns, today);
        foresight.get().retirements().stream()
                .map(sentence -> sentence.replaceFirst(" Differences: .*", ""))
                .forEach(sentence -> concerns.add(new Concern("warn", sentence, "/console/prices", "Price changes")));
        if (kind.isReal()) {
            concerns.addAll(withoutUpstream());
        } else {
            concerns.add(
                    new Concern("", "Sandbox mode: no real model is connected.", ConsoleChannels.PATH, "Channels"));
        }
        return List.copyOf(concerns);
    }

    /** Returns what the last check says if it found something; empty if all is well. */
    private String ofBooks() {
        return switch (books.state()) {
            case BooksCheck.Done done
            when done.differences() > 0 ->
                "The books have errors: " + Display.count(done.differences(), "difference") + ".";
            case BooksCheck.Damaged damaged -> damaged.sentence() + ".";
            case BooksCheck.Failed _ -> "The books could not be checked.";
            case BooksCheck.Done _, BooksCheck.Never _, BooksCheck.Running _ -> "";
        };
    }

    private static void addUsage(List<Concern> concerns, Figures today) {
        if (today.shortfallMicros() > 0) {
            concerns.add(new Concern(
                    "warn",
                    "Today's calls used " + Display.sum(today.shortfallMicros()) + " credits that were not covered.",
                    ConsoleRevenue.PATH,
                    "Revenue"));
        }
        if (today.estimated() > 0) {
            concerns.add(new Concern(
                    "warn",
                    "The upstream did not report the usage of " + Display.count(today.estimated(), "call")
                            + " today in full.",
                    ConsoleCalls.PATH,
                    "Requests"));
        }
    }
}
