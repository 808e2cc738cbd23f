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
import dev.tollgate.pages.entrance.StatusBooks.History;
import dev.tollgate.pages.entrance.StatusBooks.Period;
import dev.tollgate.pages.frame.Cell;
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
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import templates.JtestatusGenerated;
import templates.JtestatusmodelGenerated;

/**
 * {@code /status} and {@code /status/MODEL}, for strangers: which models answer now, how they have answered on the last 90 days, and what the operator
 * announces. It names no channel, and has no figure of a model's day or week with few calls.
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
    /** Leaves a gap before the next. */
    private static final String WEEK_WIDTH = "6.7";

    private static final long ALL_TENTHS = 1_000;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.everybody(), this::all),
                pages.get(PATH + "/{id...}", pages.everybody(), this::one));
    }

    /**
     * A model's line.
     *
     * @param answers whether a channel of this server answers for it now
     * @param today the day after the last that is shown
     */
    public record Line(String id, boolean answers, History history, LocalDate today) {

        private List<Period> shown() {
            return history.shown();
        }

        /** Returns the mean share of the days or weeks; a dash without any. */
        public String average() {
            return shown().isEmpty()
                    ? "–"
                    : percent(shown().stream().mapToLong(Period::answeredTenths).sum() / shown().size());
        }

        /** Returns the least share of the days or weeks, which is what a visitor looks for, and when it was; a dash without any. */
        public Cell worst() {
            return shown().stream()
                    .min(Comparator.comparingLong(Period::answeredTenths))
                    .map(period -> Cell.of(percent(period.answeredTenths()))
                            .under(period.answeredTenths() < ALL_TENTHS ? StatusPage.time(period) : null))
                    .orElse(Cell.of(Cell.NOTHING));
        }

        /**
         * Returns the days or weeks of a level as the path of an SVG of {@value StatusBooks#DAYS} by 12: the better, the higher. Adjacent days
         * are one piece, which the style sheet cuts.
         */
        public String path(Level level) {
            StringBuilder path = new StringBuilder();
            LocalDate begin = today.minusDays(StatusBooks.DAYS);
            int height = level.height;
            List<Period> all = shown();
            for (int i = 0; i < all.size(); i++) {
                Period from = all.get(i);
                if (Level.of(from) != level) {
                    continue;
                }
                Period to = from;
                while (!history.isByWeek()
                        && i + 1 < all.size()
                        && Level.of(all.get(i + 1)) == level
                        && all.get(i + 1).first().equals(to.last().plusDays(1))) {
                    to = all.get(++i);
                }
                long x = ChronoUnit.DAYS.between(begin, from.first());
                long width = ChronoUnit.DAYS.between(from.first(), to.last()) + 1;
                path.append("M%d 12v-%dh%sv%dz".formatted(x, height, history.isByWeek() ? WEEK_WIDTH : width, height));
            }
            return path.toString();
        }

        /** Returns what the picture shows, in words. */
        public String words() {
            long below =
                    shown().stream().filter(it -> Level.of(it) != Level.GOOD).count();
            if (shown().isEmpty()) {
                return say("No day with enough calls");
            }
            return history.isByWeek()
                    ? say(
                            "{n} week with enough calls, {below} of them below 99 % answered | {n} weeks with enough calls, {below} of them below 99 % answered",
                            shown().size(), below)
                    : say(
                            "{n} day with enough calls, {below} of them below 99 % answered | {n} days with enough calls, {below} of them below 99 % answered",
                            shown().size(), below);
        }
    }

    /** The levels of a day or week, with the height of its bar. */
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

        static Level of(Period it) {
            return it.answeredTenths() >= GOOD_TENTHS ? GOOD : it.answeredTenths() >= FAIR_TENTHS ? FAIR : POOR;
        }
    }

    /**
     * All models.
     *
     * @param isRead whether the books could be read: without them no call is answered
     * @param now announcements that hold, then those that are ahead, the next first
     * @param earlier announcements that have ended
     */
    public record Contents(boolean isRead, List<Line> models, List<Said> now, List<Said> earlier) {

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

        /** Returns the models with figures, after those that do not answer where others do. */
        public List<Line> told() {
            return models.stream()
                    .filter(it -> !isQuiet(it))
                    .sorted(Comparator.comparing(Line::answers))
                    .toList();
        }

        /** Returns the models without figures. */
        public List<Line> quiet() {
            return models.stream().filter(this::isQuiet).toList();
        }

        private boolean isQuiet(Line line) {
            return line.history.isEmpty() && (line.answers || models.stream().noneMatch(Line::answers));
        }

        /** Returns whether a model is shown by weeks. */
        public boolean hasWeeks() {
            return models.stream().anyMatch(it -> it.history.isByWeek());
        }

        public boolean isGood() {
            return isRead && models.stream().allMatch(Line::answers);
        }
    }

    /** An announcement and what it is now. */
    public record Said(Announcement it, Announcements.State state) {

        public String text() {
            return it.text();
        }

        /** Returns when it holds. */
        public String span() {
            Instant end = it.endsAt();
            String from = time(it.beginsAt());
            if (end != null) {
                boolean isOneDay = day(it.beginsAt()).equals(day(end));
                return say(
                        "{from} to {to} UTC",
                        from,
                        isOneDay ? TimeForm.CLOCK.format(end.atZone(ZoneOffset.UTC)) : time(end));
            }
            return state == Announcements.State.AHEAD ? say("from {time} UTC", from) : say("since {time} UTC", from);
        }

        private static LocalDate day(Instant at) {
            return LocalDate.ofInstant(at, ZoneOffset.UTC);
        }

        public String written() {
            return say("Written on {time} UTC", time(it.createdAt()));
        }

        private static String time(Instant at) {
            return TimeForm.MINUTE_APART.format(at.atZone(ZoneOffset.UTC));
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
        Map<Boolean, List<Said>> said = read.announcements().stream()
                .map(it -> new Said(it, it.stateAt(now)))
                .collect(Collectors.partitioningBy(it -> it.state != Announcements.State.ENDED));
        List<Said> ahead = said.getOrDefault(true, List.of()).stream()
                .sorted(Comparator.comparing(it -> it.it.beginsAt()))
                .toList();
        Contents contents = new Contents(read.isRead(), lines, ahead, said.getOrDefault(false, List.of()));
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
                read.models().getOrDefault(model.id(), History.NONE),
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

    /** Returns when an announcement holds. */
    public static String span(Announcement it, Instant now) {
        return new Said(it, it.stateAt(now)).span();
    }

    /** Returns the median time to the first byte; a dash if it is not known. */
    public static String firstByte(Period it) {
        return it.firstByteMillis() == FirstByte.NONE ? "–" : Display.about(it.firstByteMillis());
    }

    /** Returns the day, or the first and the last of the week. */
    public static String time(Period it) {
        return it.days() == 1
                ? TimeForm.DAY_OF_MONTH.format(it.first())
                : say(
                        "{from} to {to}",
                        TimeForm.DAY_OF_MONTH.format(it.first()),
                        TimeForm.DAY_OF_MONTH.format(it.last()));
    }

    /** Returns days or weeks, the newest first. */
    public static List<Period> newestFirst(List<Period> periods) {
        return new ArrayList<>(periods).reversed();
    }
}
