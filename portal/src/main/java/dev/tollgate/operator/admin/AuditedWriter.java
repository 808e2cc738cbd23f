package dev.tollgate.operator.admin;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.storage.AcceptServer;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.copies.LostTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Writes an operator's change and its row of the audit log in one commit. Thread-safe; blocks. */
public final class AuditedWriter {

    public static final DeedKind RESTORED = new DeedKind(
            "books.restore",
            sentence("Restored the books"),
            new Fact("from", sentence("Restored from")),
            new Fact("lost_from", sentence("Lost from"), Fact.Kind.TIME),
            new Fact("lost_to", sentence("Lost until"), Fact.Kind.TIME));

    public static final DeedKind SERVER = new DeedKind(
            "installation.server",
            sentence("Accepted another database server"),
            new Fact("server", sentence("Database server")));

    /** The object of a change within an account; see {@link #log(By, String)}. */
    public static final Fact SUBJECT = new Fact("subject", sentence("Of"), Fact.Kind.PERSON)
            .told(Fact.Told.ALWAYS)
            .saying(Map.of("account", sentence("The account"), "each_member", sentence("each member")));

    private final Writer writer;
    private final InstantSource clock;

    public AuditedWriter(Writer writer, InstantSource clock) {
        this.writer = writer;
        this.clock = clock;
    }

    public Instant now() {
        return clock.instant();
    }

    /**
     * Commits changes together with their audit log row.
     *
     * @param action like {@code account.grant}
     * @param subject the id of the changed object
     * @param told supplies the state before and after once all changes are decided; null if nothing changed: then there is no row
     * @throws dev.tollgate.storage.StoreException if the books cannot be written
     */
    public void commit(By by, String action, String subject, Supplier<Deed.@Nullable Changed> told, Change... changes) {
        List<Change> all = new ArrayList<>(List.of(changes));
        all.add(row(by, action, subject, told));
        commit(all);
    }

    /** Records that the books are on another database server than before. Needs a reason. */
    public void accept(By by, AcceptServer accept) {
        by.needReason();
        String former = accept.former();
        commit(
                by,
                SERVER.action(),
                "installation",
                () -> new Deed.Changed(former == null ? null : json(former), json(accept.present())),
                accept);
    }

    /** Records that the books were restored, with all that follows from it (C32), in one commit. @param source the copy, or the database */
    public void restored(By by, LostTime lost, String source, List<Change> changes) {
        String after = new AdminJson()
                .text("from", source)
                .text("lost_from", lost.from().toString())
                .text("lost_to", lost.to().toString())
                .end();
        commit(by, RESTORED.action(), "books", () -> new Deed.Changed(null, after), changes.toArray(Change[]::new));
    }

    private static String json(String server) {
        return new AdminJson().text("server", server).end();
    }

    /** Runs a step; an operator's mistake becomes a refusal with its sentence. */
    public static <T extends @Nullable Object> T step(Supplier<T> step) {
        return step(null, step);
    }

    /** Runs a step as above. @param field that a mistake is about; null for none */
    public static <T extends @Nullable Object> T step(@Nullable Field<?> field, Supplier<T> step) {
        try {
            return step.get();
        } catch (IllegalArgumentException e) {
            throw ApiError.invalid(field == null ? null : field.name(), Mistake.of(e))
                    .asException();
        }
    }

    public void commit(List<Change> changes) {
        writer.commitAndWait(Unit.of(changes));
    }

    /** Returns the log of changes within an account: a row's subject is the account, and its JSON names what is changed. */
    public Acting.OperatorLog log(By by, String accountId) {
        return (action, subject, changed) -> row(by, action, accountId, () -> {
            AccountLog.Changed what = changed.get();
            if (what == null) {
                return null;
            }
            String before = what.beforeJson();
            return new Deed.Changed(
                    before == null ? null : within(accountId, subject, before),
                    within(accountId, subject, Objects.requireNonNullElse(what.afterJson(), "{}")));
        });
    }

    /** Returns the log of changes whose subject is what is changed. */
    public Acting.OperatorLog log(By by) {
        return (action, subject, whole) -> row(by, action, subject, () -> {
            AccountLog.Changed what = whole.get();
            return what == null
                    ? null
                    : new Deed.Changed(what.beforeJson(), Objects.requireNonNullElse(what.afterJson(), "{}"));
        });
    }

    private static String within(String accountId, String subject, String json) {
        if (subject.equals(accountId)) {
            return json;
        }
        ObjectNode named = ApiJson.MAPPER.createObjectNode().put("subject", subject);
        return named.setAll((ObjectNode) ApiJson.MAPPER.readTree(json)).toString();
    }

    /** The row alone, for a change that a store commits. Parameters as above. */
    public Deed row(By by, String action, String subject, Supplier<Deed.@Nullable Changed> told) {
        return new Deed(by.actor(), action, subject, by.reason(), clock.instant(), told);
    }
}
