package dev.tollgate.operator.admin.accounts;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.storage.Change;
import java.time.Instant;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The stored files of accounts: who has them, and their deletion in one commit with its row of the audit log. Thread-safe; blocks. */
public final class AccountFiles {

    private static final String OF_ACCOUNT = "/admin/accounts/{id}/files";
    private static final Field<String> FILE =
            Field.text("file", sentence("File")).optional().help("Id of a file. Default: all files.");

    /** Deletes a file of an account, or all. The result is their number. */
    public static final OperatorAction<AccountFiles, Integer> DELETE = OperatorAction.post(
                    "account.delete_files", sentence("Deleted stored files"), OF_ACCOUNT + "/delete", "", FILE)
            .telling(new Fact("files", sentence("Files")))
            .button(
                    sentence("Delete stored files"),
                    sentence("The stored files are deleted. Their room is free within a minute."))
            .does(
                    (files, by, request) -> files.delete(by, request.id(), request.get(FILE)),
                    (request, count) ->
                            new AdminJson().number("deleted", (long) count).node());

    private final OperatorAccounts deeds;
    private final Shelf shelf;
    private final AuditedWriter writer;

    /** The files as their store has them. */
    public interface Shelf {

        /** Returns what all files may take, in bytes. */
        long bytesMax();

        /** Returns the accounts with files, those with the most bytes first. */
        List<Holder> holders();

        /** Returns the files of an account, the largest first. */
        List<Held> of(String accountId);

        /** Returns the deletion of a file of an account. @param file null for all */
        Removal removal(String accountId, @Nullable String file);
    }

    /** An account with files. @param bytes those that have arrived */
    public record Holder(String accountId, long files, long bytes) {}

    /** A file without its name. @param bytes as announced @param arrived the bytes that have arrived */
    public record Held(
            String id,
            String purpose,
            String mimeType,
            long bytes,
            long arrived,
            Instant createdAt,
            Instant expiresAt) {}

    /** A deletion to commit. @param files their number, once it is committed */
    public record Removal(Change change, IntSupplier files) {}

    public AccountFiles(OperatorAccounts deeds, Shelf shelf, AuditedWriter writer) {
        this.deeds = deeds;
        this.shelf = shelf;
        this.writer = writer;
    }

    public List<AdminRoute> routes() {
        return List.of(
                AdminRoute.get("/admin/files", request -> holders()),
                AdminRoute.get(OF_ACCOUNT, request -> of(request.id())),
                DELETE.on(this));
    }

    private ObjectNode holders() {
        ObjectNode list = ActionRequest.list(shelf.holders(), AccountFiles::json, null);
        return list.put("bytes_max", shelf.bytesMax());
    }

    private static ObjectNode json(Holder holder) {
        return new AdminJson()
                .text("account", holder.accountId())
                .number("files", holder.files())
                .number("bytes", holder.bytes())
                .node();
    }

    private ObjectNode of(String accountId) {
        deeds.account(accountId);
        return ActionRequest.list(held(accountId), AccountFiles::json, null);
    }

    /** Returns the files of an account, the largest first. */
    public List<Held> held(String accountId) {
        return shelf.of(accountId);
    }

    private static ObjectNode json(Held file) {
        return new AdminJson()
                .text("id", file.id())
                .text("purpose", file.purpose())
                .text("mime_type", file.mimeType())
                .number("bytes", file.bytes())
                .number("arrived", file.arrived())
                .time("created_at", file.createdAt())
                .time("expires_at", file.expiresAt())
                .node();
    }

    /** Deletes a file of an account, or all. Needs a reason. @param file null for all @return their number */
    private int delete(By by, String accountId, @Nullable String file) {
        deeds.account(accountId);
        by.needReason();
        Removal removal = shelf.removal(accountId, file);
        writer.commit(
                by,
                DELETE.name(),
                accountId,
                () -> removal.files().getAsInt() == 0
                        ? null
                        : new Deed.Changed(
                                null,
                                new AdminJson()
                                        .number("files", (long) removal.files().getAsInt())
                                        .end()),
                removal.change());
        if (file != null && removal.files().getAsInt() == 0) {
            throw new ApiException(404, sentence("The account has no stored file {file}.", String.valueOf(file)));
        }
        return removal.files().getAsInt();
    }
}
