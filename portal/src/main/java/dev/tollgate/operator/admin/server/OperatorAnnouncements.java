package dev.tollgate.operator.admin.server;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.Schema;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.customers.notices.Announcements;
import dev.tollgate.customers.notices.Announcements.Announcement;
import dev.tollgate.customers.notices.Announcements.AnnouncementChange;
import dev.tollgate.customers.notices.Announcements.Changed;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.OperatorAction.Button;
import dev.tollgate.operator.admin.accounts.Deletions;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Announcements on the status page as an operator writes, changes and lists them. Thread-safe; blocks. */
public final class OperatorAnnouncements {

    private static final String ALL = "/admin/announcements";
    private static final String ONE = ALL + "/{number}";

    private static final Field<String> TEXT = Field.text("text", sentence("Text"))
            .map((path, text) -> {
                if (text.isBlank() || text.length() > Announcements.TEXT_CHARS_MAX) {
                    throw Field.wrong(
                            path,
                            sentence(
                                    "{field} must be a text of 1 to {max} characters.",
                                    FIELD,
                                    Integer.toString(Announcements.TEXT_CHARS_MAX)));
                }
                return text;
            })
            .chars(1, Announcements.TEXT_CHARS_MAX)
            .help("Text of the announcement.")
            .option("TEXT")
            .hinted(sentence("Up to 500 characters, for anybody to read."));
    private static final Field<String> OTHER_TEXT =
            TEXT.optional().help("New text. Default: as it is.").option("--text TEXT");
    private static final Field<Instant> BEGINS = AdminRequest.time("begins_at", sentence("Begin"))
            .optional()
            .help("Begin. Default: now.")
            .option("--begin TIME")
            .asked(AdminRequest.MINUTE)
            .hinted(sentence("In UTC. Leave empty for now."));
    private static final Field<Instant> ENDS = AdminRequest.time("ends_at", sentence("End"))
            .optional()
            .help("End. Default: none.")
            .option("--end TIME")
            .asked(AdminRequest.MINUTE)
            .hinted(sentence("In UTC. Leave empty if you end it yourself."));
    private static final Field<String> NUMBER = Field.text("number", sentence("Number"))
            .shaped(Schema.of("integer"))
            .help("The announcement's number, as announcement list prints it.")
            .option("NUMBER");

    private static final Sentence SAVED = sentence("Saved. The page shows it within half a minute.");

    public static final OperatorAction<OperatorAnnouncements, ObjectNode> WRITE = OperatorAction.post(
                    "announcement.write",
                    sentence("Wrote an announcement"),
                    ALL,
                    "Write an announcement on the public status page, from now or a later time on.",
                    TEXT,
                    BEGINS,
                    ENDS)
            .answering(201)
            .button(sentence("Publish announcement"), SAVED)
            .prints("{number}")
            .does(
                    (all, by, request) ->
                            all.json(all.write(by, request.need(TEXT), request.get(BEGINS), request.get(ENDS))),
                    (request, written) -> written);

    public static final OperatorAction<OperatorAnnouncements, ObjectNode> CHANGE = OperatorAction.begin(
                    "announcement.change",
                    sentence("Changed an announcement"),
                    "PATCH",
                    ONE,
                    "Change an announcement, or end it. What is not named stays.",
                    List.of(
                            OTHER_TEXT,
                            BEGINS.help("New begin. Default: as it is."),
                            ENDS.help("New end. Default: as it is.")))
            .choosing(NUMBER)
            .button(Button.of(sentence("End announcement")).done(SAVED).setting(ENDS, Button.NOW))
            .prints("{number}")
            .does(
                    (all, by, request) -> all.json(all.change(
                            by, number(request), request.get(OTHER_TEXT), request.get(BEGINS), request.get(ENDS))),
                    (request, changed) -> changed);

    public static final OperatorAction<OperatorAnnouncements, ObjectNode> DELETE = OperatorAction.post(
                    "announcement.delete",
                    sentence("Deleted an announcement"),
                    ONE + "/delete",
                    "Delete an announcement from the status page.")
            .telling(TEXT.fact(), BEGINS.fact(), ENDS.fact(), Deletions.DELETED)
            .choosing(NUMBER)
            .button(sentence("Delete announcement"), SAVED)
            .prints("{number}")
            .does((all, by, request) -> all.json(all.delete(by, number(request))), (request, deleted) -> deleted);

    public static final List<OperatorAction<OperatorAnnouncements, ?>> ACTIONS = List.of(WRITE, CHANGE, DELETE);

    private final Announcements announcements;
    private final AuditedWriter writer;

    public OperatorAnnouncements(Announcements announcements, AuditedWriter writer) {
        this.announcements = announcements;
        this.writer = writer;
    }

    /** {@code /admin/announcements}. */
    public List<AdminRoute> routes() {
        return List.of(
                AdminRoute.get(ALL, this::list, "after", "limit"), WRITE.on(this), CHANGE.on(this), DELETE.on(this));
    }

    /** Returns the newest announcements first. @param limit 1 to {@value Announcements#PAGE_MAX} */
    public List<Announcement> newest(int limit) {
        return announcements.page(Long.MAX_VALUE, limit);
    }

    private JsonNode list(AdminRequest request) {
        return request.page(
                Announcements.PAGE_MAX,
                limit -> announcements.page(request.before(), limit),
                this::json,
                Announcement::number);
    }

    private ObjectNode json(Announcement announcement) {
        return members(announcement)
                .number("number", announcement.number())
                .time("created_at", announcement.createdAt())
                .text("state", announcement.stateAt(writer.now()).word().english())
                .node();
    }

    private static AdminJson members(Announcement announcement) {
        return new AdminJson()
                .text("text", announcement.text())
                .time("begins_at", announcement.beginsAt())
                .time("ends_at", announcement.endsAt());
    }

    private static @Nullable String log(@Nullable Announcement announcement) {
        return announcement == null ? null : members(announcement).end();
    }

    private static long number(AdminRequest request) {
        String number = request.path("number");
        return number.matches("[1-9][0-9]{0,8}") ? Long.parseLong(number) : 0;
    }

    /**
     * Writes an announcement. Needs a reason.
     *
     * @param begins null: now
     * @param ends after it begins and after now; null: until it is changed
     */
    Announcement write(By by, String text, @Nullable Instant begins, @Nullable Instant ends) {
        Instant now = writer.now();
        Instant from = begins == null ? now : begins;
        if (ends != null && (!ends.isAfter(from) || !ends.isAfter(now))) {
            throw Field.wrong("ends_at", sentence("{field} must be in the future, and after the begin.", FIELD));
        }
        by.needReason();
        AnnouncementChange write = Announcements.write(text, from, ends, now);
        return Objects.requireNonNull(
                commit(by, WRITE.name(), "announcements", write).after());
    }

    /** Changes what is not null. Needs a reason. */
    Announcement change(By by, long number, @Nullable String text, @Nullable Instant begins, @Nullable Instant ends) {
        by.needReason();
        Changed changed = commit(by, CHANGE.name(), subject(number), Announcements.change(number, text, begins, ends));
        if (changed.after() == null) {
            throw changed.before() == null
                    ? none()
                    : Field.wrong("ends_at", sentence("{field} must be after the begin.", FIELD));
        }
        return changed.after();
    }

    /** Deletes an announcement. Needs a reason. @return what it was */
    Announcement delete(By by, long number) {
        by.needReason();
        Announcement deleted = commit(by, DELETE.name(), subject(number), Announcements.delete(number))
                .before();
        if (deleted == null) {
            throw none();
        }
        return deleted;
    }

    private Changed commit(By by, String action, String subject, AnnouncementChange change) {
        boolean deletes = action.equals(DELETE.name());
        writer.commit(
                by,
                action,
                subject,
                () -> {
                    Changed made = change.outcome();
                    boolean isMade = deletes
                            ? made.before() != null
                            : made.after() != null && !made.after().equals(made.before());
                    return isMade
                            ? new Deed.Changed(
                                    log(made.before()), made.after() == null ? "{\"deleted\":true}" : log(made.after()))
                            : null;
                },
                change);
        return change.outcome();
    }

    private static String subject(long number) {
        return "announcement " + number;
    }

    private static ApiException none() {
        return new ApiException(404, sentence("There is no announcement of this number."));
    }
}
