package dev.tollgate.pages.console;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.ActionRefused;
import dev.tollgate.operator.admin.ChannelDeeds;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.upstreams.pool.ChannelStatus;
import dev.tollgate.upstreams.pool.Standing;
import dev.tollgate.upstreams.pool.UpstreamFailure;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import templates.console.JtechannelsGenerated;

/** {@code /console/channels}: how each of this server's channels is. Keys and addresses are neither shown nor taken. */
public record ConsoleChannels(
        Supplier<List<ChannelStatus>> channels,
        PlatformHistory history,
        ChannelDeeds deeds,
        DeedForms forms,
        InstantSource clock) {

    static final String PATH = "/console/channels";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.operators(), this::show), pages.post(PATH, pages.operators(), this::doing));
    }

    private PageStep doing(PageRequest<Visitor.Member> request, Form form) {
        String channel = form.field("try");
        return channel == null ? readAgain(request, form) : tryOut(request, form, channel);
    }

    private PageStep tryOut(PageRequest<Visitor.Member> request, Form form, String channel) {
        try {
            ChannelDeeds.Tried tried = deeds.tryOut(forms.by(request, form), channel);
            return PageStep.to(PATH + "?tried=" + UrlText.encoded(channel) + "&took=" + tried.millis() + "&end="
                    + (tried.hasAnswered() ? "answered" : tried.error()));
        } catch (ActionRefused e) {
            return PageStep.again(drawing(request, new Tried(channel, "warn", String.valueOf(e.getMessage()))));
        }
    }

    private PageStep readAgain(PageRequest<Visitor.Member> request, Form form) {
        try {
            return PageStep.to(PATH + "?read=" + (deeds.reload(forms.by(request, form)) ? "yes" : "no"));
        } catch (ActionRefused e) {
            return PageStep.to(PATH);
        }
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
            return new Tried(channel, "ok", "Counted a few tokens, free of charge, in " + time + ".");
        }
        for (UpstreamFailure.Kind kind : UpstreamFailure.Kind.values()) {
            if (kind.name().toLowerCase(Locale.ROOT).equals(end)) {
                return new Tried(
                        channel, "bad", "Failed after " + time + ": " + meaning(kind) + " See the log for details.");
            }
        }
        return NONE;
    }

    private static String meaning(UpstreamFailure.Kind kind) {
        return switch (kind) {
            case MISCONFIGURED -> "misconfigured. Look at its key, project, location and address.";
            case REPLACED -> "the model is not there.";
            case QUOTA -> "its quota of the minute is used up.";
            case DAY_QUOTA -> "its quota of the day is used up.";
            case UNAVAILABLE -> "it cannot be reached, or has trouble of its own.";
            case BROKEN -> "its answer cannot be read.";
            case REFUSED, TOO_LONG, SIGNATURE -> "it has refused the question.";
        };
    }

    private PageStep.Drawing drawing(PageRequest<Visitor.Member> request, Tried tried) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        Map<String, Long> calls = history
                .groups(
                        today.atStartOfDay(ZoneOffset.UTC).toInstant(),
                        today.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant(),
                        false,
                        PlatformHistory.Part.CHANNEL)
                .stream()
                .collect(Collectors.toMap(
                        PlatformHistory.Group::name, group -> group.figures().calls()));
        List<ChannelStatus> all = channels.get();
        String read = Objects.requireNonNullElse(request.query("read"), "");
        Instant now = clock.instant();
        boolean hasFile = deeds.hasFile();
        return (out, shell) -> JtechannelsGenerated.render(out, null, shell, all, calls, now, hasFile, read, tried);
    }

    public static String state(ChannelStatus channel, ZoneId zone) {
        Instant until = channel.openUntil();
        return switch (channel.breaker()) {
            case OPEN -> "paused" + (until == null ? "" : " until " + Display.time(until, zone));
            case HALF_OPEN -> "being tried again";
            case CLOSED -> channel.isHealthy() ? "healthy" : "all models paused";
        };
    }

    /** Returns whether any model of a channel has another priority or weight than 1, so that it shares its calls. */
    public static boolean hasShares(ChannelStatus channel) {
        return channel.models().stream().anyMatch(model -> model.priority() != 1 || model.weight() != 1);
    }

    /** Returns whether a model rests, and which one it replaces; empty for neither. */
    public static String note(ChannelStatus.Model model, ZoneId zone) {
        ChannelStatus.Resting rest = model.rest();
        Standing standing = model.standing();
        String rests = rest == null
                ? ""
                : "paused until " + Display.time(rest.until(), zone) + " ("
                        + rest.reason().replace('_', ' ') + "). ";
        String replaced = standing.isReplaced() ? "Replaces " + standing.asked() + "." : "";
        return (rests + replaced).strip();
    }
}
