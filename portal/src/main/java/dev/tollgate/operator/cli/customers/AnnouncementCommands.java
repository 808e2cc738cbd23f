package dev.tollgate.operator.cli.customers;

import dev.tollgate.operator.admin.server.OperatorAnnouncements;
import dev.tollgate.operator.cli.parts.ApiCommand;
import dev.tollgate.operator.cli.parts.CommandJson;
import dev.tollgate.operator.cli.parts.Session;
import java.util.List;
import picocli.CommandLine;

/** {@code tollgate announcement …}. */
public final class AnnouncementCommands {

    private AnnouncementCommands() {}

    public static List<CommandLine> all(Session session) {
        ApiCommand change = ApiCommand.of(session, OperatorAnnouncements.CHANGE)
                .refuses(body -> body.size() < 2, "Name what is to be changed: --text, --begin or --end.");
        return List.of(
                ApiCommand.of(session, OperatorAnnouncements.WRITE).line(),
                list(session).line(),
                change.line(),
                ApiCommand.of(session, OperatorAnnouncements.DELETE).line());
    }

    private static ApiCommand list(Session session) {
        return new ApiCommand(session, "list", "List announcements, the newest first.")
                .lists("/admin/announcements", "NUMBER,STATE,BEGIN,END,CREATED,TEXT", it -> new String[] {
                    CommandJson.text(it.get("number")),
                    CommandJson.text(it.get("state")),
                    CommandJson.time(it.get("begins_at"), "never"),
                    CommandJson.time(it.get("ends_at"), "open"),
                    CommandJson.time(it.get("created_at"), "never"),
                    CommandJson.text(it.get("text"))
                });
    }
}
