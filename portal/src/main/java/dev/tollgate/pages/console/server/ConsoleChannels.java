package dev.tollgate.pages.console.server;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.customers.figures.Figure;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.server.ChannelDeeds;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.ConsoleRange;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.PlatformChart;
import dev.tollgate.pages.console.parts.RangeFigures;
import dev.tollgate.pages.frame.Change;
import dev.tollgate.pages.frame.Change.Good;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Metric;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Spark;
import dev.tollgate.pages.frame.SwitchLink;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.words.Joined;
import dev.tollgate.running.ChannelStatus;
import dev.tollgate.running.Standing;
import dev.tollgate.running.UpstreamFailure;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import templates.console.JtechannelsGenerated;

/** {@code /console/channels}: how much each channel is used and fails, and how each of this server's is now. Keys and addresses are neither shown nor taken. */
public record ConsoleChannels(
        Supplier<List<ChannelStatus>> channels,
        PlatformHistory history,
        ChannelDeeds deeds,
        DeedForms forms,
        InstantSource clock) {

    /** The field of the channel to test. */
    private static final String ID = "id";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.CHANNELS, pages.operators(), this::show),
                pages.post(ConsolePaths.CHANNELS, pages.operators(), this::doing));
    }

    private PageStep doing(PageRequest<Visitor.Member> request, Form form) {
        return forms.offer(deeds, ChannelDeeds.ACTIONS)
                .take(
                        request,
                        form,
                        Map.of(),
                        refused -> form.field(ID) == null
                                ? PageStep.to(ConsolePaths.CHANNELS)
                                : PageStep.again(drawing(
                                        request, new Tried(form.text(ID), "warn", String.valueOf(refused.error())))),
                        done -> PageStep.to(
                                done.value() instanceof ChannelDeeds.Tried tried
                                        ? ConsolePaths.CHANNELS + "?tried=" + UrlText.encoded(form.text(ID)) + "&took="
                                                + tried.millis() + "&end="
                                                + (tried.hasAnswered() ? "answered" : tried.error())
                                        : ConsolePaths.CHANNELS + "?read="
                                                + (Boolean.TRUE.equals(done.value()) ? "yes" : "no")));
    }

    /** The result of testing a channel. @param kind of the note */
    public record Tried(String channel, String kind, String text) {}

    private static final Tried NONE = new Tried("", "", "");

    private PageStep show(PageRequest<Visitor.Member> request) {
        return PageStep.show(drawing(request, tried(request)));
    }

    private static Tried tried(PageRequest<Visitor.Member> request) {
        String channel = request.query("tried");
        String took = request.query("took");
        String end = request.query("end");
        if (channel == null || took == null || end == null || !took.matches("[0-9]{1,6}")) {
            return NONE;
        }
        String time = Display.took(Long.parseLong(took));
        if (end.equals("answered")) {
            return new Tried(channel, "ok", say("Counted a few tokens, free of charge, in {time}.", time));
        }
        for (UpstreamFailure.Kind kind : UpstreamFailure.Kind.values()) {
            if (kind.name().toLowerCase(Locale.ROOT).equals(end)) {
                return new Tried(
                        channel,
                        "bad",
                        say("Failed after {time}: {reason} See the log for details.", time, meaning(kind)));
            }
        }
        return NONE;
    }

    private static String meaning(UpstreamFailure.Kind kind) {
        return switch (kind) {
            case MISCONFIGURED -> say("misconfigured. Look at its key, project, location and address.");
            case REPLACED -> say("the model is not there.");
            case QUOTA -> say("its quota of the minute is used up.");
            case DAY_QUOTA -> say("its quota of the day is used up.");
            case UNAVAILABLE -> say("it cannot be reached, or has trouble of its own.");
            case TOO_LARGE, BROKEN, LOCAL -> say("its answer cannot be read.");
            case REFUSED, TOO_LONG, SIGNATURE -> say("it has refused the question.");
        };
    }

    /** @param isHere whether this server has the channel @param share of all calls */
    public record Row(String name, boolean isHere, Figures figures, Change change, String share, Spark spark) {}

    /** The figures of all channels. */
    public record Contents(
            ConsoleRange range,
            List<SwitchLink> ranges,
            String title,
            List<SwitchLink> metrics,
            Chart chart,
            List<Row> rows) {}

    private PageStep.Drawing drawing(PageRequest<Visitor.Member> request, Tried tried) {
        List<ChannelStatus> all = channels.get();
        Contents shown = contents(request, all);
        String read = Objects.requireNonNullElse(request.query("read"), "");
        Instant now = clock.instant();
        boolean hasFile = deeds.hasFile();
        return (out, shell) -> JtechannelsGenerated.render(
                out, null, shell, new Listed(all, now), shown, new File(hasFile, read), tried);
    }

    private Contents contents(PageRequest<Visitor.Member> request, List<ChannelStatus> all) {
        String wanted = request.query(ConsoleRange.FIELD);
        Instant first = history.firstCall();
        ConsoleRange range = ConsoleRange.of(wanted == null ? "24h" : wanted, clock.instant())
                .since(first, first);
        Metric metric = Metric.of(request.query("chart"), Metric.OF_PLATFORM, Metric.CALLS);
        RangeFigures figures = RangeFigures.read(history, range);
        Set<String> here = all.stream().map(ChannelStatus::id).collect(Collectors.toCollection(LinkedHashSet::new));
        Set<String> names = new LinkedHashSet<>(here); // others have been removed since
        new TreeMap<>(figures.sum().channels()).forEach((name, sums) -> {
            if (sums.calls() > 0 || Figure.ATTEMPTS.of(sums) > 0) {
                names.add(name);
            }
        });
        LinkedHashMap<String, PlatformChart> parts = new LinkedHashMap<>();
        names.forEach(name -> parts.put(name.isEmpty() ? say("not known") : name, figures.chart(sums -> sums.channels()
                .getOrDefault(name, Figures.NONE))));
        PlatformChart whole = figures.chart();
        return new Contents(
                range,
                ConsoleRange.links(
                        ConsolePaths.CHANNELS + "?chart=" + metric.word() + "&" + ConsoleRange.FIELD + "=",
                        range,
                        ConsoleRange.QUARTER,
                        clock.instant()),
                metric.titleOfValue(range.unit()),
                Metric.links(
                        Metric.OF_PLATFORM,
                        metric,
                        it -> ConsolePaths.CHANNELS + "?" + ConsoleRange.FIELD + "=" + range.word() + "&chart="
                                + it.word()),
                whole.ofParts(metric, request.money(), parts, ConsolePaths.REQUESTS + "?"),
                parts.entrySet().stream()
                        .map(part -> row(part.getKey(), here.contains(part.getKey()), part.getValue(), whole))
                        .toList());
    }

    private static Row row(String name, boolean isHere, PlatformChart part, PlatformChart whole) {
        long calls = part.sum().calls();
        return new Row(
                name,
                isHere,
                part.sum(),
                Change.of(calls, part.sumBefore().calls(), Good.NEITHER)
                        .against(part.range().past()),
                Display.percent(calls, whole.sum().calls()),
                part.spark(Figures::calls));
    }

    /** Returns how many attempts on a channel have failed; null if none has. */
    public static @Nullable String failures(Figures figures) {
        long failed = Figure.FAILED_ATTEMPTS.of(figures);
        return failed == 0
                ? null
                : say(
                        "failed {failed} of {n} attempt | failed {failed} of {n} attempts",
                        failed,
                        Figure.ATTEMPTS.of(figures));
    }

    public static String state(ChannelStatus channel, ZoneId zone) {
        Instant until = channel.openUntil();
        return switch (channel.breaker()) {
            case OPEN -> until == null ? say("paused") : say("paused until {time}", Display.time(until, zone));
            case HALF_OPEN -> say("being tried again");
            case CLOSED -> channel.isHealthy() ? say("healthy") : say("all models paused");
        };
    }

    public static String word(UpstreamFailure.Kind kind) {
        return ChannelDeeds.inWords(kind).said();
    }

    /** Returns the same for a kind's code; a code of a later version is shown as it is. */
    public static String word(String code) {
        return Stream.of(UpstreamFailure.Kind.values())
                .filter(kind -> kind.name().toLowerCase(Locale.ROOT).equals(code))
                .findFirst()
                .map(ConsoleChannels::word)
                .orElseGet(() -> code.replace('_', ' '));
    }

    /** Returns how many errors a channel has had, by kind, the most frequent first. */
    public static String errors(ChannelStatus channel) {
        return Joined.facts(channel.errors().entrySet().stream()
                .sorted(Map.Entry.<UpstreamFailure.Kind, Long>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(kind -> say("errors::{count} {kind}", kind.getValue(), word(kind.getKey()))));
    }

    /** Returns whether any model of a channel has another priority or weight than 1, so that it shares its calls. */
    public static boolean hasShares(ChannelStatus channel) {
        return channel.models().stream().anyMatch(model -> model.priority() != 1 || model.weight() != 1);
    }

    /** Returns whether a model rests, and which one it replaces; empty for neither. */
    public static String note(ChannelStatus.Model model, ZoneId zone) {
        Standing standing = model.standing();
        ChannelStatus.Resting rest = model.rest();
        ChannelStatus.Resting atFlex = model.flexRest();
        return Joined.sentences(
                rest == null
                        ? null
                        : say("paused until {time} ({reason}).", Display.time(rest.until(), zone), reason(rest)),
                atFlex == null
                        ? null
                        : say(
                                "flex paused until {time} ({reason}).",
                                Display.time(atFlex.until(), zone),
                                reason(atFlex)),
                standing.isReplaced() ? say("Replaces {model}.", standing.asked()) : null);
    }

    private static String reason(ChannelStatus.Resting rest) {
        return switch (rest.reason()) {
            case "minute_quota" -> say("minute quota");
            case "limited" -> say("limited");
            default -> word(rest.reason());
        };
    }

    /** The file of channels. */
    public record File(boolean hasFile, @Nullable String read) {}

    /** The channels, at a time. */
    public record Listed(List<ChannelStatus> channels, Instant now) {}
}
