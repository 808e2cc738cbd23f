package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.OperatorAnnouncements;
import java.util.List;
import picocli.CommandLine;

/** {@code tollgate announcement …}. */
final class AnnouncementCommands {

    private static final String TIME = "a date or a time like 2026-12-01T12:00:00Z.";

    private AnnouncementCommands() {}

    static List<CommandLine> all(Session session) {
        return List.of(
                write(session).line(),
                list(session).line(),
                change(session).line(),
                delete(session).line());
    }

    private static ApiCommand write(Session session) {
        return ApiCommand.of(session, OperatorAnnouncements.WRITE)
                .inOrder()
                .takes(
                        Field.bare("1", "TEXT", "/text", "The announcement, up to 500 characters."),
                        Field.option("--begin", "TIME", "/begins_at", Values::end, "Begin, " + TIME + " Default: now."),
                        Field.option("--end", "TIME", "/ends_at", Values::end, "End, " + TIME + " Default: none."),
                        Field.reason())
                .asks(OperatorAnnouncements.WRITE, "number");
    }

    private static ApiCommand list(Session session) {
        return new ApiCommand(session, "list", "List announcements, the newest first.")
                .lists("/admin/announcements", "NUMBER,BEGIN,END,CREATED,TEXT", it -> new String[] {
                    CommandJson.text(it.get("number")),
                    CommandJson.time(it.get("begins_at"), "never"),
                    CommandJson.time(it.get("ends_at"), "open"),
                    CommandJson.time(it.get("created_at"), "never"),
                    CommandJson.text(it.get("text"))
                });
    }

    private static ApiCommand change(Session session) {
        return ApiCommand.of(session, OperatorAnnouncements.CHANGE)
                .inOrder()
                .takes(
                        number(),
                        Field.option("--text", "TEXT", "/text", "New text, up to 500 characters."),
                        Field.option("--begin", "TIME", "/begins_at", Values::end, "New begin, " + TIME),
                        Field.option("--end", "TIME", "/ends_at", Values::end, "New end, " + TIME),
                        Field.reason())
                .refuses(body -> body.size() < 2, "Name what is to be changed: --text, --begin or --end.")
                .asks(OperatorAnnouncements.CHANGE, "number");
    }

    private static ApiCommand delete(Session session) {
        return ApiCommand.of(session, OperatorAnnouncements.DELETE)
                .inOrder()
                .takes(number(), Field.reason())
                .asks(OperatorAnnouncements.DELETE, "number");
    }

    private static Field number() {
        return Field.bare("1", "NUMBER", "number", "The announcement's number, as announcement list prints it.");
    }
}
