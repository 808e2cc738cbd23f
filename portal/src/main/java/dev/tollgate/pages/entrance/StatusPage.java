package dev.tollgate.pages.entrance;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.words.TimeForm;
import dev.tollgate.books.rollups.FirstByte;
import dev.tollgate.customers.notices.Announcements;
import dev.tollgate.customers.notices.Announcements.Announcement;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.lists.ModelsHandler;
import dev.tollgate.pages.entrance.StatusBooks.Day;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.SharedReading;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.running.ChannelStatus;
import dev.tollgate.running.ChannelStatus.BreakerState;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import templates.JtestatusGenerated;
import templates.JtestatusmodelGenerated;

/**
 * {@code /status} and {@code /status/MODEL}, for strangers: which models answer now, how they have answered on the last 90 days, and what the operator
 * announces. It names no channel, and has no figure of a model's day with few calls.
 *
 * @param channels of this server, asked each time
 * @param isOn asked each time
 * @param isOpen asked each time: whether strangers may create an account
 */
public record StatusPage(
        Catalogue catalogue,
        Supplier<List<ChannelStatus>> channels,
        SharedReading<StatusBooks> books,
        BooleanSupplier isOn,
        BooleanSupplier isOpen,
        InstantSource clock) {

    static final String PATH = "/status";

    private static final long GOOD_TENTHS = 990;
    private static final long FAIR_TENTHS = 950;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.everybody(), this::all),
                pages.get(PATH + "/{id...}", pages.everybody(), this::one));
    }

    /**
     * A model's line.
     *
     * @param answers whether a channel of this server answers for it now
     * @param days those with a figure, from the oldest on
     * @param today the day after the last that is shown
     */
    public record Line(String id, boolean answers, List<Day> days, LocalDate today) {

        /** Returns the least share of the days, which is what a visitor looks for; a dash without any. */
        public String worst() {
            return days.stream().mapToLong(Day::answeredTenths).min().stream()
                    .mapToObj(StatusPage::percent)
                    .findFirst()
                    .orElse("–");
        }

        /** Returns the days of a level as the path of an SVG of {@value StatusBooks#DAYS} by 12: the better, the higher. */
        public String path(Level level) {
            StringBuilder path = new StringBuilder();
            LocalDate first = today.minusDays(StatusBooks.DAYS);
            int height = level.height;
            for (int i = 0; i < days.size(); i++) {
                Day from = days.get(i);
                if (Level.of(from) != level) {
                    continue;
                }
                Day to = from;
                while (i + 1 < days.size()
                        && Level.of(days.get(i + 1)) == level
                        && days.get(i + 1).day().equals(to.day().plusDays(1))) {
                    to = days.get(++i);
                }
                long x = ChronoUnit.DAYS.between(first, from.day());
                long width = ChronoUnit.DAYS.between(from.day(), to.day()) + 1;
                path.append("M%d 12v-%dh%dv%dz".formatted(x, height, width, height));
            }
            return path.toString();
        }

        /** Returns what the picture shows, in words. */
        public String words() {
            long below =
                    days.stream().filter(day -> Level.of(day) != Level.GOOD).count();
            return days.isEmpty()
                    ? say("No day with enough calls")
                    : say(
                            "{n} day with enough calls, {below} of them below 99 % answered | {n} days with enough calls, {below} of them below 99 % answered",
                            days.size(), below);
        }
    }

    /** The levels of a day, with the height of its bar. */
    public enum Level {
        GOOD("ok", 12),
        FAIR("warn", 8),
        POOR("bad", 4);

        private final String tone;
        private final int height;

        Level(String tone, int height) {
            this.tone = tone;
            this.height = height;
        }

        public String tone() {
            return tone;
        }

        static Level of(Day day) {
            return day.answeredTenths() >= GOOD_TENTHS ? GOOD : day.answeredTenths() >= FAIR_TENTHS ? FAIR : POOR;
        }
    }

    /**
     * All models.
     *
     * @param isRead whether the books could be read: without them no call is answered
     * @param now announcements that hold or are ahead
     * @param earlier announcements that have ended
     */
    public record Contents(boolean isRead, List<Line> models, List<Announcement> now, List<Announcement> earlier) {

        public String sentence() {
            long silent = models.stream().filter(it -> !it.answers).count();
            if (!isRead) {
                return say("Calls are refused at the moment: the server cannot read its books.");
            }
            if (silent == 0) {
                return say("All models answer.");
            }
            return silent == models.size()
                    ? say("No model answers at the moment.")
                    : say(
                            "{silent} of {n} model do not answer at the moment. | {silent} of {n} models do not answer at the moment.",
                            silent,
                            models.size());
        }

        public boolean isGood() {
            return isRead && models.stream().allMatch(Line::answers);
        }
    }

    private PageStep all(PageRequest<Visitor> request) {
        requireOn();
        StatusBooks read = books.get();
        Set<String> answering = answering();
        Instant now = clock.instant();
        List<Line> lines = catalogue.all().stream()
                .map(model -> line(model, read, answering))
                .toList();
        Contents contents = new Contents(
                read.isRead(),
                lines,
                read.announcements().stream()
                        .filter(it -> it.stateAt(now) != Announcements.State.ENDED)
                        .toList(),
                read.announcements().stream()
                        .filter(it -> it.stateAt(now) == Announcements.State.ENDED)
                        .toList());
        boolean open = isOpen.getAsBoolean();
        return PageStep.show((out, shell) -> JtestatusGenerated.render(out, null, shell, open, contents))
                .shared(PageStep.Shared.of(List.of(open, contents)));
    }

    private PageStep one(PageRequest<Visitor> request) {
        requireOn();
        Model model = catalogue.find(request.param("id"));
        if (model == null) {
            throw ModelsHandler.notFound(request.param("id")).asException();
        }
        Line line = line(model, books.get(), answering());
        boolean open = isOpen.getAsBoolean();
        return PageStep.show((out, shell) -> JtestatusmodelGenerated.render(out, null, shell, open, line))
                .shared(PageStep.Shared.of(List.of(open, line)));
    }

    private void requireOn() {
        if (!isOn.getAsBoolean()) {
            throw ApiError.of(ErrorCode.INVALID_REQUEST, sentence("This server has no status page."))
                    .withStatus(404)
                    .asException();
        }
    }

    private static Line line(Model model, StatusBooks read, Set<String> answering) {
        return new Line(
                model.id(),
                answering.contains(model.id()),
                read.models().getOrDefault(model.id(), List.of()),
                read.today());
    }

    /** Returns the models for which a channel of this server takes calls now. */
    private Set<String> answering() {
        Set<String> models = new HashSet<>();
        for (ChannelStatus channel : channels.get()) {
            if (channel.breaker() != BreakerState.OPEN) {
                channel.models().stream()
                        .filter(model -> model.rest() == null)
                        .forEach(model -> models.add(model.id()));
            }
        }
        return models;
    }

    public static String percent(long tenths) {
        return Display.percent(tenths, 1_000);
    }

    /** Returns the median time to the first byte of a day; a dash if it is not known. */
    public static String firstByte(Day day) {
        return day.firstByteMillis() == FirstByte.NONE ? "–" : Display.about(day.firstByteMillis());
    }

    /** Returns when an announcement holds. */
    public static String span(Announcement it) {
        Instant end = it.endsAt();
        return end == null
                ? say("from {from} UTC", time(it.beginsAt()))
                : say("from {from} to {to} UTC", time(it.beginsAt()), time(end));
    }

    private static String time(Instant at) {
        return TimeForm.MINUTE_OF_YEAR_APART.format(at.atZone(ZoneOffset.UTC));
    }

    /** Returns the days of a line, the newest first. */
    public static List<Day> newestFirst(Line line) {
        return new ArrayList<>(line.days()).reversed();
    }
}
