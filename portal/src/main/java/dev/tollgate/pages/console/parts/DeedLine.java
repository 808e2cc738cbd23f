package dev.tollgate.pages.console.parts;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.customers.figures.NamesOfIds;
import dev.tollgate.customers.figures.NamesOfIds.Named;
import dev.tollgate.pages.frame.Display;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A row of the audit log as text. Missing values are empty texts.
 *
 * @param who current name of the actor
 * @param whoId as stored, the page's filter value
 * @param address of the actor
 * @param what the action in words
 * @param whom current name of the target
 * @param whomId as stored
 * @param href the target's page
 */
public record DeedLine(
        String time,
        String fullTime,
        String who,
        String whoId,
        String address,
        String what,
        String whom,
        String whomId,
        @Nullable String href,
        List<DeedChange> changes,
        String reason) {

    /** Actors and targets without an id, as the log keeps them in English. */
    private static final List<Sentence> OTHERS = List.of(
            sentence("admin key"),
            sentence("control socket"),
            sentence("command"),
            sentence("schedule"),
            sentence("books"),
            sentence("new account"),
            sentence("vouchers"),
            sentence("announcements"),
            sentence("channels"),
            sentence("server"),
            sentence("installation"),
            sentence("usage"),
            sentence("mail"),
            sentence("secret"));

    /** Returns the lines in the order of the rows, with present names. */
    public static List<DeedLine> of(List<AuditLog.Line> rows, NamesOfIds names, ZoneId zone) {
        Set<String> ids = new HashSet<>();
        for (AuditLog.Line row : rows) {
            ids.add(row.actor().who());
            ids.add(row.subject());
            DeedKind kind = DeedWords.kind(row.action());
            ids.addAll(DeedChange.ids(kind, row.beforeJson()));
            ids.addAll(DeedChange.ids(kind, row.afterJson()));
        }
        Map<String, Named> named = names.of(ids);
        return rows.stream().map(row -> of(row, named, zone)).toList();
    }

    private static DeedLine of(AuditLog.Line row, Map<String, Named> names, ZoneId zone) {
        String who = row.actor().who();
        DeedKind kind = DeedWords.kind(row.action());
        return new DeedLine(
                Display.time(row.at(), zone),
                Display.fullTime(row.at(), zone),
                person(who, names),
                who,
                Objects.requireNonNullElse(row.actor().address(), ""),
                kind.words().said(),
                whom(row, names),
                row.subject(),
                href(row, names.get(row.subject())),
                new DeedChange.Reading(kind, id -> person(id, names), zone).changes(row.beforeJson(), row.afterJson()),
                Objects.requireNonNullElse(row.reason(), ""));
    }

    private static String person(String id, Map<String, Named> names) {
        Named named = names.get(id);
        if (named != null) {
            return named.name();
        }
        if (id.startsWith("inv_")) {
            return say("someone");
        }
        return id.startsWith("per_")
                ? say("person of a deleted account")
                : OTHERS.stream()
                        .filter(other -> other.english().equals(id))
                        .findFirst()
                        .map(Sentence::said)
                        .orElse(id);
    }

    private static String whom(AuditLog.Line row, Map<String, Named> names) {
        Named named = names.get(row.subject());
        if (named == null) {
            return person(row.subject(), names);
        }
        return switch (named.kind()) {
            case ACCOUNT -> AccountNames.said(named.accountName());
            case PERSON, MEMBER, TEAM -> named.name();
            case KEY -> say("key '{key}' of {account}", named.name(), AccountNames.said(named.accountName()));
            case CALL -> say("a call of {account}", AccountNames.said(named.accountName()));
        };
    }

    private static @Nullable String href(AuditLog.Line row, @Nullable Named named) {
        if (named != null) {
            return named.kind() == NamesOfIds.Kind.CALL
                    ? ConsolePaths.REQUESTS + "/" + UrlText.encoded(row.subject())
                    : ConsolePaths.ACCOUNTS + "/" + UrlText.encoded(named.accountId());
        }
        return switch (row.action().substring(0, row.action().indexOf('.') + 1)) {
            case "model." -> ConsolePaths.PRICES + "/" + row.subject();
            case "setting.", "mail." -> ConsolePaths.SETTINGS;
            case "channels.", "channel." -> ConsolePaths.CHANNELS;
            case "voucher." -> ConsolePaths.VOUCHERS;
            default -> null;
        };
    }
}
